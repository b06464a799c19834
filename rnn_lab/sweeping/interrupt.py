"""Ctrl-C, SIGTERM and a terminal that is closed, let through only where nothing is half recorded."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from rnn_lab import signals

WORDS = {
    signal.SIGINT: "interrupted",
    signal.SIGTERM: "terminated",
    signal.SIGHUP: "its terminal was closed",
}
"""The signals that end a sweep, and what they mean to its user."""


class Interrupted(Exception):
    """Someone asked the sweep to end; ``code`` is the exit code that shells expect for it."""

    def __init__(self, number: int) -> None:
        self.code = 128 + number
        super().__init__(WORDS[signal.Signals(number)])


class Interrupt:
    """Holds a signal back until the code is in a place where it may end.

    Used as a context manager it takes over the three signals, but for those that are ignored, as under ``nohup``; only
    inside :meth:`allowed` do they raise :class:`Interrupted`. A second one does so where the code allows one again,
    unless it is the first one's echo.
    """

    def __init__(self) -> None:
        self._asked: int | None = None
        self._allowed = False
        self._raised = float("-inf")
        self._before: dict[int, Any] = {}

    def __enter__(self) -> "Interrupt":
        if threading.current_thread() is threading.main_thread():  # no other thread may handle signals
            signals.note_terminals()
            heard = [number for number in WORDS if signal.getsignal(number) != signal.SIG_IGN]
            self._before = {number: signal.signal(number, self._note) for number in heard}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _note(self, number: int, _: FrameType | None) -> None:
        signals.let_go_of_terminal(number)
        if time.monotonic() - self._raised <= signals.ECHO:
            return
        self._asked = number
        if self._allowed:
            self._raise()

    def _raise(self) -> None:
        if self._asked is not None:
            number, self._asked, self._allowed, self._raised = self._asked, None, False, time.monotonic()
            raise Interrupted(number)

    @contextmanager
    def allowed(self) -> Iterator[None]:
        """Let a signal that came, or comes now, raise :class:`Interrupted`."""
        self._allowed = True
        try:
            self._raise()
            yield
        finally:
            self._allowed = False
