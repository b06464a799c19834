"""Runs under way: a note of each, so that one whose trainer and relay died together is told to MLflow all the same.

A note is a small file that names a run folder and the store that it goes to. It is written before the relay starts and
removed once everything is in MLflow; it lies in the user's state folder, and beside a sqlite store, which may outlive
the home of a container. Whoever uses a store or this machine next (a run, a sweep, ``ui``, ``sync``) starts a process
that carries what was left behind: the journal's lock tells whether a trainer lives.

Beside a store anybody may lay a note who can write there. So what lies there sends a run to that very store and to no
other, and its network is packaged only if it is made of the lab's components. The user's own notes send each run to the
store that the user chose for it; user and password are at hand for the store that is used now, and sent to no other.
"""

import contextlib
import fcntl
import hashlib
import json
import logging
import os
import platform
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from rnn_lab import search_path
from rnn_lab.atomic import atomic_write
from rnn_lab.errors import BadInput
from rnn_lab.tracking import address
from rnn_lab.tracking.journal import NAME as JOURNAL
from rnn_lab.tracking.journal import Tail

log = logging.getLogger("rnn_lab.relay")

SECRETS = ("MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD", "MLFLOW_TRACKING_TOKEN", "MLFLOW_TRACKING_AWS_SIGV4")
"""Variables with which MLflow's client shows who the user is."""


@dataclass(frozen=True)
class Note:
    """One run under way.

    Attributes:
        folder: the run folder, absolute.
        uri: its store, resolved, without a password.
        host: the machine that it runs on; its locks say nothing on another one.
        own: it lay in the user's own folder.
    """

    folder: str
    uri: str
    host: str
    own: bool = field(default=True, compare=False)

    @property
    def name(self) -> str:
        """The note's file, the same each time for a run folder."""
        return hashlib.sha256(f"{self.host}:{self.folder}".encode()).hexdigest()[:32] + ".json"


def home() -> Path:
    """The lab's folder in the user's state folder."""
    state = os.environ.get("XDG_STATE_HOME") or os.path.join(os.path.expanduser("~"), ".local", "state")
    return Path(state, "rnn-lab")


def places(resolved: str) -> list[Path]:
    """Folders that hold the notes of a store's runs: the user's own, and one beside a sqlite file."""
    file = address.database_file(resolved)
    return [_own(), *([file.with_name(f".{file.name}.underway")] if file else [])]


def _own() -> Path:
    return home() / "underway"


def note(folder: Path, resolved: str) -> None:
    """Note a run that starts; where that cannot be written, the run goes without."""
    one = Note(str(folder.absolute()), address.shown(resolved), platform.node())
    for place in places(resolved):
        with contextlib.suppress(OSError):
            place.mkdir(parents=True, exist_ok=True)
            with atomic_write(place / one.name) as file:
                content = {"folder": one.folder, "uri": one.uri, "host": one.host}
                file.write((json.dumps(content, indent=2) + "\n").encode())


def strike(folder: Path, resolved: str) -> None:
    """Remove the note of a run that is in this store, whole; the note of another store stays."""
    for place in places(resolved):
        for one in _notes(place):
            if (one.folder, one.uri) == (str(folder.absolute()), address.shown(resolved)):
                with contextlib.suppress(OSError):
                    (place / one.name).unlink()


def left_behind(resolved: str) -> list[Note]:
    """The runs of this machine that have neither a trainer nor a relay, nor everything in MLflow; told in no time."""
    shown = address.shown(resolved)
    found: dict[str, Note] = {}
    for place in places(resolved):  # the user's own first
        for one in _notes(place):
            if place == _own() or one.uri == shown:
                found.setdefault(one.name, replace(one, own=place == _own()))
    return [one for one in found.values() if not (_trains(Path(one.folder)) or _is_carried(Path(one.folder)))]


def take_up(resolved: str) -> None:
    """Start a process that carries what was left behind, if anything was, and do not wait for it."""
    if not left_behind(resolved):
        return
    nowhere = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0) for number in range(3)]
    command = [sys.executable, "-P", "-m", "rnn_lab.tracking.underway", address.shown(resolved)]
    with contextlib.suppress(OSError):
        os.posix_spawn(sys.executable, command, os.environ, file_actions=nowhere, setsid=True)


def carry_left_behind(resolved: str) -> None:
    """Carry every run that was left behind to its own store; one that fails is left for the next time.

    This process forgets the user's name and password, where it has them, before it asks any store but ``resolved``.
    """
    from rnn_lab.tracking.relay import Busy, carry

    waiting = left_behind(resolved)
    for one in sorted(waiting, key=lambda one: one.uri != address.shown(resolved)):
        folder = Path(one.folder)
        uri = resolved
        if one.uri != address.shown(resolved):
            uri = one.uri
            for name in SECRETS:
                os.environ.pop(name, None)
        try:
            carry(folder, uri, trusted=None if one.own else ())
        except Busy:  # its relay lives
            continue
        except BadInput as error:
            log.error("%s is not carried: %s", folder, error)
            strike(folder, one.uri)
        except Exception as error:  # whatever the store's library raises
            log.error("%s is not carried yet: %s", folder, error)


def _with_password(uri: str) -> str:
    """The user's own database where it is the same but for a password, which no command line holds.

    Of a server, user and password came along in variables, if it is the one that they are for.
    """
    with contextlib.suppress(BadInput):
        if not uri.startswith("http") and address.shown(own := address.resolve(None)) == uri:
            return own
    return uri


def _notes(place: Path) -> Iterator[Note]:
    with contextlib.suppress(OSError):
        for path in sorted(place.glob("*.json")):
            with contextlib.suppress(OSError, ValueError, TypeError, KeyError, RecursionError):
                found = json.loads(path.read_text(encoding="utf-8"))
                one = Note(*(found[name] for name in ("folder", "uri", "host")))
                whole = all(isinstance(text, str) and "\0" not in text for text in (one.folder, one.uri))
                if whole and one.name == path.name and one.host == platform.node():
                    yield one


def _trains(folder: Path) -> bool:
    """Tell whether a run's trainer lives; a folder that is gone has none, and nothing to carry either."""
    with contextlib.suppress(BadInput):
        return (folder / JOURNAL).is_file() and Tail(folder).written_to()
    return False


def _is_carried(folder: Path) -> bool:
    """Tell whether a relay is at work; it holds a lock on the folder."""
    try:
        held = os.open(folder, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(held)
    return False


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    search_path.extend()  # for a cell of the user's own, as the relay does
    carry_left_behind(_with_password(sys.argv[1]))
