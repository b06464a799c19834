"""What every component shares: strict validation of its arguments, and the error that speaks to the user."""

from pydantic import ConfigDict

STRICT = ConfigDict(strict=True, extra="forbid", arbitrary_types_allowed=True, allow_inf_nan=False)
"""Pydantic's settings for a component: no silent coercion (``"3"`` is no integer), no unknown argument,
no NaN or infinity."""


class BadInput(ValueError):
    """Input that the user can mend: its message is one sentence that names the key, the value and what is allowed.

    The command line prints that sentence and exits with code 2; a traceback is for bugs only.
    """


class Diverged(RuntimeError):
    """A run whose every replica diverged: its folder is complete, and its status is FAILED."""
