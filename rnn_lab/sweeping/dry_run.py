"""A sweep described without running it, on one screen."""

from collections.abc import Iterator, Mapping
from typing import Any

from rnn_lab.sweeping import build
from rnn_lab.sweeping.examination.wrapping import wrapped
from rnn_lab.sweeping.options import Options
from rnn_lab.sweeping.plan import Plan
from rnn_lab.sweeping.terminal import say


def dry_run(todo: list[Plan], options: Options) -> None:
    """Print each study's space, sampler, number of trials and one composed example."""
    from omegaconf import OmegaConf

    for plan in todo:
        say(f"study {plan.name} in {plan.folder}")
        trials = build.trials(options, plan.parameters)
        say(f"  {trials} trials, {options.n_jobs} at a time, {', '.join(options.objectives)}")
        for what, node in (("sampler", options.sampler), ("pruner", options.pruner), ("executor", options.executor)):
            _say_within(f"{what}: {_short(node)}")
        for each in plan.parameters:
            say(f"  {each.key}: {each}")
        if options.space:
            say(f"  and what {options.space} suggests")
        example: Any = OmegaConf.to_container(plan.config, resolve=False)
        say("one composed config, before the searched keys are set (all of it: --cfg job):")
        for line in _lines({key: value for key, value in example.items() if key != "hydra"}):
            _say_within(line)


def _say_within(text: str) -> None:
    for line in wrapped(text, width=78):
        say(f"  {line}")


def _lines(config: Mapping[str, Any]) -> Iterator[str]:
    """The plain keys in one line, then each component in one of its own."""
    plain = {key: value for key, value in config.items() if not isinstance(value, dict)}
    if plain:
        yield _arguments(plain)
    for key, value in config.items():
        if key not in plain:
            yield f"{key}: {_short(value)}"


def _short(node: Any) -> str:
    """Spell a component as its class and arguments, several as their names, without what is not set.

    Example:
        >>> _short({"_target_": "lab.Net", "size": 3, "gain": None, "on": {"a": {"_target_": "lab.A"}, "b": {}}})
        'Net size=3 on=[a, b]'
    """
    if not isinstance(node, dict):
        return str(node)
    if "_target_" not in node:
        return f"[{', '.join(node)}]"
    name, arguments = node["_target_"].rpartition(".")[2], _arguments(node)
    return f"{name} {arguments}" if arguments else str(name)


def _arguments(node: Mapping[str, Any]) -> str:
    given = {key: value for key, value in node.items() if key != "_target_" and value not in (None, {}, [])}
    return " ".join(f"{key}={_nested(value)}" for key, value in given.items())


def _nested(value: Any) -> str:
    text = _short(value)
    return f"({text})" if " " in text and not text.startswith("[") else text
