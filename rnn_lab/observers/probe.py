"""A probe: a fixed batch of the training split, on which observers measure what training itself does not tell."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from rnn_lab.capacity import refuse_too_large
from rnn_lab.errors import BadInput
from rnn_lab.network import Network
from rnn_lab.observers.observer import Array, Seen, Snapshot, Training, Watcher
from rnn_lab.rules.rule import memory_of_steps
from rnn_lab.sequences import Records, Rows


@dataclass(frozen=True, eq=False)
class Probe:
    """A batch as the rules read it, the same for every replica.

    Attributes:
        network: the run's; of a stream, one for windows of the probe's steps.
        X, Y: (R, T, B, D) and as `WindowGradient` takes them.
        mask: (T, B), the steps whose target counts; None: all.
    """

    network: Network
    X: Array
    Y: Array
    mask: Array | None

    @property
    def weights(self) -> Array | None:
        """Weights of the losses at each step, (R, T, B), as in training."""
        if self.mask is None:
            return None
        shared = self.mask / self.mask.sum()
        return np.broadcast_to(shared, (len(self.X), *shared.shape))


@dataclass(frozen=True)
class _Reader:
    """Visitor of a split that takes a probe of its records or of its rows, spread evenly over it."""

    training: Training
    batch: int
    steps: int
    key: str

    def refuse_too_large(self, batch: int, steps: int) -> None:
        """Refuse a probe whose states no memory holds."""
        network, R = self.training.network, len(self.training.seeds)
        refuse_too_large(
            memory_of_steps(network, R, batch, steps),
            f"{self.key}.batch={batch} of {steps} steps with model.hidden_dim={network.model.hidden_dim} and "
            f"replicas={R}",
        )

    def of_records(self, records: Records) -> Probe:
        network, R = self.training.network, len(self.training.seeds)
        self.refuse_too_large(min(self.batch, len(records)), int(records.X.shape[1]))
        which = np.linspace(0, len(records) - 1, min(self.batch, len(records))).astype(int)
        X = network.time_major(records.X[which], R)
        Y = network.time_major(records.Y[which], R) if network.each_step else _shared(network, records.Y[which], R)
        return Probe(network, X, Y, None if records.mask is None else records.mask[which].T.astype(network.dtype))

    def of_rows(self, rows: Rows) -> Probe:
        network, R = self.training.network, len(self.training.seeds)
        if rows.length < self.steps:
            raise BadInput(f"{self.key}.steps={self.steps} is more than the {rows.length} training steps.")
        self.refuse_too_large(self.batch, self.steps)
        starts = np.linspace(0, rows.length - self.steps, self.batch).astype(np.int64)
        X, Y = (_shared(network, part, R) for part in rows.read(starts, self.steps))
        return Probe(replace(network, window=self.steps), X, Y, None)


def _shared(network: Network, values: Array, replicas: int) -> Array:
    values = values.astype(network.dtype) if values.dtype.kind == "f" else values
    return np.broadcast_to(values, (replicas, *values.shape))


def take_probe(training: Training, batch: int, steps: int, key: str) -> Probe:
    """Take records of the training split, or of a stream lanes of so many steps, from the state before the first.

    Args:
        training: the run.
        batch: records, or lanes; fewer if there are not so many.
        steps: of a stream; windows have their own.
        key: the observer's, for messages.

    Raises:
        BadInput: the stream has fewer steps, or no memory holds the states.
    """
    probe: Probe = training.data.train.accept(_Reader(training, batch, steps, key))
    return probe


Measured = Callable[[Snapshot], tuple[Mapping[str, Array], Mapping[str, Array]]]


def every_nth(every: int, epochs: int, measure: Measured) -> Watcher:
    """Measure at epoch 0, at every n-th and at the last of all epochs; in between, metrics are NaN: not measured."""
    names: dict[str, Any] = {}

    def watch(snapshot: Snapshot) -> Seen:
        between = snapshot.epoch % every != 0 and snapshot.epoch != epochs
        if not between or not names:  # a run that resumes in between asks for the names alone
            with np.errstate(all="ignore"):  # a network that diverged is NaN here as elsewhere
                metrics, arrays = measure(snapshot)
            names.update(metrics)
        if between:
            return Seen(metrics={name: np.full_like(values, np.nan) for name, values in names.items()})
        return Seen(metrics=metrics, arrays=arrays)

    return watch
