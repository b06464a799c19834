"""Anticipated reweighted truncated back-propagation: cut at random, and make up for it.

Going back from step t + 1 to step t, the gradient at the state is cut with probability c, and otherwise multiplied by
1 / (1 - c):

    ds_t = dL_t/ds_t + xi_t / (1 - c) J_{t+1}^T ds_{t+1},    xi_t = 0 with probability c, else 1
    E[ds_t] = dL/ds_t,    so that E[gradient] is the whole gradient

With c = 1 / k the gradient goes through k steps on average, and there is no bias at all: it is paid for in variance,
which grows with the lag. Each record has cuts of its own, from the replica's stream "noise", by epoch.

Of windows only: on a stream the way back between two cuts has no longest length, and memory of k steps does not hold
it. Time: that of back-propagation through k steps on average. Memory: the window's states and gates.

Reference: Tallec & Ollivier, "Unbiasing truncated backpropagation through time" (2017).
"""

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.errors import BadInput
from rnn_lab.network import GRU, Network, Parameters
from rnn_lab.rng import named_rng
from rnn_lab.rules.forward_gradient import at_position, block, readout_error
from rnn_lab.rules.local import linearise, parts, refuse_unknown
from rnn_lab.rules.rule import Reach, WindowRule, mean_weights

Array = NDArray[Any]


class RandomlyTruncated:
    """Loss and gradient of windows.

    Args:
        network: what to differentiate: one recurrent layer, and windows.
        replicas, batch: R, B.
        cut: c.
    """

    def __init__(self, network: Network, replicas: int, batch: int, cut: float) -> None:
        self.network, self.cut = network, cut
        self.gradient = network.zeros(replicas)
        self._noise: Sequence[np.random.Generator] = [named_rng(replica, "noise") for replica in range(replicas)]

    def begin_epoch(self, noise: Sequence[np.random.Generator]) -> None:
        """Take random numbers from these streams from now on, one a replica."""
        self._noise = noise

    def signals(self) -> dict[str, Array]:
        """None."""
        return {}

    def __call__(
        self,
        parameters: Parameters,
        X: Array,
        Y: Array,
        weights: Array | None = None,
        sampled: Array | None = None,
    ) -> tuple[Array, Parameters]:
        """Loss (R,) and gradient; see `WindowGradient`."""
        network, gradient = self.network, self.gradient
        R, T, B = X.shape[:3]
        H, layer, summed = network.model.hidden_dim, parameters.layer(1), gradient.layer(1)
        Y = Y if network.each_step else Y[:, None]
        first = T - Y.shape[1]
        weights = mean_weights(weights, (R, T - first, B), X.dtype)
        kept = [rng.random((T, B)) >= self.cut for rng in self._noise]
        factors = np.stack(kept).astype(X.dtype) / (1.0 - self.cut)
        gradient.flat.fill(0.0)

        starts = [parameters[name] for name in network.model.STARTS if name in parameters]
        state = np.zeros((R, B, parts(network.model) * H), X.dtype)
        if starts:
            state += np.concatenate(starts, axis=1)[:, None]
        steps, errors, loss = [], [], np.zeros(R)
        for t in range(T):
            steps.append(linearise(network.model, at_position(layer, t), X[:, t], state))
            state = steps[-1].state
            if t >= first:
                at = t - first
                own, error = readout_error(
                    network, parameters, state[..., :H], X[:, t], Y[:, at], weights[:, at], gradient
                )
                loss = loss + own
                errors.append(error)

        ds = np.zeros_like(state)
        for t in range(T - 1, -1, -1):
            if t >= first:
                ds[..., :H] += errors[t - first] @ parameters["W_hy"].swapaxes(1, 2)
            for term in steps[t].terms:
                delta, reached = term.pull(ds), block(summed, term, t, axes=1)
                reached += delta.sum(axis=1) if term.source is None else term.source.swapaxes(1, 2) @ delta
            # The state before the first step has nothing before it to be cut from: a learned start counts as a step.
            ds = (ds[:, :, None] @ steps[t].jacobian())[:, :, 0] * factors[:, t, :, None]
        for part, name in enumerate(network.model.STARTS):
            if name in gradient:
                gradient[name][...] = ds[..., part * H : (part + 1) * H].sum(axis=1)
        return loss, gradient


@dataclass(frozen=True, kw_only=True, config=STRICT)
class ARTBP(WindowRule):
    """Randomly truncated back-propagation with compensation; k steps on average, k of ``trainer.bptt_truncate``.

    Example:
        >>> from rnn_lab.network import Elman
        >>> network = Network(Elman(hidden_dim=4), inputs=1, outputs=1, window=10)
        >>> rule = ARTBP().for_windows(network, 1, 5, Reach(bptt_truncate=4))
        >>> loss, gradient = rule(network.initial([0]), np.ones((1, 10, 5, 1)), np.ones((1, 5, 1)))
        >>> gradient["W_hh"].shape
        (1, 4, 4)
    """

    supports_sampling: ClassVar[bool] = False
    is_gradient: ClassVar[bool] = False
    estimates_gradient: ClassVar[bool] = True
    told_of_epochs: ClassVar[bool] = True
    no_stream: ClassVar[str] = (
        "whose way back between two cuts has no longest length: take rule=uoro, which has no bias either"
    )

    def refuse(self, network: Network) -> None:
        """Refuse a stream, a stack of layers, and a cell whose derivatives nobody has written down."""
        super().refuse(network)
        refuse_unknown("ARTBP", network.model)

    def memory(self, network: Network, replicas: int, batch: int, settings: Reach) -> float:
        """Gates and states of the whole window, and a step's J, in bytes."""
        model, C = network.model, parts(network.model)
        numbers = (3 * model.GATES + 2 * C) * model.hidden_dim
        if isinstance(model, GRU) and model.reset == "before":
            numbers += model.hidden_dim**2  # of each step what a reset gate does to all units
        all_steps = (network.window or 0) * numbers + (C * model.hidden_dim) ** 2
        return float(replicas * batch * all_steps * np.dtype(network.dtype).itemsize)

    def for_windows(self, network: Network, replicas: int, batch: int, settings: Reach) -> RandomlyTruncated:
        """Allocate what works on batches of windows of one size."""
        if settings.bptt_truncate < 2:
            raise BadInput(
                f"the rule ARTBP cuts with probability 1 / k: trainer.bptt_truncate={settings.bptt_truncate} would cut "
                "at every step, and nothing could make up for it; it must be at least 2."
            )
        return RandomlyTruncated(network, replicas, batch, 1.0 / settings.bptt_truncate)
