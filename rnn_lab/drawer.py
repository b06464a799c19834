"""The drawer: a process that draws a run's figures after its answer, and outlives the trainer."""

import os
import sys
from dataclasses import dataclass

from rnn_lab.tracking.journal import Journal

INHERITED = 3
"""Number of the journal's file in the drawer's process."""


@dataclass(frozen=True)
class Drawer:
    """A process that draws.

    Attributes:
        pid: its number.
    """

    pid: int

    def wait(self) -> None:
        """Wait until it has ended, however it did: the journal says whether the figures are drawn."""
        try:
            os.waitpid(self.pid, 0)
        except ChildProcessError:  # somebody has waited for it
            return


_drawers: list[Drawer] = []


def start(journal: Journal) -> Drawer:
    """Hand a run's journal over to a process that draws its figures, detached as the relay is.

    The process holds the journal's lock from its first moment, so that nobody takes the run for one that has nothing
    more to come. A process that trains one run after another has one drawer at a time, and waits for the one before.

    Args:
        journal: open, with the run's ``end`` written; write nothing more to it.
    """
    while _drawers:
        _drawers.pop().wait()
    pid = os.posix_spawn(  # not Popen, which holds that a child must not outlive its object
        sys.executable,
        [sys.executable, "-P", "-m", "rnn_lab.redraw", str(journal.folder)],
        os.environ,
        file_actions=[
            (os.POSIX_SPAWN_DUP2, journal.descriptor, INHERITED),
            *((os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0) for number in range(3)),
        ],
        setsid=True,
    )
    _drawers.append(Drawer(pid))
    return _drawers[0]
