"""Storage of studies: a journal file, or any database; and the lock that gives a sweep one coordinator."""

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import optuna
from optuna.storages import BaseStorage, JournalStorage
from optuna.storages.journal import BaseJournalBackend, JournalFileBackend

from rnn_lab.errors import BadInput
from rnn_lab.redaction import redact
from rnn_lab.sweeping.optuna_private import BaseJournalFileLock, JournalOperation, get_lock_file
from rnn_lab.tracking.schema import table_names

JOURNAL = "optuna.journal"
LOCK = "sweep.lock"
FIRST = b'{"op_code":'
"""Beginning of every line that Optuna writes into a journal."""


class KernelLock(BaseJournalFileLock):
    """A journal's lock that the kernel holds: it goes with the process, so a killed writer blocks nobody."""

    def __init__(self, path: str) -> None:
        self._path = f"{path}.flock"
        self._file: int | None = None

    def acquire(self) -> bool:
        """Wait for the lock."""
        file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o666)
        fcntl.flock(file, fcntl.LOCK_EX)
        self._file = file
        return True

    def release(self) -> None:
        """Give the lock back."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


class JournalFile(JournalFileBackend):
    """A journal that waits for the disk only where a study or the end of a trial is written, and all before it.

    What a killed process has written is safe with the kernel; only a power cut loses what the disk has not got. Of a
    trial that was running then, parameters and reports are no loss: it is tried again. Waiting for the disk at each
    report would cost some milliseconds an epoch, with the journal's lock held.
    """

    PASSING = frozenset(
        {
            JournalOperation.CREATE_TRIAL,
            JournalOperation.SET_TRIAL_PARAM,
            JournalOperation.SET_TRIAL_INTERMEDIATE_VALUE,
            JournalOperation.SET_TRIAL_USER_ATTR,
            JournalOperation.SET_TRIAL_SYSTEM_ATTR,
        }
    )

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        """Append them, all or none: half a line would spoil the one that follows, should a full disk find room again.

        Raises:
            OSError: the disk is full, or failed; it names the file.
        """
        lines = "".join(json.dumps(log, separators=(",", ":")) + "\n" for log in logs).encode()
        with get_lock_file(self._lock), open(self._file_path, "ab", buffering=0) as file:
            before = file.seek(0, os.SEEK_END)
            try:
                while lines:
                    lines = lines[file.write(lines) :]
                if not all(log["op_code"] in self.PASSING for log in logs):
                    os.fsync(file.fileno())
            except OSError as error:
                if lines:
                    file.truncate(before)
                raise OSError(error.errno, error.strerror, str(self._file_path)) from error


def is_url(address: str) -> bool:
    """Tell whether the address names a database (otherwise it is the path of a journal file)."""
    return "://" in address


def connect(address: str, *, new: bool = True) -> BaseStorage:
    """Open the storage at a database URL or the path of a journal file.

    Args:
        address: of it.
        new: Optuna's tables are made in a database that has none.

    Raises:
        BadInput: if it cannot be reached, or has no such tables and is to get none.
    """
    with _refusals(address):
        if is_url(address):
            _refuse_foreign(address, new)
            return optuna.storages.RDBStorage(address)
        return JournalStorage(JournalFile(address, KernelLock(address)))


def check_storage(address: str, home: Path) -> None:
    """Refuse what cannot be a sweep's storage, as far as it shows without an answer of a server; nothing is written.

    Args:
        address: a database URL, or the path of a journal file that may not be there yet.
        home: the sweep's folder, which may not be there yet either.

    Raises:
        BadInput: it cannot be opened, is no storage of Optuna's, or is damaged.

    Example:
        >>> check_storage("/nowhere/at/all.journal", Path("multirun/train"))
        Traceback (most recent call last):
        rnn_lab.errors.BadInput: hydra.sweeper.storage=/nowhere/at/all.journal cannot be made: there is no folder ...
    """
    file = sqlite_file(address) if is_url(address) else Path(address)
    if file is None:
        return
    if not file.exists():
        if not file.parent.is_dir() and file.parent not in (home, *home.parents):
            raise BadInput(f"hydra.sweeper.storage={redact(address)} cannot be made: there is no folder {file.parent}.")
    elif not is_url(address):
        refuse_other(
            file, f"hydra.sweeper.storage={file} is no journal of Optuna's: name one, or a file that is not there yet."
        )
        _check_journal(file)
    else:
        with _refusals(address):
            _refuse_foreign(address)


def sqlite_file(address: str) -> Path | None:
    """The file of a SQLite database, which connecting to it would make; None for a database that has none.

    Raises:
        BadInput: it is no address of a database, or nothing is installed that could open it.

    Example:
        >>> sqlite_file("sqlite:////data/studies.db"), sqlite_file("sqlite://")
        (PosixPath('/data/studies.db'), None)
    """
    import sqlalchemy

    with _refusals(address):
        url = sqlalchemy.create_engine(address).url  # imports the driver, and connects to nothing
    name = url.database if url.get_backend_name() == "sqlite" else None
    return None if not name or name.startswith((":memory:", "file:")) else Path(name).absolute()


@contextmanager
def _refusals(address: str) -> Iterator[None]:
    """Make one sentence of what opening a storage ends in.

    Raises:
        BadInput: it cannot be opened; or what was raised as such.
    """
    try:
        yield
    except ImportError:
        extra = ": pip install 'rnn-lab[postgres]'" if "postgres" in address else ""
        raise BadInput(
            f"hydra.sweeper.storage={redact(address)}: its database driver is not installed{extra}."
        ) from None
    except BadInput:
        raise
    except Exception as error:
        if not is_url(address) and not isinstance(error, OSError):
            raise BadInput(f"The sweep's journal {address} is damaged: {_damage(Path(address), error)}.") from None
        said = getattr(error, "orig", None) or getattr(error, "strerror", None) or error
        reason = str(said).strip().splitlines() or [type(error).__name__]
        raise BadInput(
            f"hydra.sweeper.storage={redact(address)} cannot be reached: {redact(reason[0].rstrip('.:'))}."
        ) from None


class _Lines(BaseJournalBackend):
    """The whole lines of a journal, for a look at what they say."""

    def __init__(self, lines: list[bytes]) -> None:
        self._lines = lines

    def read_logs(self, log_number_from: int) -> Iterator[dict[str, Any]]:
        """Parse them."""
        return map(json.loads, self._lines[log_number_from:])

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        """Take none."""
        raise NotImplementedError


def refuse_other(path: Path, sentence: str) -> None:
    """Refuse a file that is no journal of Optuna's, by its beginning; a journal may be empty, or have begun.

    Raises:
        BadInput: it is another file, with this sentence; or it cannot be read.
    """
    with _refusals(str(path)):
        if not path.is_file():
            raise BadInput(sentence)
        with path.open("rb") as file:
            first = file.readline(len(FIRST))
        if not FIRST.startswith(first.removesuffix(b"\n")):
            raise BadInput(sentence)


def _check_journal(path: Path) -> None:
    """Read a journal as Optuna does, all of it: Optuna itself finds a damaged last line after its first write.

    Raises:
        BadInput: it is damaged; an unfinished last line is no damage.
    """
    with _refusals(str(path)):
        JournalStorage(_Lines(path.read_bytes().split(b"\n")[:-1]))


def _damage(journal: Path, error: Exception) -> str:
    """The first line that is none; or, where each can be read, what is wrong with all of them together."""
    for number, line in enumerate(journal.read_bytes().splitlines(), 1):
        try:
            whole = isinstance(json.loads(line), dict)
        except (ValueError, RecursionError):
            whole = False
        if not whole:
            return f"line {number} is no record"
    return " ".join(f"{type(error).__name__}: {error}".split())[:200]


def _refuse_foreign(address: str, new: bool = True) -> None:
    """Leave a database alone that another program keeps in order: Optuna would make its tables in it, then refuse it.

    Raises:
        BadInput: it is one.
    """
    tables = table_names(address)
    if "alembic_version" in tables and "studies" not in tables:
        owner = "MLflow's" if "experiments" in tables else "another program's"
        raise BadInput(
            f"hydra.sweeper.storage={redact(address)} is {owner} database, and Optuna cannot share it: use two "
            "databases."
        )
    if not new and "studies" not in tables:
        raise BadInput(f"{redact(address)} holds no study: it is no storage of Optuna's.")


def mend(path: Path) -> None:
    """Cut an unfinished last line off a journal.

    A process that was killed inside a write leaves such a line. Optuna ignores it as long as it is the last one, and
    refuses the whole file after the next write.
    """
    if not path.exists():
        return
    lock = KernelLock(str(path))
    lock.acquire()  # whoever is writing holds it: what is unfinished now was left by the dead
    try:
        with path.open("r+b") as file:
            content = file.read()
            if content and not content.endswith(b"\n"):
                file.truncate(content.rfind(b"\n") + 1)
    finally:
        lock.release()


@contextmanager
def sole_coordinator(folder: Path, journal: Path | None = None) -> Iterator[None]:
    """Hold the sweep in ``folder``; the kernel frees it when this process ends, however it ends.

    What it made, the folder, its lock and an empty ``journal``, is gone again where the sweep is refused meanwhile.

    Raises:
        BadInput: if another process holds it.
    """
    lock = folder / LOCK
    own = [lock, journal, Path(f"{journal}.flock")] if journal else [lock]
    made = [path for path in (*own, folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    with lock.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            who = file.read().strip() or "another process"
            raise BadInput(
                f"The sweep in {folder} is already run by {who}: wait for it, end that process to take it up here, "
                "or choose another hydra.sweeper.study_name."
            ) from None
        file.truncate(0)
        file.write(f"process {os.getpid()} on {socket.gethostname()}\n")
        file.flush()
        try:
            yield
        except BadInput:
            if journal is None or journal not in made or _is_empty(journal):
                _take_back(made)
            raise


def _is_empty(path: Path) -> bool:
    return not path.exists() or path.stat().st_size == 0


def _take_back(made: list[Path]) -> None:
    """Remove files, and folders as far as they are empty, each after those in it."""
    for path in made:
        with suppress(OSError):
            path.rmdir() if path.is_dir() else path.unlink()
