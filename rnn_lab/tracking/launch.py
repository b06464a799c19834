"""The trainer's side of the relay: start it beside the training, and pass on what it says."""

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from rnn_lab import paste
from rnn_lab.redaction import MASK
from rnn_lab.tracking import address, relay_state, underway
from rnn_lab.tracking.config import Tracking
from rnn_lab.tracking.own_code import needs
from rnn_lab.tracking.relay_state import State

LOG = "relay.log"


@dataclass(frozen=True)
class Relay:
    """A relay at work on a run folder, in a process that outlives this one.

    Attributes:
        folder: the run folder.
        pid: the relay's process.
        tracking: what the user said.
    """

    folder: Path
    pid: int
    tracking: Tracking

    def link(self) -> str | None:
        """Return the link to the run in MLflow's pages, once it is there."""
        said = State.load(self.folder)
        return said.link if said is not None and said.state == "created" else None

    def report(self, seconds: float = 10.0) -> list[str]:
        """Wait for the relay's word and return what to print, one string a line.

        Without ``tracking.wait`` that is the word that MLflow has the run, or does not answer; with it, the word that
        everything is in MLflow, however long that takes. Call it once, after the journal's ``end``.

        Args:
            seconds: how long to wait for a relay that says nothing (without ``tracking.wait``).
        """
        deadline = time.monotonic() + seconds
        alive, said = self._alive(), State.load(self.folder)
        while alive and (self.tracking.wait or (said is None and time.monotonic() < deadline)):
            time.sleep(0.02)
            alive, said = self._alive(), State.load(self.folder)
        return [*self._lines(alive, said), *self._left_behind(), *self._warnings()]

    def _alive(self) -> bool:
        try:
            return os.waitpid(self.pid, os.WNOHANG) == (0, 0)
        except ChildProcessError:  # asked before, and it had ended
            return False

    def _lines(self, alive: bool, said: State | None) -> list[str]:
        there = ["--uri", store] if (store := self._named()) else []
        again = paste.command("sync", str(self.folder.absolute()), *there)
        later = f"It is complete in its folder; to carry it there later: {again}"
        if said is None:
            if alive:
                return self._on_its_way()
            return [f"The run is not in MLflow: the relay failed, see {self.folder / LOG}. {later}"]
        if said.state == "unreachable" or (self.tracking.wait and said.state != "done"):
            part = "only in part in MLflow" if said.run_id else "not in MLflow"
            return [f"The run is {part}: {said.reason or f'the relay failed, see {self.folder / LOG}'}. {later}"]
        links = {"Curves": said.charts, "MLflow": said.link, "All runs": said.table}
        return [*(f"{name}: {link}" for name, link in links.items()), *_how_to_look(str(said.uri)), *said.missing]

    def _named(self) -> str | None:
        """The store as a command has to name it; None where a variable does, and may hold its password."""
        resolved = address.resolve(self.tracking.uri)
        named = self.tracking.uri or address.database_file(resolved)  # a file, which another folder would not find
        return resolved if named else None

    def _on_its_way(self) -> list[str]:
        """Say where a run will be that MLflow, or a busy machine, takes its time with."""
        resolved = address.resolve(self.tracking.uri)
        return [
            "The run is on its way to MLflow, in a process that goes on after this one: in the experiment "
            f"{self.tracking.experiment} at {address.experiments(resolved)}",
            *_how_to_look(address.shown(resolved)),
        ]

    def _left_behind(self) -> list[str]:
        return [f"The model in MLflow does not load everywhere: {lacking}." for lacking in needs(self.folder)]

    def _warnings(self) -> list[str]:
        if self.tracking.uri or os.environ.get("MLFLOW_TRACKING_URI") or not (old := address.leftover(Path.cwd())):
            return []
        return [
            f"{old} holds runs of MLflow's retired file store, so MLflow's own commands in this folder take it for "
            f"their store and fail: move it away, or say MLFLOW_TRACKING_URI={address.DEFAULT}"
        ]


def _how_to_look(uri: str) -> list[str]:
    """Say how to start the pages of a database, which has none of its own."""
    if uri.startswith("http"):
        return []
    if MASK in uri:
        return [f"To serve these pages, with MLFLOW_TRACKING_URI as it is set now: {paste.command('ui')}"]
    return ["To serve these pages: " + paste.command("ui", "--uri", uri)]


def start(tracking: Tracking, folder: Path) -> Relay:
    """Start the relay of a run folder, detached: it outlives this process, and its terminal's signals pass it by.

    Call it as early as the journal has its ``start`` fact: MLflow's import takes the relay longer than many a run.

    Args:
        tracking: with ``enabled`` true.
        folder: the run folder, with an open `Journal`.

    Raises:
        BadInput: ``tracking.uri`` or ``MLFLOW_TRACKING_URI`` is no address of a store, or names a database file that
            cannot be made.
    """
    resolved = address.resolve(tracking.uri)
    underway.take_up(resolved)
    underway.note(folder, resolved)
    (folder / relay_state.NAME).unlink(missing_ok=True)  # the word of an earlier relay, when a run is resumed
    log = (os.POSIX_SPAWN_OPEN, 1, str(folder / LOG), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    pid = os.posix_spawn(  # not Popen, which holds that a child must not outlive its object
        sys.executable,
        [sys.executable, "-P", "-m", "rnn_lab.tracking.relay", str(folder)],
        os.environ,
        file_actions=[(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0), log, (os.POSIX_SPAWN_DUP2, 1, 2)],
        setsid=True,
    )
    return Relay(folder, pid, tracking)
