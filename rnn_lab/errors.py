"""The errors that speak to the user."""


class BadInput(ValueError):
    """Input that the user can mend: its message is one sentence that names the key, the value and what is allowed.

    The command line prints that sentence and exits with code 2; a traceback is for bugs only.
    """


class Diverged(RuntimeError):
    """A run whose every replica diverged: its folder is complete, and its status is FAILED."""
