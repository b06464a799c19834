"""Arguments as they are typed, made into what Hydra reads."""

import re

import hydra

from rnn_lab.cli.suggestions import CONF
from rnn_lab.cli.verbatim import parsed
from rnn_lab.errors import BadInput


def without_trust(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Take ``trust=MODULE`` and ``trust=[A,B]`` out of the arguments: modules of components in somebody's folder.

    Example:
        >>> without_trust(["seed=1", "trust=[mine,other.cells]"])
        (['seed=1'], ['mine', 'other.cells'])
    """
    said = [re.fullmatch(r"\+*trust=\[?([^\]]*)\]?", argument) for argument in arguments]
    modules = [name.strip() for match in said if match for name in match[1].split(",")]
    return [argument for argument, match in zip(arguments, said, strict=True) if not match], modules


def with_mode(arguments: list[str]) -> list[str]:
    """Ask for Hydra's multirun mode where ``search=NAME`` does.

    Hydra 1.4 does not look for it in a group's option. Hydra 1.3 does, in a config that it composes for nothing else,
    and when that fails it says of a range that it needs the flag, whatever is wrong.

    Example:
        >>> with_mode(["search=default", "hydra.mode=RUN"])  # a trial that is run again
        ['search=default', 'hydra.mode=RUN']
    """
    searches = any(re.fullmatch(r"\+*search=(?!null$).+", argument) for argument in arguments)
    said = any(re.fullmatch(r"-m|--multirun|hydra\.mode=.*", argument) for argument in arguments)
    if said or not searches:
        return arguments
    if tuple(map(int, hydra.__version__.split(".")[:2])) >= (1, 4):
        return [*arguments, "hydra.mode=MULTIRUN"]
    alone = not any(argument.startswith("-") for argument in arguments)  # Hydra takes one such flag, as --cfg is
    return [*arguments, "--multirun"] if alone else arguments


def refuse_no_option(arguments: list[str]) -> None:
    """Refuse a null, a number or a truth value where an option of a group belongs: Hydra calls it a bug.

    Raises:
        BadInput: it names the group and its options.

    Example:
        >>> refuse_no_option(["rule=null"])
        Traceback (most recent call last):
            ...
        rnn_lab.errors.BadInput: rule=null is not allowed: it should name an option of rule: adaptive, artbp, bptt, ...
    """
    for argument in arguments:
        match = re.fullmatch(r"\+*([\w/]+)(?:@[^=]*)?=(.*)", argument, re.DOTALL)
        options = sorted(path.stem for path in (CONF / match[1]).glob("*.yaml")) if match else []
        read = parsed(match[2]) if match and options else None
        if match and read is not None and isinstance(read.value(), int | float | None):
            raise BadInput(f"{argument} is not allowed: it should name an option of {match[1]}: {', '.join(options)}.")


def with_compared(arguments: list[str]) -> list[str]:
    """Take ``compare=KEY,KEY`` for the sweeper's option of this name.

    Raises:
        BadInput: it names no key, or no search is asked for.

    Example:
        >>> with_compared(["search=default", "compare=model,optimizer"])
        ['search=default', 'hydra.sweeper.compare=[model,optimizer]']
    """
    said = [re.fullmatch(r"\+*compare=\[?([^\]]*)\]?", argument) for argument in arguments]
    searches = any(re.match(r"\+*search=(?!null$).|hydra/sweeper=", argument) for argument in arguments)
    found = []
    for argument, match in zip(arguments, said, strict=True):
        if match is None:
            found.append(argument)
            continue
        keys = [key.strip() for key in match[1].split(",")]
        if not all(keys):
            raise BadInput(f"{argument}: it should name keys or groups, such as compare=model.activation.")
        if not searches:
            raise BadInput(f"{argument} compares what searches find, and none is asked for: add search=default.")
        found.append(f"hydra.sweeper.compare=[{','.join(keys)}]")
    return found
