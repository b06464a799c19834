"""The run's journal: what happened, one JSON line a fact, on disk before anything else learns of it.

The journal is the truth of a run; MLflow is a copy of it that may lag, fail or be made again. So a line is handed to
the operating system whole, in one append, before `Journal.write` returns: a trainer killed at any moment leaves
every earlier fact and at most one torn line at the end, which readers ignore.
"""

import contextlib
import errno
import fcntl
import io
import json
import os
import re
import time
from pathlib import Path
from typing import Any

from rnn_lab.atomic import atomic_write, sync_folder
from rnn_lab.errors import BadInput
from rnn_lab.redaction import redact_all
from rnn_lab.tracking.facts import fault

NAME = "journal.jsonl"
MAY_HOLD_A_PASSWORD = re.compile("://|=")

MILESTONES = ("start", "end")
"""Facts after which the journal is on the disk, a power cut notwithstanding; see `Journal.sync`."""

Fact = dict[str, Any]
"""One line of a journal: ``fact`` (its name), ``time`` (unix seconds) and what else the fact says."""


class Journal:
    """The writer of a run folder's ``journal.jsonl``; it holds a lock on the file for as long as it lives.

    The lock (``flock``) tells readers that the trainer lives: the operating system frees it with the process,
    however that ends. An existing journal is continued, after a torn last line is cut off.

    Args:
        folder: the run folder; made if it is not there.
        descriptor: the file, opened and locked by the process that hands the journal over; None opens it.

    Attributes:
        fresh: there was no fact before.

    Raises:
        BadInput: the folder or file cannot be written, the file is a link, or another process is writing this journal.

    Example:
        >>> import tempfile
        >>> folder = tempfile.TemporaryDirectory()
        >>> with Journal(folder.name) as journal:
        ...     journal.write("epoch", epoch=0, metrics={"val/rmse": 0.5, "train/loss": float("nan")})
        >>> read(folder.name)[0]["metrics"]
        {'val/rmse': 0.5, 'train/loss': 'NaN'}
        >>> folder.cleanup()
    """

    def __init__(self, folder: Path | str, descriptor: int | None = None) -> None:
        self.folder = Path(folder)
        self.path = self.folder / NAME
        self._listed = False
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if descriptor is None:
                # The folder may be somebody else's: a link would lead what is written to a file that is none of it.
                descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o666)
            self._file = io.FileIO(descriptor, "r+")
        except OSError as error:
            why = "it is a link" if error.errno == errno.ELOOP and self.path.is_symlink() else error.strerror
            raise BadInput(f"The journal {self.path} cannot be opened for writing: {why}.") from error
        try:
            _lock(self._file.fileno(), self.path)
            self._size = _whole_lines(self._file)
            self.fresh = self._size == 0
            os.ftruncate(self._file.fileno(), self._size)
        except BaseException:
            self._file.close()
            raise

    def write(self, fact: str, **content: Any) -> None:
        """Append one fact; it is the operating system's when this returns.

        Args:
            fact: its name.
            content: anything JSON knows, NumPy scalars and arrays, paths. NaN and the infinities are written as
                the strings ``"NaN"``, ``"Infinity"``, ``"-Infinity"``: JSON has no numbers for them, and ``float``
                reads them back. Passwords in texts are masked.

        Raises:
            BadInput: the disk is full or failed. The journal still ends with its last whole fact.
        """
        whole = {"fact": fact, "time": time.time(), **content}
        line = encode(whole)
        if MAY_HOLD_A_PASSWORD.search(line):
            line = encode(redact_all(json.loads(line)))
        self._append((line + "\n").encode())
        if fact in MILESTONES:
            self.sync()

    def _append(self, line: bytes) -> None:
        try:
            written = 0
            while written < len(line):
                written += self._file.write(line[written:]) or 0
        except OSError as error:
            # A torn line in the middle would spoil the fact that follows, should the disk find room again.
            with contextlib.suppress(OSError):
                os.ftruncate(self._file.fileno(), self._size)
            raise BadInput(f"The journal {self.path} cannot be written: {error.strerror}.") from error
        self._size += len(line)

    def sync(self) -> None:
        """Wait until the disk has every fact that was written; `write` does so after `MILESTONES`.

        Raises:
            BadInput: the disk failed.
        """
        try:
            os.fsync(self._file.fileno())
            if not self._listed:  # the file's name, and its folder's, are in lists that the disk has to have, too
                sync_folder(self.folder)
                sync_folder(self.folder.absolute().parent)
                self._listed = True
        except OSError as error:
            raise BadInput(f"The journal {self.path} cannot be written: {error.strerror}.") from error

    @property
    def descriptor(self) -> int:
        """The open file, for a process that is to go on writing it: the lock is free once both have closed theirs."""
        return self._file.fileno()

    def close(self) -> None:
        """Close the file and free its lock. Closing twice is harmless."""
        self._file.close()

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class BegunAnew(BadInput):
    """A journal was replaced by another one while it was followed, as when a sweep is taken up again."""


class Tail:
    """A reader that follows a journal while it grows. A damaged line costs that line.

    Args:
        folder: the run folder.

    Attributes:
        damaged: one sentence for each line that was left out.

    Example:
        >>> import tempfile
        >>> folder = tempfile.TemporaryDirectory()
        >>> journal, tail = Journal(folder.name), Tail(folder.name)
        >>> journal.write("start", name="first")
        >>> [fact["name"] for fact in tail.read()], tail.read(), tail.written_to()
        (['first'], [], True)
        >>> journal.close()
        >>> tail.written_to()
        False
        >>> folder.cleanup()
    """

    def __init__(self, folder: Path | str) -> None:
        self.path = Path(folder) / NAME
        self.damaged: list[str] = []
        self._first = b""
        self._offset = 0
        self._line = 0

    def read(self) -> list[Fact]:
        """Return the facts appended since the last call, in order; a line that has no end yet waits for the next call.

        Raises:
            BadInput: there is no readable journal.
            BegunAnew: it is no longer the journal that was read before: its first line, which has a time, is another.
        """
        try:
            with open(self.path, "rb") as file:
                first = file.readline()
                file.seek(self._offset)
                lines = file.read().split(b"\n")[:-1]
        except OSError as error:
            raise BadInput(f"The journal {self.path} cannot be read: {error.strerror}.") from error
        if self._offset and first != self._first:
            raise BegunAnew(f"The journal {self.path} was begun anew while it was read.")
        self._first = first
        facts = []
        for line in lines:
            self._line += 1
            self._offset += len(line) + 1
            try:
                facts.append(decode(line))
            except ValueError as error:
                self.damaged.append(f"Line {self._line} of {self.path} is left out: {error}")
        return facts

    def written_to(self) -> bool:
        """Tell whether a `Journal` holds this file now, in this or another process."""
        try:
            with open(self.path, "rb") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError as error:
            raise BadInput(f"The journal {self.path} cannot be read: {error.strerror}.") from error
        return False


def read(folder: Path | str) -> list[Fact]:
    """Return all facts of a run folder's journal, damaged lines left out.

    Raises:
        BadInput: there is no readable journal.
    """
    return Tail(folder).read()


def encode(fact: Fact) -> str:
    """Turn a fact into one line of valid JSON; see `Journal.write` for NumPy's types, NaN and the infinities."""
    try:
        return json.dumps(fact, allow_nan=False, default=_plain)
    except ValueError:  # a NaN or an infinity somewhere: rare, so only then the way through text and back
        return json.dumps(json.loads(json.dumps(fact, default=_plain), parse_constant=str))


def save_json(path: Path, content: Fact) -> None:
    """Write a file of valid JSON, whole or not at all; it spells NaN and infinities as the journal does."""
    with atomic_write(path) as file:
        file.write((json.dumps(json.loads(encode(content)), indent=2) + "\n").encode())


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):  # NumPy's scalars and arrays
        return value.tolist()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"a journal cannot hold a {type(value).__name__}")


def decode(line: bytes) -> Fact:
    """Read a line.

    Raises:
        ValueError: it is no fact, or a field of it is of another kind than its readers count on.
    """
    try:
        fact = json.loads(line.decode())  # as text: of bytes JSON would look which of Unicode's encodings they are in
    except (ValueError, RecursionError):
        fact = None
    if not (isinstance(fact, dict) and isinstance(fact.get("fact"), str) and _is_time(fact.get("time"))):
        raise ValueError("it is no fact in JSON")
    if b"\\u" in line and b"\\ud" in line.lower():  # half a character of two can be written in JSON, and nowhere else
        try:
            json.dumps(fact, ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            raise ValueError("it holds half a character") from error
    if wrong := fault(fact):
        raise ValueError(wrong)
    return fact


def _is_time(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e15


def _lock(file: int, path: Path) -> None:
    for _ in range(10):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            # A reader that looks whether the trainer lives holds the lock for microseconds.
            time.sleep(0.01)
    raise BadInput(f"The journal {path} is being written by another process: choose another run folder.")


def _whole_lines(file: io.FileIO) -> int:
    file.seek(0)
    return file.readall().rfind(b"\n") + 1
