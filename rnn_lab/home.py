"""Names of files that begin with ``~``."""

import os
from pathlib import Path

from rnn_lab.errors import BadInput


def at_home(name: str, key: str) -> str:
    """Put the home folder for a ``~`` at the beginning of a file's name; a file that is called so stays what it is.

    Args:
        name: as it was typed.
        key: its config key.

    Raises:
        BadInput: nobody has such a home folder.

    Example:
        >>> at_home("data/x.csv", "data.path"), at_home("~/x.csv", "data.path") == str(Path.home() / "x.csv")
        ('data/x.csv', True)
    """
    if not name.startswith("~") or os.path.lexists(name):
        return name
    try:
        return str(Path(name).expanduser())
    except RuntimeError:
        raise BadInput(
            f"{key}={name} begins with {Path(name).parts[0]}, which is nobody's home folder: ./{name} is a file of this"
            " name"
        ) from None
