"""Files that are there whole, or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO


@contextmanager
def atomic_write(path: Path, *, durable: bool = True) -> Iterator[IO[bytes]]:
    """Open a file beside its place, and move it there once everything is written; a failure leaves nothing.

    Args:
        path: the file's place.
        durable: wait until the disk has it, so that a power cut cannot take back what was said to be saved. That costs
            milliseconds, too many for files of which a run writes dozens and can lose some.

    Raises:
        OSError: there is no room, or the folder cannot be written; it names the file.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     with atomic_write(Path(folder, "a")) as file:
        ...         _ = file.write(b"all of it")
        ...     Path(folder, "a").read_bytes()
        b'all of it'
    """
    beside = path.with_name(f".{path.name}.part")
    new = not path.exists()
    try:
        beside.unlink(
            missing_ok=True
        )  # of a process that was killed; or a link of somebody's to a file that is not ours
        with beside.open("xb") as file:
            yield file
            if durable:
                file.flush()
                os.fsync(file.fileno())
        beside.replace(path)
        if durable and new:  # otherwise a power cut leaves the file as it was before, or as it is now
            sync_folder(path.parent)
    except BaseException as error:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename in (None, str(beside)):
            # The file that the user knows; a write that fails names none.
            raise OSError(error.errno, error.strerror, str(path)) from error
        raise


def sync_folder(folder: Path) -> None:
    """Wait until the disk has a folder's list of files: only then are new ones among them safe from a power cut."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network file systems sync no folders
            os.fsync(opened)
    finally:
        os.close(opened)
