"""Arguments as they are typed, made into what Hydra reads."""

import re

import hydra


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
