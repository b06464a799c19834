"""The link to a run in MLflow, printed while it trains, as soon as MLflow has it."""

from collections.abc import Callable
from time import monotonic

from rnn_lab.tracking.launch import Relay
from rnn_lab.training import Epoch

PERIOD = 0.25
"""Seconds between two looks for the relay's word."""


class LiveLink:
    """An observer of training that says once where the run can be watched.

    Args:
        relay: at work on the run; None for a run that is not tracked.
        say: prints a line.
    """

    def __init__(self, relay: Relay | None, say: Callable[[str], None]) -> None:
        self._relay, self._say, self._looked = relay, say, float("-inf")

    def __call__(self, epoch: Epoch) -> None:
        """Look for the link, until it was there."""
        if self._relay is None or monotonic() - self._looked < PERIOD:
            return
        self._looked = monotonic()
        if link := self._relay.link():
            self._say(f"MLflow: {link}")
            self._relay = None
