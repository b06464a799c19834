"""Message to the user about an error, in one sentence."""

from hydra.errors import HydraException, InstantiationException
from omegaconf.errors import InterpolationKeyError, InterpolationResolutionError

from rnn_lab.cli.suggestions import suggestion
from rnn_lab.errors import BadInput, Diverged, of_disk
from rnn_lab.instantiation import explain
from rnn_lab.signals import ended_by


def sentence(error: BaseException) -> str | None:
    """Sentence that tells the user about an error; None if it is a bug rather than bad input.

    Example:
        >>> sentence(BadInput("steps=-1 is not allowed."))
        'Error: steps=-1 is not allowed.'
    """
    if isinstance(error, KeyboardInterrupt):
        return f"{ended_by(error).reason.capitalize()}."
    if isinstance(error, Diverged):
        return f"Failed: {error}"
    mendable = _mendable(error)
    return mendable and f"Error: {mendable}"


def _mendable(error: BaseException) -> str | None:
    if isinstance(error, InstantiationException):
        return explain(error)
    if isinstance(error, HydraException):
        return f"{_first_line(error)}{suggestion(error)}"
    if isinstance(error, InterpolationKeyError | InterpolationResolutionError):
        return f"{error.full_key}: {_first_line(error)}"
    if isinstance(error, OSError):
        return of_disk(error)
    if isinstance(error, MemoryError):
        return f"this needs more memory than there is ({error})."
    return str(error) if isinstance(error, BadInput) else None


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return " ".join(lines[:1]).removesuffix(".") + "."
