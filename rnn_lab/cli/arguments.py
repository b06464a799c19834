"""Arguments as they are typed, made into what Hydra reads."""

import re

import hydra


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
    """Ask for Hydra's multirun mode where ``search=NAME`` does: Hydra 1.4 does not look for it in a group's option.

    Example:
        >>> with_mode(["search=default", "hydra.mode=RUN"])  # a trial that is run again
        ['search=default', 'hydra.mode=RUN']
    """
    searches = any(re.fullmatch(r"\+*search=(?!null$).+", argument) for argument in arguments)
    said = any(re.fullmatch(r"-m|--multirun|hydra\.mode=.*", argument) for argument in arguments)
    newer = tuple(map(int, hydra.__version__.split(".")[:2])) >= (1, 4)
    return [*arguments, "hydra.mode=MULTIRUN"] if newer and searches and not said else arguments
