"""Loss and gradient by truncated back-propagation through time: of windows, and of streams.

**Truncation.** The loss at a step sends its gradient back through at most k applications of the recurrent layers; the
state before them counts as a constant. With k >= T, or from the beginning of a stream, that is the whole gradient.

**Strides.** With a loss at every step, going back k steps for each of them would cost k times as much as the forward
pass. So the gradient goes back once for every k' losses: BPTT(k; k'), through all k remembered steps. A loss then
reaches back through k - k' + 1 steps at least and k at most; k' = 1 is exact truncation, k' = k the cheapest.

Reference: Williams & Peng, "An efficient gradient-based algorithm for on-line training of recurrent network
trajectories" (1990), whose h and h' are k and k' here.
"""

from typing import ClassVar

import numpy as np
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.network import Network, Parameters
from rnn_lab.network.layer import Array
from rnn_lab.rules.backward_pass import BackwardPass
from rnn_lab.rules.prefix import go_through, make_prefix
from rnn_lab.rules.rule import Reach, Rule, mean_weights


class TruncatedGradient:
    """Loss and gradient of windows.

    Args:
        network: what to differentiate.
        replicas, batch: R, B.
        bptt_truncate: k.
        bptt_stride: k', at most k; None for k. It matters where there is a loss at each step and k < T.
        record_signals, into_layers: see `BackwardPass`.

    Attributes:
        recurrence: the layers, with what the last call left in them.

    Example:
        >>> from rnn_lab.network import Elman
        >>> network = Network(Elman(hidden_dim=4), inputs=1, outputs=1, window=10)
        >>> rule = TruncatedGradient(network, replicas=2, batch=5, bptt_truncate=3)
        >>> loss, gradient = rule(network.initial([0, 1]), np.zeros((2, 10, 5, 1)), np.ones((2, 5, 1)))
        >>> loss, gradient["b_y"].ravel()  # from zeros comes zero, which misses the target by 1
        (array([0.5, 0.5]), array([-1., -1.]))
    """

    def __init__(
        self,
        network: Network,
        replicas: int,
        batch: int,
        bptt_truncate: int,
        bptt_stride: int | None = None,
        record_signals: bool = False,
        into_layers: bool = True,
    ) -> None:
        assert network.window is not None
        history = min(bptt_truncate, network.window)
        self.stride = network.window if history == network.window else bptt_stride or history
        self.each_step = network.each_step
        self.backward = BackwardPass(network, replicas, batch, history, record_signals, into_layers)
        self.recurrence = self.backward.recurrence
        self._prefix = None if network.each_step else make_prefix(network, replicas, batch, history)
        self._total = network.zeros(replicas) if self.each_step and self.stride < network.window else None

    def __call__(
        self,
        parameters: Parameters,
        X: Array,
        Y: Array,
        weights: Array | None = None,
        sampled: Array | None = None,
    ) -> tuple[Array, Parameters]:
        """Loss (R,) and gradient.

        Args:
            parameters: of R networks.
            X: (R, T, B, D).
            Y: (R, B, O), or (R, T, B, O) with a loss at each step; of classes (R, B) or (R, T, B).
            weights: (R, T, B), of the losses at each step; None for their mean.
            sampled: (R, T, B), steps that read the last output instead of X; see `BackwardPass.forward_steps`.
        """
        if not self.each_step:
            go_through(self.recurrence, self._prefix, parameters, X)
            return self.backward(parameters, Y[:, None]), self.backward.gradient
        self.recurrence.begin(parameters)
        if self._total is None:
            self.backward.forward_steps(parameters, X, sampled)
            return self.backward(parameters, Y, weights), self.backward.gradient
        return self._by_strides(parameters, X, Y, weights, sampled), self._total

    def signals(self) -> dict[str, Array]:
        """The signals of the last call; none unless it was made with ``record_signals``."""
        return self.backward.signals()

    def _by_strides(
        self, parameters: Parameters, X: Array, Y: Array, weights: Array | None, sampled: Array | None
    ) -> Array:
        """Add up losses and gradients over the window."""
        total = self._total
        assert total is not None
        R, T, B = X.shape[:3]
        weights = mean_weights(weights, (R, T, B), X.dtype)
        total.flat.fill(0.0)
        loss = np.zeros(R)
        for start in range(0, T, self.stride):
            part = slice(start, start + self.stride)
            self.backward.forward_steps(parameters, X[:, part], None if sampled is None else sampled[:, part])
            loss = loss + self.backward(parameters, Y[:, part], weights[:, part])
            total.flat += self.backward.gradient.flat
        return loss


class TruncatedStreamGradient:
    """Loss and gradient of a stream, chunk by chunk; the state goes on from one to the next.

    Who updates the parameters after each chunk has the remembered steps, and the state, from the parameters before.

    Args:
        network: what to differentiate.
        replicas, lanes: R, B.
        bptt_truncate: k.
        record_signals, into_layers: see `BackwardPass`.

    Example:
        >>> from rnn_lab.network import Elman
        >>> network = Network(Elman(hidden_dim=4), inputs=1, outputs=1, window=None, each_step=True)
        >>> rule = TruncatedStreamGradient(network, replicas=1, lanes=2, bptt_truncate=6)
        >>> parameters = network.initial([0])
        >>> rule.begin(parameters)
        >>> for chunk in range(2):
        ...     loss, gradient = rule(parameters, np.zeros((1, 3, 2, 1)), np.ones((1, 3, 2, 1)))
        >>> loss
        array([0.5])
    """

    def __init__(
        self,
        network: Network,
        replicas: int,
        lanes: int,
        bptt_truncate: int,
        record_signals: bool = False,
        into_layers: bool = True,
    ) -> None:
        self.backward = BackwardPass(network, replicas, lanes, bptt_truncate, record_signals, into_layers)
        self.recurrence = self.backward.recurrence

    def begin(self, parameters: Parameters) -> None:
        """Go to the beginning of every lane."""
        self.recurrence.begin(parameters)

    def __call__(
        self,
        parameters: Parameters,
        X: Array,
        Y: Array,
        weights: Array | None = None,
        sampled: Array | None = None,
    ) -> tuple[Array, Parameters]:
        """Loss (R,) and gradient of the next n <= k steps.

        Args:
            parameters: of R networks.
            X: (R, n, B, D).
            Y: (R, n, B, O), or classes (R, n, B).
            weights: (R, n, B), of each loss; None for their mean.
            sampled: (R, n, B), steps that read the last output instead of X; see `BackwardPass.forward_steps`.
        """
        self.backward.forward_steps(parameters, X, sampled)
        return self.backward(parameters, Y, weights), self.backward.gradient

    def signals(self) -> dict[str, Array]:
        """The signals of the last call; none unless it was made with ``record_signals``."""
        return self.backward.signals()


@dataclass(frozen=True, kw_only=True, config=STRICT)
class BPTT(Rule):
    """Truncated back-propagation through time.

    Args:
        record_signals: whether ``signals()`` has ``dh_by_lag``; it costs a copy of dL/dh a step.

    Example:
        >>> from rnn_lab.network import Elman
        >>> network = Network(Elman(hidden_dim=4), inputs=1, outputs=1, window=10)
        >>> rule = BPTT(record_signals=True).for_windows(network, 2, 5, Reach(bptt_truncate=3))
        >>> _ = rule(network.initial([0, 1]), np.ones((2, 10, 5, 1)), np.ones((2, 5, 1)))
        >>> rule.signals()["dh_by_lag"].shape
        (2, 3)
    """

    supports_sampling: ClassVar[bool] = True
    is_gradient: ClassVar[bool] = True

    record_signals: bool = False

    def for_windows(self, network: Network, replicas: int, batch: int, settings: Reach) -> TruncatedGradient:
        """Allocate what works on batches of windows of one size."""
        k, stride = settings.bptt_truncate, settings.bptt_stride
        return TruncatedGradient(network, replicas, batch, k, stride, self.record_signals)

    def for_stream(self, network: Network, replicas: int, lanes: int, settings: Reach) -> TruncatedStreamGradient:
        """Allocate what works along a stream's lanes."""
        return TruncatedStreamGradient(network, replicas, lanes, settings.bptt_truncate, self.record_signals)
