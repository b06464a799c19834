"""The errors that speak to the user."""

import errno


class BadInput(ValueError):
    """Input that the user can mend: its message is one sentence that names the key, the value and what is allowed.

    The command line prints that sentence and exits with code 2; a traceback is for bugs only.
    """


class Diverged(RuntimeError):
    """A run whose every replica diverged: its folder is complete, and its status is FAILED."""


def of_disk(error: OSError) -> str | None:
    """Sentence about a disk that failed, with the file that it was about; None for a failure of another kind.

    Example:
        >>> of_disk(OSError(errno.ENOSPC, "No space left on device", "weights/checkpoint.npz"))
        'weights/checkpoint.npz: No space left on device.'
        >>> of_disk(ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"))
    """
    named = error.filename2 or error.filename  # of a copy, the file that is made
    return f"{named or 'the disk'}: {error.strerror}." if error.errno in _DISK else None


_DISK = {
    getattr(errno, name)
    for name in ("ENOENT", "EACCES", "EPERM", "EROFS", "ENOSPC", "EDQUOT", "EFBIG", "EIO", "ENOTDIR", "EISDIR")
}


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


def refuse_what_is_no_data(data: object) -> None:
    """Refuse an array, say, in the place of data."""
    if not hasattr(data, "classes") or not hasattr(data, "targets"):
        raise BadInput(f"data is needed, such as rnn_lab.dataset(values, window=50), not a {type(data).__name__}.")
