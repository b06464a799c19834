"""The gradient by lag: how far back the loss is felt."""

from dataclasses import replace

import numpy as np
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.observers.observer import Array, Observer, Snapshot, Training, Watcher
from rnn_lab.observers.probe import Probe, every_nth, take_probe
from rnn_lab.rules import BPTT, Reach


@dataclass(frozen=True, kw_only=True, config=STRICT)
class GradientByLag(Observer):
    """|dL/dh_{t-j}| by the lag j, of the loss at one step t, on a probe of the training split.

    t is the last step of the window; with masks, the step at which most of the probe's records have a target, and the
    records are those. A length is a root mean square over records; the gradient goes back through all steps,
    whatever k the run trains with.

        grad/decay_by_lag      exp of the slope of ln |dL/dh_{t-j}| over j: the factor a step; below 1 it vanishes
        grad/share_beyond_k    sum of the lengths at lags >= k over the sum of all: what the run's k cuts off
        dh_by_lag (R, lags)    the lengths, an array

    Cost: one forward and one backward pass of the probe through all of its steps, each time.

    Args:
        every: epochs between two measurements.
        batch: records of the probe, or lanes of a stream.
        steps: of a stream's lanes; windows have their own.
    """

    every: int = Field(default=1, ge=1)
    batch: int = Field(default=32, ge=1)
    steps: int = Field(default=50, ge=2)

    def watch(self, training: Training) -> Watcher:
        """Begin to watch a run."""
        probe = take_probe(training, self.batch, self.steps, "observers.gradient_by_lag")
        probe, weights, last = at_one_step(probe)
        R, T, B = probe.X.shape[:3]
        rule = BPTT(record_signals=True).for_windows(probe.network, R, B, Reach(bptt_truncate=T))
        k = training.reach.bptt_truncate

        def measure(snapshot: Snapshot) -> tuple[dict[str, Array], dict[str, Array]]:
            rule(snapshot.parameters, probe.X, probe.Y, weights)
            lengths = rule.signals()["dh_by_lag"][:, T - 1 - last :]
            share = lengths[:, k:].sum(axis=1) / lengths.sum(axis=1)
            metrics = {"grad/decay_by_lag": decay(lengths), "grad/share_beyond_k": share}
            return metrics, {"dh_by_lag": lengths.copy()}

        return every_nth(self.every, training.epochs, measure)


def at_one_step(probe: Probe) -> tuple[Probe, Array | None, int]:
    """Choose the step whose loss is sent back: the probe's records that have one, its weights, and which it is."""
    R, T, B = probe.X.shape[:3]
    if not probe.network.each_step:
        return probe, None, T - 1
    last = T - 1
    if probe.mask is not None:
        counts = probe.mask.sum(axis=1)
        last = int(np.flatnonzero(counts == counts.max())[-1])
        which = np.flatnonzero(probe.mask[last])
        probe = replace(probe, X=probe.X[:, :, which], Y=probe.Y[:, :, which], mask=None)
        B = len(which)
    weights = np.zeros((R, T, B), probe.X.dtype)
    weights[:, last] = 1.0 / B
    return probe, weights, last


def decay(lengths: Array) -> Array:
    """Fit ln length = a + j ln(factor) over the lags j with a length above 0: (R, lags) -> (R,) factors.

    Example:
        >>> decay(np.array([[8.0, 4.0, 2.0, 1.0, 0.0]])).round(6)
        array([0.5])
    """
    factors = np.full(len(lengths), np.nan)
    for r, row in enumerate(lengths):
        usable = np.flatnonzero((row > 0) & np.isfinite(row))
        if len(usable) > 1:
            factors[r] = np.exp(np.polyfit(usable, np.log(row[usable]), 1)[0])
    return factors
