"""Files of data, which end, and not pipes and devices, which may not."""

from pathlib import Path

from rnn_lab.errors import BadInput


def refuse_device(path: Path) -> None:
    """Refuse what is neither a file nor a folder: reading it could wait, or go on, for ever.

    Raises:
        BadInput: it is a pipe, a device or a socket.
        OSError: there is nothing of that name.

    Example:
        >>> refuse_device(Path("/dev/zero"))
        Traceback (most recent call last):
        rnn_lab.errors.BadInput: data.path=/dev/zero is no regular file
    """
    path.stat()
    if not path.is_file() and not path.is_dir():
        raise BadInput(f"data.path={path} is no regular file")
