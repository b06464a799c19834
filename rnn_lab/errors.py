"""The errors that speak to the user."""


class BadInput(ValueError):
    """Input that the user can mend: its message is one sentence that names the key, the value and what is allowed.

    The command line prints that sentence and exits with code 2; a traceback is for bugs only.
    """


class Diverged(RuntimeError):
    """A run whose every replica diverged: its folder is complete, and its status is FAILED."""


def missing_module(name: str) -> str:
    """Advice about a module that is not there, as the rest of a sentence.

    Example:
        >>> missing_module("mine")
        "the module 'mine' is not found: run this in the folder where mine.py lies, or name that folder in PYTHONPATH"
    """
    top = name.partition(".")[0]
    return (
        f"the module {name!r} is not found: run this in the folder where {top}.py lies, or name that folder in"
        " PYTHONPATH"
    )
