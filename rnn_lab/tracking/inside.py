"""Files that a journal names: only those of its own folder, whoever wrote it."""

from pathlib import Path
from typing import Any

from rnn_lab.errors import BadInput


def inside(folder: Path, name: Any) -> Path:
    """The file of that name in a run folder, whether it is there or not.

    Raises:
        BadInput: the name is none, is absolute or has ``..`` in it, or a symbolic link leads out of the folder.

    Example:
        >>> str(inside(Path("/runs/a"), "weights/epoch_0001.npz"))
        '/runs/a/weights/epoch_0001.npz'
        >>> inside(Path("/runs/a"), "../b/summary.json")
        Traceback (most recent call last):
        rnn_lab.errors.BadInput: '../b/summary.json' is no file of the run folder
    """
    path = Path(name) if isinstance(name, str) and name and "\0" not in name else None
    if path is None or path.is_absolute() or ".." in path.parts:
        raise BadInput(f"{name!r} is no file of the run folder")
    try:
        within = (folder / path).resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # a circle of links
        within = False
    if not within:
        raise BadInput(f"{name!r} is a link that leads out of the run folder")
    return folder / path
