"""Checks before the first update: is the gradient right, can one batch be learned by heart, and what takes the time?"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.network import Network, Parameters
from rnn_lab.observers import Observer, Seen, Snapshot, Training, Watcher
from rnn_lab.observers.probe import Probe, take_probe
from rnn_lab.rng import named_rng
from rnn_lab.rules import BPTT, Reach
from rnn_lab.rules.rule import begin_epoch
from rnn_lab.training.clipping import Clipping
from rnn_lab.training.optimizers import Adam
from rnn_lab.training.state import TrainingState

log = logging.getLogger("rnn_lab")

Array = NDArray[Any]
STEP = 1e-5
TOLERANCE = 1e-4
ROUNDS = 5


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Debug(Observer):
    """Checks of the composed network, all before the first update; `trainer=debug` brings it along.

        debug/gradient_error            of full back-propagation against central differences, the worst parameter's;
                                        above 1e-4 the run stops and names it
        debug/batch_loss_first, _last   of one batch, before and after ``updates`` by Adam with full back-propagation
        debug/forward_ms, gradient_ms, update_ms    of one batch: the way forward alone, the run's rule, Adam's update

    The check, of every parameter by itself, in double precision: with v a unit vector, half of it along the gradient g
    and half of it random, (L(theta + s v) - L(theta - s v)) / 2s should be g . v; the error is their difference over
    |g|. The run itself is not touched.

    Args:
        batch: records of the batch, or lanes of a stream.
        steps: of a stream's lanes; windows have their own.
        updates: on the one batch.
        learning_rate: of these.
    """

    batch: int = Field(default=10, ge=1)
    steps: int = Field(default=50, ge=2)
    updates: int = Field(default=200, ge=1)
    learning_rate: float = Field(default=0.01, gt=0)

    def watch(self, training: Training) -> Watcher:
        """Begin to watch a run."""
        probe = take_probe(training, self.batch, self.steps, "observers.debug")
        seen: dict[str, Array] = {}

        def watch(snapshot: Snapshot) -> Seen:
            if seen:
                return Seen(metrics={name: np.full_like(values, np.nan) for name, values in seen.items()})
            errors = gradient_errors(probe, snapshot.parameters)
            worst = max(errors, key=lambda name: float(errors[name].max()))
            learned = self._learn_by_heart(probe, snapshot.parameters)
            times = profile(training, probe, snapshot.parameters)
            seen.update({"debug/gradient_error": errors[worst], **learned, **times})
            first, last = (float(values.mean()) for values in learned.values())
            B = probe.X.shape[2]
            log.info("gradient   of every parameter within %.1e of central differences", errors[worst].max())
            log.info("one batch  of %d: loss %.4g, and %.4g after %d updates", B, first, last, self.updates)
            said = ", ".join(
                f"{name.removeprefix('debug/').removesuffix('_ms')} {values[0]:.3g} ms"
                for name, values in times.items()
            )
            log.info("time       of that batch: %s", said)
            wrong = not errors[worst].max() <= TOLERANCE
            reason = f"the gradient of {worst} is wrong: it is {errors[worst].max():.1e} off central differences"
            return Seen(metrics=dict(seen), stop=reason if wrong else None)

        return watch

    def _learn_by_heart(self, probe: Probe, parameters: Parameters) -> dict[str, Array]:
        state, optimizer = TrainingState.before(parameters.copy()), Adam(learning_rate=self.learning_rate)
        optimizer.begin_training(state)
        loss = full_gradient(probe)
        first = loss(state.parameters)[0].copy()
        with np.errstate(over="ignore", invalid="ignore"):
            for update in range(self.updates):
                optimizer.step(state, loss, Clipping(norm=1.0), update / self.updates, 1)
        return {"debug/batch_loss_first": first, "debug/batch_loss_last": loss(state.parameters)[0].copy()}


def full_gradient(probe: Probe) -> Callable[..., tuple[Array, Parameters]]:
    """Loss (R,) and gradient of the probe by back-propagation through all of its steps."""
    R, T, B = probe.X.shape[:3]
    rule = BPTT().for_windows(probe.network, R, B, Reach(bptt_truncate=T))
    return lambda parameters, *_: rule(parameters, probe.X, probe.Y, probe.weights)


def gradient_errors(probe: Probe, parameters: Parameters) -> Mapping[str, Array]:
    """Differences between the gradient and central differences over the gradient's length: parameter -> (R,)."""
    network: Network = replace(probe.network, dtype="float64")
    probe = replace(probe, network=network, X=probe.X.astype(float))
    if probe.Y.dtype.kind == "f":
        probe = replace(probe, Y=probe.Y.astype(float))
    theta = Parameters.from_arrays({name: values.astype(float) for name, values in parameters.arrays().items()})
    loss, rng = full_gradient(probe), named_rng(0, "noise", 0, 4)
    gradient = loss(theta)[1].copy()
    found = {}
    for name, g in gradient.arrays().items():
        axes = tuple(range(1, g.ndim))
        length = np.sqrt((g**2).sum(axis=axes, keepdims=True))
        v = np.broadcast_to(rng.standard_normal(g.shape[1:]), g.shape)
        v = g / np.where(length > 0, length, 1.0) + v / np.sqrt((v**2).sum(axis=axes, keepdims=True))
        v = v / np.sqrt((v**2).sum(axis=axes, keepdims=True))
        ends = []
        for sign in (1, -1):
            moved = theta.copy()
            moved[name][...] += sign * STEP * v
            ends.append(loss(moved)[0].copy())
        off = np.abs((ends[0] - ends[1]) / (2 * STEP) - (g * v).sum(axis=axes))
        whole = np.sqrt((gradient.flat**2).sum(axis=1))
        found[name] = off / np.maximum(length.reshape(-1), 1e-3 * whole + 1e-300)
    return found


def profile(training: Training, probe: Probe, parameters: Parameters) -> dict[str, Array]:
    """Time of the parts of an update on the probe, in milliseconds, the median of a few: each (R,), all replicas'."""
    R, _, B = probe.X.shape[:3]
    network, state = probe.network, TrainingState.before(parameters.copy())
    rule = training.rule.for_windows(network, R, B, training.reach)
    begin_epoch(rule, training.rule, [named_rng(seed, "noise", 0, 4) for seed in training.seeds])
    optimizer = Adam(learning_rate=1e-9)
    optimizer.begin_training(state)
    forward = network.unroll(R, B, 1)

    def ahead() -> None:
        for _ in forward.iter_blocks(parameters, probe.X):
            pass

    def gradient() -> Any:
        return rule(parameters, probe.X, probe.Y, probe.weights)

    kept = gradient()
    parts: dict[str, Callable[[], Any]] = {
        "forward": ahead,
        "gradient": gradient,
        "update": lambda: optimizer.step(state, lambda *_: kept, Clipping(), 0.0, 1),
    }
    return {f"debug/{name}_ms": np.full(R, _milliseconds(part)) for name, part in parts.items()}


def _milliseconds(part: Callable[[], Any]) -> float:
    times = []
    for _ in range(ROUNDS):
        started = perf_counter()
        part()
        times.append(1e3 * (perf_counter() - started))
    return float(np.median(times))
