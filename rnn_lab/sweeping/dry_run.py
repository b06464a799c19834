"""A sweep described without running it."""

from typing import Any

from rnn_lab.sweeping import build
from rnn_lab.sweeping.options import Options
from rnn_lab.sweeping.plan import Plan
from rnn_lab.sweeping.terminal import say


def _component(node: dict[str, Any] | str) -> str:
    if isinstance(node, str):
        return node
    arguments = [f"{key}={value}" for key, value in node.items() if key != "_target_" and value is not None]
    return " ".join([node["_target_"], *arguments])


def dry_run(todo: list[Plan], options: Options) -> None:
    """Print each study's space, sampler, number of trials and one composed example."""
    from omegaconf import OmegaConf

    for plan in todo:
        say(f"study {plan.name} in {plan.folder}")
        trials = build.trials(options, plan.parameters)
        say(f"  {trials} trials, {options.n_jobs} at a time, {', '.join(options.objectives)}")
        for what, node in (("sampler", options.sampler), ("pruner", options.pruner), ("executor", options.executor)):
            say(f"  {what}: {_component(node)}")
        for each in plan.parameters:
            say(f"  {each.key}: {each}")
        if options.space:
            say(f"  and what {options.space} suggests")
        example = OmegaConf.create({k: v for k, v in plan.config.items_ex(resolve=False) if k != "hydra"})
        say("one composed config, before the searched keys are set:")
        say("\n".join(f"  {row}" for row in OmegaConf.to_yaml(example).splitlines()))
