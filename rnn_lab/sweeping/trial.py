"""The trial that this process is running now, if any: how a task reports to it and hears that it should stop.

The sweeper's worker opens a channel for each trial. A plain run has none, and then every call here is a no-op that
imports nothing.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

Values = float | Sequence[float]
"""One value, or one for each replica (a list or an array of length R), which the sweep aggregates."""

Channel = Callable[[int, Values], str | None]
"""Takes (step, value); gives the reason for which the trial should stop now, or None."""

CARRIED_BY = "rnn_lab.carried_by"
"""A trial's tag: the study whose relay carries its journal to MLflow, so that the trial needs none of its own."""

_channel: Channel | None = None
_tags: Mapping[str, str] = {}


class Pruned(Exception):
    """The pruner asks this trial to stop: its values so far are worse than those of other trials."""


class _Epoch(Protocol):
    @property
    def epoch(self) -> int: ...
    @property
    def metrics(self) -> Mapping[str, Any]: ...


def advise(step: int, value: Values) -> str | None:
    """Record ``value`` at ``step`` and return why the trial should stop now, or None to go on.

    A task that stops early for this reason may return normally: the sweep still counts the trial as pruned.

    >>> advise(1, 0.5) is None  # no sweep is running here
    True
    """
    return None if _channel is None else _channel(step, value)


def report(step: int, value: Values) -> None:
    """Record ``value`` at ``step``; raises :class:`Pruned` when the trial should stop.

    >>> report(1, 0.5)  # no sweep is running here: nothing happens
    """
    if reason := advise(step, value):
        raise Pruned(reason)


class Reporter:
    """An observer of training that reports one metric after every epoch and passes the pruner's verdict on.

    Its ``verdict`` is None, or the reason for which the run was pruned.

    Epoch 0 is left out: networks that have not learned yet differ by chance, and a pruner must not judge them by it.

    >>> from types import SimpleNamespace
    >>> Reporter("val/rmse")(SimpleNamespace(epoch=1, metrics={"val/rmse": [0.5, 0.4]})) is None
    True
    """

    def __init__(self, metric: str) -> None:
        self.metric = metric
        self.verdict: str | None = None

    def __call__(self, epoch: _Epoch) -> str | None:
        """Report the epoch's metric; a string asks the run to stop, and says why."""
        if epoch.epoch > 0:
            self.verdict = advise(epoch.epoch, epoch.metrics[self.metric])
        return self.verdict


def tags() -> dict[str, str]:
    """Tags that a tracker should write on the run of this trial: its study, its number, and MLflow's parent if any.

    >>> tags()  # no sweep is running here
    {}
    """
    return dict(_tags)


@contextmanager
def opened(channel: Channel, trial_tags: Mapping[str, str]) -> Iterator[None]:
    """Let the task inside the block report to ``channel``."""
    global _channel, _tags
    _channel, _tags = channel, trial_tags
    try:
        yield
    finally:
        _channel, _tags = None, {}
