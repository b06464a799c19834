"""Memory capacity: how much of past inputs a linear readout of the state can give back."""

import numpy as np
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.capacity import refuse_too_large
from rnn_lab.component import STRICT
from rnn_lab.errors import BadInput
from rnn_lab.network import Network, Parameters
from rnn_lab.observers.observer import Array, Observer, Snapshot, Training, Watcher
from rnn_lab.observers.probe import every_nth
from rnn_lab.rng import named_rng
from rnn_lab.rules.rule import memory_of_steps
from rnn_lab.sequences import Records, Rows


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Memory(Observer):
    """Delayed linear recall: r^2_d of the best linear readout of h_t with the input of d steps ago, x_{t-d}.

    The network runs on inputs that are uniform and independent, with each training column's mean and standard
    deviation, the same for all epochs and replicas. The readout is fitted on the first half of the steps and r^2 is
    that of the second half (below 0 counts as 0), so chance recalls nothing. Of several inputs it is their sum.

        memory/capacity            the sum of r^2_d over d = 0 .. delays; at most H
        recall_by_delay (R, d+1)   r^2_d, an array

    It says what the state carries, whether or not a gradient has ever reached that far: memory is not credit.

    Cost: a forward pass of ``steps`` steps, one by one, and one least-squares problem of H unknowns.

    Args:
        every: epochs between two measurements.
        delays: the longest delay d.
        steps: that are run, after ``delays`` of them have been thrown away.

    Reference: Jaeger, "Short term memory in echo state networks" (2001).
    """

    every: int = Field(default=10, ge=1)
    delays: int = Field(default=20, ge=1)
    steps: int = Field(default=1000, ge=100)

    def watch(self, training: Training) -> Watcher:
        """Begin to watch a run.

        Raises:
            BadInput: weights by position cannot go on beyond their window; there are too few steps; or too many for
                the memory that is free.
        """
        network = training.network
        if network.model.encoding == "positional":
            raise BadInput("observers.memory runs on beyond the window: it needs model.encoding=shared.")
        if self.delays >= self.steps:
            raise BadInput(
                f"observers.memory.delays={self.delays} must be less than observers.memory.steps={self.steps}: so"
                " long a delay could not be told from chance."
            )
        if self.steps < 4 * (network.model.hidden_dim + 1):
            raise BadInput(
                f"observers.memory.steps={self.steps} cannot tell the recall of {network.model.hidden_dim} units from "
                f"chance: it must be at least {4 * (network.model.hidden_dim + 1)}."
            )
        R, D = len(training.seeds), network.inputs
        run, wanted = self.steps + self.delays, 4.0 * self.steps * (self.delays + 1) * D
        refuse_too_large(
            memory_of_steps(network, R, 1, run) + 8 * (run * D + wanted),
            f"observers.memory.steps={self.steps} with observers.memory.delays={self.delays}, model.hidden_dim="
            f"{network.model.hidden_dim} and replicas={R}",
        )
        probe: Array = training.data.train.accept(_Columns())
        drawn = named_rng(0, "noise", 0, 2).uniform(-np.sqrt(3), np.sqrt(3), (self.steps + self.delays, D))
        x = probe.mean(axis=0) + probe.std(axis=0) * drawn

        def measure(snapshot: Snapshot) -> tuple[dict[str, Array], dict[str, Array]]:
            states = _states(network, snapshot.parameters, x)[:, self.delays :]
            recalled = np.stack([recall(states[r], x, self.delays) for r in range(R)])
            return {"memory/capacity": recalled.sum(axis=1)}, {"recall_by_delay": recalled}

        return every_nth(self.every, training.epochs, measure)


class _Columns:
    """Training inputs, (N, D): some of them suffice."""

    MOST = 10_000

    def of_records(self, records: Records) -> Array:
        """Of records."""
        few = np.asarray(records.X[: self.MOST // records.X.shape[1] + 1])
        return few.reshape(-1, few.shape[-1])[: self.MOST]

    def of_rows(self, rows: Rows) -> Array:
        """Of a stream."""
        X, _ = rows.read(np.array([0]), min(rows.length, self.MOST))
        return np.asarray(X[:, 0])


def _states(network: Network, parameters: Parameters, x: Array) -> Array:
    """The last layer's states (R, steps, H) along inputs x (steps, D)."""
    R = parameters.replicas
    recurrence = network.unroll(R, 1, len(x))
    recurrence.begin(parameters)
    X = np.broadcast_to(x[None, :, None].astype(network.dtype), (R, len(x), 1, x.shape[1]))
    return np.asarray(recurrence.forward_steps(parameters, X)[:, :, 0], float)


def recall(states: Array, x: Array, delays: int) -> Array:
    """r^2 by delay, summed over inputs: states (n, H) of the last n of the inputs x (n + delays, D) -> (delays + 1,).

    Example:
        >>> x = np.random.default_rng(0).uniform(-1, 1, (502, 1))
        >>> states = np.concatenate([x[2:], x[1:-1]], axis=1)  # a delay line of two
        >>> recall(states, x, 2).round(2).tolist()
        [1.0, 1.0, 0.0]
    """
    n, half = len(states), len(states) // 2
    if not np.isfinite(states).all():
        return np.full(delays + 1, np.nan)
    given = np.concatenate([states, np.ones((n, 1))], axis=1)
    wanted = np.stack([x[delays - d : delays - d + n] for d in range(delays + 1)], axis=1)  # (n, delays + 1, D)
    fitted = np.linalg.lstsq(given[:half], wanted[:half].reshape(half, -1), rcond=None)[0]
    missed = ((given[half:] @ fitted).reshape(n - half, delays + 1, -1) - wanted[half:]) ** 2
    spread = (wanted[half:] - wanted[half:].mean(axis=0)) ** 2
    total = spread.sum(axis=0)
    share = 1.0 - missed.sum(axis=0) / np.where(total > 0, total, 1.0)
    return np.asarray(np.where(total > 0, np.maximum(share, 0.0), 0.0).sum(axis=1))
