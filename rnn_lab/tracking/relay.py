"""The relay: a process beside the trainer that carries its journal to MLflow, and outlives it.

``python -m rnn_lab.tracking.relay FOLDER`` is started by `rnn_lab.tracking.launch`. The trainer never waits for MLflow
and never learns of its troubles: the relay falls behind, tries again and starts over as it must, for carrying a journal
twice leaves one run.
"""

import contextlib
import fcntl
import logging
import os
import re
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from rnn_lab import search_path
from rnn_lab.errors import BadInput, of_disk
from rnn_lab.redaction import Redacting, said
from rnn_lab.tracking import address, underway
from rnn_lab.tracking.inside import inside
from rnn_lab.tracking.journal import BegunAnew, Fact, Tail
from rnn_lab.tracking.locks import one_at_a_time
from rnn_lab.tracking.mlflow_run import MLflowWriter
from rnn_lab.tracking.names import shortened
from rnn_lab.tracking.relay_state import State
from rnn_lab.tracking.store import of_database, open_store
from rnn_lab.trust import Trusted

log = logging.getLogger("rnn_lab.relay")

POLL = 0.2
"""Seconds between two looks at the journal."""

PAUSES = (2, 5, 15, 60)
"""Seconds between attempts at a store that does not answer, while the trainer lives; the last one repeats."""

SLOW = 20.0
"""Seconds that a server may take to answer: on a busy machine a healthy one needs some."""

PERSISTENCE = 60
"""Seconds for which a relay whose trainer has ended goes on trying; the next run on this machine tries again."""

NICE = 5
"""The relay's niceness once MLflow has the run: where every core is busy, it gets a quarter of one and not a tenth."""

KILLED = "the trainer ended without a word: killed, or its machine failed"


START = {"run": str, "name": str, "experiment": str, "tags": dict, "config": dict}
"""Fields of the journal's first fact that a run in MLflow is made of, and their types."""


class Busy(BadInput):
    """Another process carries the folder."""


class Unreachable(Exception):
    """The store does not answer."""


class Failed(Exception):
    """The store's database failed, as on a disk that is full."""


class Refused(Unreachable):
    """The server answers, and not to this user; asking again changes nothing."""


def carry(
    folder: Path,
    uri: str | None = None,
    *,
    follow: bool = False,
    parent: str | None = None,
    lost: str | None = None,
    begun: Callable[[], None] | None = None,
    trusted: Trusted = (),
) -> State:
    """Carry a run folder's journal to MLflow.

    Args:
        folder: the run folder; it may be a copy, in a place that cannot be written.
        uri: the store; None takes the journal's own address.
        parent: the MLflow run below which a new run is put.
        follow: stay until the journal ends or its trainer does. Otherwise a run in training is carried as far as it is.
        lost: why the run does not count, whatever its journal says of its end.
        begun: called once MLflow has the run.
        trusted: modules whose classes the network may be made of; None: a folder of one's own.

    Returns:
        ``done``, or ``created`` for a run in training that was not followed.

    Raises:
        BadInput: there is no journal, it is damaged or has no start, the address is none, or (unless following)
            another process carries the folder.
        BegunAnew: whoever took up a sweep replaced its journal, and started a relay that waits for this one's end.
        Unreachable: the server does not answer, or not to this user.
        Failed: the store's database failed.
    """
    with contextlib.ExitStack() as locks:
        locks.enter_context(alone(folder, wait=follow))
        tail = Tail(folder)
        writing, facts = tail.written_to(), tail.read()
        while not facts and writing and follow:
            time.sleep(POLL)
            writing, facts = tail.written_to(), tail.read()
        if not facts or facts[0]["fact"] != "start":
            raise BadInput(f"The journal {tail.path} does not begin with a start.{' '.join(['', *tail.damaged[:1]])}")
        lacking = [name for name, kind in START.items() if not isinstance(facts[0].get(name), kind)]
        if lacking or not re.fullmatch(r"[\w-]{1,64}", facts[0]["run"]):
            lacking.append("run")
            raise BadInput(f"The journal {tail.path} cannot be carried: its start has no proper {lacking[0]}.")
        locks.enter_context(one_at_a_time(str(facts[0]["run"]), underway.home(), wait=follow))
        resolved = address.resolve(uri or facts[0].get("uri"))
        if silent := address.silence(resolved, SLOW):
            raise Unreachable(f"{address.shown(resolved)} does not answer ({silent})")
        locks.enter_context(_explained(resolved))
        carrier = MLflowWriter(open_store(resolved), resolved, folder, facts[0], parent, trusted)
        carrier.state("created").save(folder)
        if begun:
            begun()

        def take(facts: list[Fact]) -> None:
            carrier.carry(facts)
            for fact in facts:
                if fact["fact"] == "trial":  # a study's relay carries its trials, each when its turn comes
                    given = {"parent": carrier.run_id, "lost": fact.get("lost"), "trusted": trusted}
                    carrier.later(partial(_carry_trial, folder, fact["folder"], resolved, **given))
            carrier.missing += tail.damaged
            tail.damaged.clear()

        take(facts)
        try:
            while writing and follow and not carrier.end:
                carrier.work(POLL)
                if carrier.idle:
                    time.sleep(POLL)
                # First whether the trainer lives, then what it wrote: it may write and end between the two.
                writing = tail.written_to()
                take(tail.read())
        except BegunAnew:
            raise
        except BadInput as error:  # the journal was deleted, or damaged; no later relay will end the run
            carrier.finish("KILLED", str(error))
            raise
        if carrier.end or not writing:
            killed: Fact = {"status": "KILLED", "reason": lost or KILLED}
            end = killed if lost else carrier.end or killed
            if end["status"] == "KILLED":
                carrier.announce(end["status"], end["reason"])  # its files may take their time
            carrier.finish(end["status"], end["reason"])
            drawing = True
            while carrier.awaits_figures and drawing:  # their process writes the journal on, and is done in seconds
                drawing = tail.written_to()
                take(tail.read())
                time.sleep(POLL if drawing else 0)
            carrier.close()
            state = carrier.state("done")
        else:
            carrier.work(float("inf"))
            state = carrier.state("created")
        state.save(folder)
        if state.state == "done" and _goes_on(tail):  # what a resumed trainer writes is its own relay's to carry
            state = carrier.state("created")
            state.save(folder)
        if state.state == "done":
            underway.strike(folder, resolved)
        return state


def _goes_on(tail: Tail) -> bool:
    """Tell whether a journal has more than was read of it, or was begun anew."""
    try:
        return bool(tail.read())
    except BegunAnew:
        return True


@contextlib.contextmanager
def _explained(resolved: str) -> Iterator[None]:
    """Say which database failed, and what to do where a server wants to know who asks.

    Raises:
        Failed: the database did.
        Refused: the server does.
    """
    try:
        yield
    except Exception as error:  # MLflow's, which is not imported before there is a store
        if (cause := of_database(error)) is not None:
            raise Failed(f"the store {address.shown(resolved)} failed: {said(cause)}") from error
        if getattr(error, "error_code", None) not in ("UNAUTHENTICATED", "PERMISSION_DENIED"):
            raise
        raise Refused(
            f"{address.shown(resolved)} refuses this user or password: say MLFLOW_TRACKING_USERNAME and "
            "MLFLOW_TRACKING_PASSWORD"
        ) from error


def _carry_trial(study: Path, name: str, resolved: str, **given: Any) -> None:
    """Carry one trial of a study, as a child of the study's run, unless that was done already."""
    try:
        folder = inside(study, name)
    except BadInput as error:
        log.error("A trial is not carried: %s", error)
        return
    before = State.load(folder)
    if before is not None and before.state == "done" and before.uri == address.shown(resolved):
        return
    try:
        carry(folder, resolved, **given)
    except BadInput as error:  # the other trials, and the study, are none the worse for it
        log.error("A trial is not carried: %s", error)


@contextlib.contextmanager
def alone(folder: Path, *, wait: bool) -> Iterator[None]:
    """Keep other processes from carrying this folder: two at once would make two runs of it.

    Raises:
        Busy: another process carries it, and we are not to wait.
        BadInput: there is no such folder.
    """
    try:
        held = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise BadInput(f"The run folder {folder} cannot be read: {error.strerror}.") from error
    try:
        fcntl.flock(held, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise Busy(f"The run folder {folder} is being carried to MLflow already.") from error
    finally:
        os.close(held)


def relay(folder: Path) -> int:
    """Carry a journal while it is written; try again while there is hope, and leave the last word in the folder."""
    attempt, writing = 0, True
    ended: float | None = None  # when a failure first found the trainer gone
    while True:
        try:
            writing = Tail(folder).written_to()
            state = carry(folder, follow=True, begun=lower_priority, trusted=None)  # the user's own run
        except BegunAnew as error:
            log.info("%s Its own relay carries it.", error)
            return 0
        except BadInput as error:
            _give_up(folder, str(error))
            return 2
        except Refused as error:
            log.error("%s", error)
            _give_up(folder, str(error))
            return 1
        except Exception as error:  # a store can fail in as many ways as there are stores; the log has the traceback
            log.error("Attempt %d failed: %s", attempt + 1, error, exc_info=not isinstance(error, Unreachable))
            _give_up(folder, sentence(error))
            if not writing:
                ended = ended or time.monotonic()
                if time.monotonic() - ended >= PERSISTENCE:
                    return 1
        else:
            log.info("Everything is in MLflow: %s", state.link)
            return 0
        _pause(folder, PAUSES[min(attempt, len(PAUSES) - 1)])
        attempt += 1


def _pause(folder: Path, seconds: float) -> None:
    """Wait, but not over the trainer's end, with which an attempt is due."""
    deadline, tail = time.monotonic() + seconds, Tail(folder)
    lived = tail.written_to()
    while time.monotonic() < deadline and tail.written_to() == lived:
        time.sleep(min(POLL, seconds))


def _give_up(folder: Path, reason: str) -> None:
    before = State.load(folder) or State(state="unreachable")
    replace(before, state="unreachable", reason=reason).save(folder)


def sentence(error: Exception) -> str:
    """Return the first line of what a store's library says of its failure, without a password."""
    disk = of_disk(error) if isinstance(error, OSError) else None
    lines = [line.strip() for line in said(disk or error).splitlines() if line.strip()]
    return shortened(lines[0], 300) if lines else type(error).__name__


_stepped_back = False


def lower_priority() -> None:
    """Leave the processor to the trainer when both want it.

    Not before MLflow has the run, for behind a trainer that takes every core MLflow's import would last a minute.
    Linux shares it among sessions first. A relay that leads one of its own, as `launch.start` makes it, has to lower
    that one: within it ``nice`` alone says nothing to the trainer.
    """
    global _stepped_back
    if _stepped_back:  # a relay that begins again
        return
    _stepped_back = True
    os.nice(NICE)
    if os.getsid(0) == os.getpid():
        with contextlib.suppress(OSError):  # no Linux, or a kernel that does not group
            Path("/proc/self/autogroup").write_text(str(NICE))


def main() -> int:
    """Run as a program, in the background, deaf to warnings that its user could not see."""
    search_path.extend()  # for a cell of the user's own
    warnings.simplefilter("ignore")
    handler = logging.StreamHandler()
    handler.setFormatter(Redacting("%(asctime)s %(name)s %(levelname)s %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.INFO)
    return relay(Path(sys.argv[1]))


if __name__ == "__main__":
    sys.exit(main())
