"""One recurrent layer over time: a memory of its last k steps, and the sums that end a backward pass.

Time: ``history`` is k. The state before the first remembered step has index 0; step t reads ``h[t]`` and writes
``h[t + 1]``. Cells differ only in `forward_steps` and `backward_steps`.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:  # a description makes its own pass: the pass only reads it
    from rnn_lab.network.architecture import Architecture

Array = NDArray[Any]
Weights = Mapping[str, Array]
"""One layer's parameters, each (R, ...), by the names of the first layer."""
ALL = slice(None)


class LayerPass(ABC):
    """One recurrent layer over time, with a memory of its last ``history`` steps; every buffer is allocated once.

    The newest step lies last. `slide` makes room for new steps by moving the remembered ones towards the front, and
    forgets the oldest. So memory does not depend on how long the layer runs.

    Args:
        layer: the layer's description.
        replicas, batch: R, B.
        history: k, steps that are remembered.
        dtype: float64 or float32.

    Attributes:
        n_steps: steps that are remembered so far, at most k.
        states: (R, k+1, B, H), the state before the first of k steps and the k states after them.
        preactivations: (R, k, B, G H), a_t = x_t W_xh + b_h of the newest steps.
        deltas: (R, k, B, G H), after `backward`: the gradient of the loss with respect to a_t of each remembered step.
            Their sizes by lag show how far the gradient reaches.
        dh: (R, B, H), while going back: dL/dh_t.
    """

    def __init__(self, layer: "Architecture", replicas: int, batch: int, history: int, dtype: Any) -> None:
        H, GH = layer.hidden_dim, layer.GATES * layer.hidden_dim
        self.history, self.n_steps = history, 0
        self.recorder: Array | None = None  # (R, k, B, H): if given, backward_steps writes dL/dh_t into it
        self.learned = layer.initial_state == "learned"
        self.states = np.zeros((replicas, history + 1, batch, H), dtype)
        self.deltas = np.zeros((replicas, history, batch, GH), dtype)
        self.preactivations = np.zeros((replicas, history, batch, GH), dtype)
        self.dh = np.zeros((replicas, batch, H), dtype)
        # What a step leaves behind: (R, k+1, ...) with the state before the steps, and (R, k, ...).
        self.carried: dict[str, Array] = {"h_0": self.states}
        self.remembered: list[Array] = []
        # Views made once: the loops over time create no arrays.
        self.h = [self.states[:, t] for t in range(history + 1)]
        self.delta = [self.deltas[:, t] for t in range(history)]
        self.a = [self.preactivations[:, t] for t in range(history)]

    @abstractmethod
    def forward_steps(self, weights: Weights, first: int) -> None:
        """Compute the steps from ``first`` on: read ``a[first]``, .. and ``h[first]``, write ``h[first + 1]``, .."""

    @abstractmethod
    def backward_steps(self, weights: Weights, upstream: Sequence[Array | None], first: int) -> None:
        """Go back from the last step to ``first`` and write their ``deltas``.

        ``upstream`` holds for each of the k steps the gradient (R, B, H) that reaches its state from outside the layer;
        None is zero. If the initial state is learned, the gradient at the state before step ``first`` is left behind in
        what `start_gradients` reads.
        """

    @abstractmethod
    def recurrent_gradient(self, gradient: Weights, first: int) -> None:
        """Write the gradients of W_hh, and of what else only the recurrent side has, after `backward_steps`."""

    def receive(self, upstream: Sequence[Array | None], t: int) -> None:
        """Add to ``dh`` what reaches the state after step t from outside; then it is dL/dh_t, recorded where asked."""
        if (outer := upstream[t]) is not None:
            self.dh += outer
        if self.recorder is not None:
            self.recorder[:, t] = self.dh

    def start_gradients(self) -> dict[str, Array]:
        """Gradients (R, B, H) at the state before the first step, by the names of ``carried``."""
        return {"h_0": self.dh}

    def begin(self, weights: Weights, records: slice = ALL) -> None:
        """Forget all steps; the state of all records, or of some, is the one before the first step."""
        self.n_steps = 0
        for name, states in self.carried.items():
            states[:, -1, records] = weights[name][:, None] if self.learned else 0.0

    def slide(self, steps: int) -> None:
        """Make room for new steps, at most k, at the end."""
        k, first = self.history, max(self.history - self.n_steps - steps, 0)
        for array in self.carried.values():
            array[:, first : k + 1 - steps] = array[:, first + steps : k + 1]
        if first < k - steps:
            for array in self.remembered:
                array[:, first : k - steps] = array[:, first + steps : k]
        self.n_steps = min(self.n_steps + steps, k)

    def project(self, weights: Weights, inputs: Array, position: int) -> None:
        """Write x_t W_xh + b_h of the newest steps: one product instead of one a step.

        ``inputs`` (R, n, B, D) are theirs, and ``position`` is the number of steps that lie before them.
        """
        out, W_xh = self.preactivations[:, self.history - inputs.shape[1] :], weights["W_xh"]
        W_xh = W_xh[:, None] if W_xh.ndim == 3 else W_xh[:, position : position + inputs.shape[1]]
        if inputs.shape[-1] == 1:
            np.multiply(inputs, W_xh, out=out)  # an outer product: cheaper without BLAS
        else:
            np.matmul(inputs, W_xh, out=out)
        if "b_h" in weights:
            out += weights["b_h"][:, None, None]

    def backward(
        self,
        weights: Weights,
        inputs: Array,
        upstream: Sequence[Array | None],
        gradient: Weights,
        position: int,
    ) -> None:
        """Send gradients at the states back through all remembered steps.

            dW_xh = sum_t x_t^T delta_t,    db_h = sum_t delta_t    with t over the remembered steps

        Args:
            weights: as in the steps.
            inputs: (R, k, B, D), of the k steps.
            upstream: for each of the k steps dL/dh_t (R, B, H) but for what passes through later steps, or None;
                the last one is there.
            gradient: written: every parameter of the layer.
            position: steps from the beginning to the last one.
        """
        first = self.history - self.n_steps
        self.backward_steps(weights, upstream, first)
        self.recurrent_gradient(gradient, first)
        deltas, inputs = self.deltas[:, first:], inputs[:, first:]
        if gradient["W_xh"].ndim == 4:
            gradient["W_xh"].fill(0.0)
            reached = gradient["W_xh"][:, position - self.n_steps : position]
            np.matmul(inputs.swapaxes(2, 3), deltas, out=reached)
        else:
            accumulate_outer(inputs, deltas, gradient["W_xh"])
        if "b_h" in gradient:
            deltas.sum(axis=(1, 2), out=gradient["b_h"])
        if self.learned:
            whole = position == self.n_steps  # else the beginning is out of reach
            for name, dstart in self.start_gradients().items():
                gradient[name][...] = dstart.sum(axis=1) if whole else 0.0


def accumulate_outer(left: Array, right: Array, out: Array) -> None:
    """Write sum_t left_t^T right_t, (R, m, n), for left (R, k, B, m) and right (R, k, B, n)."""
    R, k, B, m = left.shape
    # Sums over steps and records at once: one product for each matrix.
    np.matmul(left.reshape(R, k * B, m).swapaxes(1, 2), right.reshape(R, k * B, -1), out=out)
