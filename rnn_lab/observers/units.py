"""The recurrent units at work: how many are saturated, and how many directions their states fill."""

import numpy as np
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.network.activations import TANH, Activation
from rnn_lab.observers.observer import Array, Observer, Snapshot, Training, Watcher
from rnn_lab.observers.probe import every_nth, take_probe

SATURATED = 0.1


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Units(Observer):
    """Saturation and effective rank of the last layer's states, on a probe of the training split.

        units/saturated         share of states h whose slope f' is below a tenth of the largest one: of tanh
                                |h| > .95, of sigmoid h < .026 or > .974, of relu the inactive ones; h of a gated cell
                                counts as tanh's
        units/effective_rank    exp of the entropy of the states' normalised singular values, from 1 to H
        saturated (R, H)        the share by unit, an array

    Cost: a forward pass of the probe, and the singular values of its (T B, H) states.

    Args:
        every: epochs between two measurements.
        batch: records of the probe, or lanes of a stream.
        steps: of a stream's lanes; windows have their own.

    Reference: Roy & Vetterli, "The effective rank" (2007).
    """

    every: int = Field(default=1, ge=1)
    batch: int = Field(default=32, ge=1)
    steps: int = Field(default=50, ge=2)

    def watch(self, training: Training) -> Watcher:
        """Begin to watch a run."""
        probe = take_probe(training, self.batch, self.steps, "observers.units")
        R, T, B = probe.X.shape[:3]
        recurrence = probe.network.unroll(R, B, T)
        activation = getattr(training.network.model, "activation", TANH)

        def measure(snapshot: Snapshot) -> tuple[dict[str, Array], dict[str, Array]]:
            recurrence.begin(snapshot.parameters)
            states = recurrence.forward_steps(snapshot.parameters, probe.X).reshape(R, T * B, -1)
            by_unit = saturation(states, activation)
            metrics = {"units/saturated": by_unit.mean(axis=1), "units/effective_rank": effective_rank(states)}
            return metrics, {"saturated": by_unit}

        return every_nth(self.every, training.epochs, measure)


def saturation(states: Array, activation: Activation) -> Array:
    """Share of the states (R, N, H) of each unit whose slope is below a tenth of the largest: (R, H)."""
    slopes, steepest = np.empty_like(states), np.empty(1)
    activation.slope(states, slopes)
    peak = np.zeros(1)
    activation.apply(peak)
    activation.slope(np.maximum(peak, 1e-300), steepest)  # f' is largest at 0, of relu just above it
    share = (slopes < SATURATED * steepest).mean(axis=1)
    return np.where(np.isfinite(states).all(axis=1), share, np.nan)


def effective_rank(states: Array) -> Array:
    """Effective rank, exp of the entropy of normalised singular values of centred states: (R, N, H) -> (R,).

    Example:
        >>> one = np.array([[1.0, 1.0], [-1.0, -1.0], [2.0, 2.0], [-2.0, -2.0]])
        >>> two = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
        >>> effective_rank(np.stack([one, two])).round(6)
        array([1., 2.])
    """
    rank = np.full(len(states), np.nan)
    finite = np.isfinite(states).all(axis=(1, 2))
    values = np.linalg.svd(states[finite] - states[finite].mean(axis=1, keepdims=True), compute_uv=False)
    total = values.sum(axis=1, keepdims=True)
    p = values / np.where(total > 0, total, 1.0)
    rank[finite] = np.exp(-(p * np.log(np.where(p > 0, p, 1.0))).sum(axis=1))
    return rank
