"""Signals that end a command: Ctrl-C, a request to terminate, a terminal that is closed.

Each has a reason, which the run's record gives, and the exit code that shells expect of it, 128 and its number. While
a command loads and composes, a signal ends it at once; once a run is under way, it is raised as `Ended`, so that the
run can save what it has. A second one then ends the process without a word.
"""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

REASONS = {
    signal.SIGINT: "interrupted",
    signal.SIGTERM: "terminated",
    signal.SIGHUP: "the terminal was closed",
}
ECHO = 0.3
"""Seconds within which a second signal is the first one's echo: a shell and the kernel both send one, or a launcher
passes on what the terminal has sent to all."""

_listening: set[int] = set()
_terminals: list[int] = []
_held: list[int] | None = None
_first = 0.0
_received: "Ended | None" = None


class Ended(KeyboardInterrupt):
    """A signal that ends a run.

    Args:
        number: the signal's.

    Example:
        >>> ended = Ended(signal.SIGTERM)
        >>> ended.reason, ended.code
        ('terminated', 143)
    """

    def __init__(self, number: int = signal.SIGINT) -> None:
        self.number = signal.Signals(number)
        super().__init__(self.reason)

    @property
    def reason(self) -> str:
        """Reason why the run ended, as its record says it."""
        return REASONS[self.number]

    @property
    def code(self) -> int:
        """The exit code."""
        return 128 + self.number


def ended_by(error: KeyboardInterrupt) -> Ended:
    """The signal behind an exception; Python's own, where nobody listens, is Ctrl-C."""
    return error if isinstance(error, Ended) else Ended()


def received() -> Ended | None:
    """The signal that was raised in this process, if one was: whatever failed after it failed because of it."""
    return _received


def listen() -> None:
    """Take over the signals of this process; call it first of all, before anything else is imported.

    What is ignored when the process starts stays so: a run under ``nohup`` outlives its terminal.
    """
    note_terminals()
    for number in REASONS:
        if signal.getsignal(number) != signal.SIG_IGN:
            _listening.add(number)
            signal.signal(number, _exit)


def note_terminals() -> None:
    """Note which streams are a terminal's, for `let_go_of_terminal`; one that is closed can no longer be told."""
    _terminals[:] = [number for number in range(3) if os.isatty(number)]


def raise_from_here() -> None:
    """Let the first signal from now on raise `Ended`. Nothing changes in a process that does not listen."""
    for number in _listening:
        signal.signal(number, _raise)


@contextmanager
def held_back() -> Iterator[None]:
    """Let a signal wait until the block is through, as an import has to be; then it is raised."""
    global _held
    _held = []
    try:
        yield
    finally:
        waiting, _held = _held, None
    if waiting:
        _raise(waiting[0], None)


def _exit(number: int, _: FrameType | None) -> None:
    if _held is not None:
        _held.append(number)
        return
    let_go_of_terminal(number)
    os.write(2, f"{REASONS[signal.Signals(number)].capitalize()}.\n".encode())
    os._exit(128 + number)


def _raise(number: int, _: FrameType | None) -> None:
    global _first, _received
    if _held is not None:
        _held.append(number)
        return
    _first, _received = time.monotonic(), Ended(number)
    for other in _listening:
        signal.signal(other, _end)
    let_go_of_terminal(number)
    raise _received


def _end(number: int, _: FrameType | None) -> None:
    if time.monotonic() - _first > ECHO:
        os._exit(128 + number)


def let_go_of_terminal(number: int) -> None:
    """Send to nowhere what would go to a closed terminal, for each line written there fails."""
    if number == signal.SIGHUP:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for terminal in _terminals:
            os.dup2(nowhere, terminal)
        os.close(nowhere)
