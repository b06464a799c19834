"""Arguments as they are typed, made into what Hydra reads."""

import re
from pathlib import Path

import hydra
from omegaconf import OmegaConf


def with_resumed(arguments: list[str]) -> list[str]:
    """Put the overrides of the run that ``trainer.resume`` names before one's own.

    So ``trainer.resume=FOLDER`` alone continues a run, whatever it was started with.
    """
    named = re.compile(r"\+*trainer\.resume=(.*)")
    folders = [Path(match[1].strip("'\"")) for match in map(named.fullmatch, arguments) if match]
    recorded = folders[-1] / ".hydra" / "overrides.yaml" if folders else None
    if recorded is None or not recorded.is_file():
        return arguments
    earlier = [str(override) for override in OmegaConf.load(recorded)]
    return [override for override in earlier if not named.fullmatch(override)] + arguments


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
