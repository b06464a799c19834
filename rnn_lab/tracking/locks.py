"""A lock for each run, whichever folder holds its journal: two copies carried at once would make two runs of it."""

import contextlib
import fcntl
import hashlib
import os
import struct
from collections.abc import Iterator
from pathlib import Path

FILE = "carried.lock"


@contextlib.contextmanager
def one_at_a_time(run: str, place: Path, *, wait: bool) -> Iterator[None]:
    """Hold the lock of a run, of which a file has as many as it could have bytes; where there can be none, go without.

    Args:
        run: the id in its journal.
        place: the folder of the locks' file, one for all processes of a user.
        wait: for another process that holds it; else fail.

    Raises:
        BlockingIOError: another process holds it, and we are not to wait.
    """
    held = _opened(place)
    try:
        if held is not None:
            byte = int.from_bytes(hashlib.sha256(run.encode()).digest()[:7])
            # Of the open file and not of the process: a study's relay holds its own while it carries its trials.
            lock = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, byte, 1, 0)
            fcntl.fcntl(held, fcntl.F_OFD_SETLKW if wait else fcntl.F_OFD_SETLK, lock)
        yield
    finally:
        if held is not None:
            os.close(held)


def _opened(place: Path) -> int | None:
    if not hasattr(fcntl, "F_OFD_SETLK"):  # Linux alone has locks of this kind
        return None
    try:
        place.mkdir(parents=True, exist_ok=True)
        return os.open(place / FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        return None
