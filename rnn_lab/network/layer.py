"""What every recurrent layer shares: parameters, a memory of its last k steps, the sums that end a backward pass.

    h_t = cell(x_t W_xh + b_h, h_{t-1}),    h_0 = 0 or learned,    t = 1, 2, ...

A layer of G gates has W_xh (D, G H), W_hh (H, G H) and b_h (G H): its gates lie side by side, so that a step takes one
product with W_hh for all of them. An Elman layer has G = 1.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.network.initializers import INITIALIZERS, InitializerName
from rnn_lab.network.parameters import Shapes, numbered
from rnn_lab.rng import named_rng

Array = NDArray[Any]
Weights = Mapping[str, Array]
"""One layer's parameters, each (R, ...), by the names of the first layer."""
ALL = slice(None)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Layer(ABC):
    """Recurrent layers of one kind, one above the other, and the linear readout of the last one.

        o_t = h_t W_hy + b_y,    and with ``input_skip`` + x_t W_xy

    The layer above reads h_t where the first reads x_t. Its parameters have the same names with its number: W_xh.2.

    Args:
        hidden_dim: H, units of a recurrent layer.
        layers: how many there are.
        input_skip: whether x_t also reaches the layers above the first, beside h_t, and the readout.
        initial_state: h_0, ``zero``, or ``learned`` as parameters that start at zero.
        encoding: ``shared``, one W_xh (D, G H) for all time steps; or ``positional``, a W_xh (T, D, G H) with a slice
            for each step, as if the input were one-hot in time (the tutorial's).
        bias: whether b_h and b_y exist.
        input_initializer: of W_xh, gate by gate.
        recurrent_initializer: of W_hh, gate by gate.
        readout_initializer: of W_hy, and of W_xy.
        gain: factor on W_hh as drawn; with an orthogonal W_hh it is the initial spectral radius.

    Reference: Graves, "Generating sequences with recurrent neural networks" (2013), for the skip connections.
    """

    GATES: ClassVar[int] = 1
    STARTS: ClassVar[tuple[str, ...]] = ("h_0",)
    """The parameters of a learned initial state."""

    hidden_dim: Annotated[int, Field(ge=1)] = 32
    layers: Annotated[int, Field(ge=1)] = 1
    input_skip: bool = False
    initial_state: Literal["zero", "learned"] = "zero"
    encoding: Literal["shared", "positional"] = "shared"
    bias: bool = True
    input_initializer: InitializerName = "glorot"
    recurrent_initializer: InitializerName = "orthogonal"
    readout_initializer: InitializerName = "glorot"
    gain: Annotated[float, Field(ge=0)] = 1.0

    def shapes(self, inputs: int, outputs: int, window: int | None) -> Shapes:
        """Name -> shape of every parameter, without the replica axis; a stream has no window."""
        shapes: dict[str, tuple[int, ...]] = {}
        for number in range(1, self.layers + 1):
            D = inputs if number == 1 else self.hidden_dim + inputs * self.input_skip
            positions = window if self.encoding == "positional" and number == 1 else None
            shapes |= {numbered(name, number): shape for name, shape in self.layer_shapes(D, positions).items()}
        shapes["W_hy"] = (self.hidden_dim, outputs)
        if self.input_skip:
            shapes["W_xy"] = (inputs, outputs)
        return shapes | ({"b_y": (outputs,)} if self.bias else {})

    def layer_shapes(self, inputs: int, positions: int | None) -> dict[str, tuple[int, ...]]:
        """The same for a single layer; ``positions`` are the time steps that have a W_xh of their own."""
        H, GH = self.hidden_dim, self.GATES * self.hidden_dim
        W_xh = (inputs, GH) if positions is None else (positions, inputs, GH)
        weights: dict[str, tuple[int, ...]] = {"W_xh": W_xh, "W_hh": (H, GH)}
        starts = {name: (H,) for name in self.STARTS if self.initial_state == "learned"}
        return weights | ({"b_h": (GH,)} if self.bias else {}) | starts

    def initial(self, seed: int, shapes: Shapes) -> dict[str, Array]:
        """Draw one replica's parameters; biases and initial states start at zero."""
        drawn = {name: np.zeros(shape) for name, shape in shapes.items()}
        H, rng = self.hidden_dim, named_rng(seed, "initialisation")
        for number in range(1, self.layers + 1):
            own = rng if number == 1 else named_rng(seed, "initialisation", number)
            W_xh, W_hh = drawn[numbered("W_xh", number)], drawn[numbered("W_hh", number)]
            for W in W_xh.reshape(-1, *W_xh.shape[-2:]):  # one, or one for each time step
                _fill(W, INITIALIZERS[self.input_initializer], own, H)
            _fill(W_hh, INITIALIZERS[self.recurrent_initializer], own, H)
            W_hh *= self.gain
        for name in ("W_hy", "W_xy"):
            if name in drawn:
                _fill(drawn[name], INITIALIZERS[self.readout_initializer], rng, shapes[name][1])
        return drawn

    def candidate(self, weights: Weights) -> Array:
        """The block of a layer's W_hh that proposes the new state, (R, H, H): all of it, if there are no gates."""
        return weights["W_hh"]

    @abstractmethod
    def unroll(self, replicas: int, batch: int, keep: int, dtype: Any) -> "LayerPass":
        """Allocate the forward and backward pass of one layer for batches of one size."""


def _fill(W: Array, initializer: Any, rng: np.random.Generator, width: int) -> None:
    """Draw a matrix gate by gate: each block of columns as a matrix of its own."""
    for start in range(0, W.shape[1], width):
        W[:, start : start + width] = initializer(rng, W.shape[0], width)


class LayerPass(ABC):
    """One recurrent layer over time, with a memory of its last ``keep`` steps; every buffer is allocated once.

    The newest step lies last. `slide` makes room for new steps by moving the remembered ones towards the front, and
    forgets the oldest. So memory does not depend on how long the layer runs.

    Args:
        layer: the layer's description.
        replicas, batch: R, B.
        keep: k, steps that are remembered.
        dtype: float64 or float32.

    Attributes:
        filled: steps that are remembered so far, at most k.
        states: (R, k+1, B, H), the state before the first of k steps and the k states after them.
        deltas: (R, k, B, G H), after `backward`: the gradient of the loss with respect to x_t W_xh + b_h of each
            remembered step. Their sizes by lag show how far the gradient reaches.
    """

    def __init__(self, layer: Layer, replicas: int, batch: int, keep: int, dtype: Any) -> None:
        H, GH = layer.hidden_dim, layer.GATES * layer.hidden_dim
        self.keep, self.filled = keep, 0
        self.learned = layer.initial_state == "learned"
        self.states = np.zeros((replicas, keep + 1, batch, H), dtype)
        self.deltas = np.zeros((replicas, keep, batch, GH), dtype)
        self.drive = self.allocate_drive(GH, dtype)
        self.dh = np.zeros((replicas, batch, H), dtype)
        # What a step leaves behind: (R, k+1, ...) with the state before the steps, and (R, k, ...).
        self.carried: dict[str, Array] = {"h_0": self.states}
        self.kept: list[Array] = []
        # Views made once: the loops over time create no arrays.
        self.h = [self.states[:, t] for t in range(keep + 1)]
        self.delta = [self.deltas[:, t] for t in range(keep)]
        self.a = [self.drive[:, t] for t in range(keep)]

    def allocate_drive(self, width: int, dtype: Any) -> Array:
        """Where x_t W_xh + b_h is written, (R, k, B, G H)."""
        replicas, steps, batch, _ = self.states.shape
        return np.zeros((replicas, steps - 1, batch, width), dtype)

    @abstractmethod
    def advance(self, weights: Weights, first: int) -> None:
        """Compute the steps from ``first`` on: read ``a[first]``, .. and ``h[first]``, write ``h[first + 1]``, .."""

    @abstractmethod
    def retreat(self, weights: Weights, above: Sequence[Array | None], first: int) -> None:
        """Go back from the last step to ``first`` and write their ``deltas``.

        ``above`` holds for each of the k steps the gradient (R, B, H) that reaches its state from outside the layer;
        None is zero. If the initial state is learned, the gradient at the state before step ``first`` is left behind in
        what `start_gradients` reads.
        """

    @abstractmethod
    def recurrent_gradient(self, gradient: Weights, first: int) -> None:
        """Write the gradients of W_hh (and of what else only the recurrent side has) from what `retreat` left."""

    def start_gradients(self) -> dict[str, Array]:
        """Gradients (R, B, H) at the state before the first step, after `retreat`, by the names of ``carried``."""
        return {"h_0": self.dh}

    def begin(self, weights: Weights, records: slice = ALL) -> None:
        """Forget all steps; the state of all records, or of some, is the one before the first step."""
        self.filled = 0
        for name, states in self.carried.items():
            states[:, -1, records] = weights[name][:, None] if self.learned else 0.0

    def slide(self, steps: int) -> None:
        """Make room for new steps, at most k, at the end."""
        k, first = self.keep, max(self.keep - self.filled - steps, 0)
        for array in self.carried.values():
            array[:, first : k + 1 - steps] = array[:, first + steps : k + 1]
        if first < k - steps:
            for array in self.kept:
                array[:, first : k - steps] = array[:, first + steps : k]
        self.filled = min(self.filled + steps, k)

    def project(self, weights: Weights, inputs: Array, position: int) -> None:
        """Write x_t W_xh + b_h of the newest steps: one product instead of one a step.

        ``inputs`` (R, n, B, D) are theirs, and ``position`` is the number of steps that lie before them.
        """
        out, W_xh = self.drive[:, self.keep - inputs.shape[1] :], weights["W_xh"]
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
        above: Sequence[Array | None],
        gradient: Weights,
        position: int,
    ) -> None:
        """Send gradients at the states back through all remembered steps.

            dW_xh = sum_t x_t^T delta_t,    db_h = sum_t delta_t    with t over the remembered steps

        Args:
            weights: as in the steps.
            inputs: (R, k, B, D), of the k steps.
            above: for each of the k steps dL/dh_t (R, B, H) but for what passes through later steps, or None; the last
                one is there.
            gradient: written: every parameter of the layer.
            position: steps from the beginning to the last one.
        """
        first = self.keep - self.filled
        self.retreat(weights, above, first)
        self.recurrent_gradient(gradient, first)
        deltas, inputs = self.deltas[:, first:], inputs[:, first:]
        if gradient["W_xh"].ndim == 4:
            gradient["W_xh"].fill(0.0)
            reached = gradient["W_xh"][:, position - self.filled : position]
            np.matmul(inputs.swapaxes(2, 3), deltas, out=reached)
        else:
            summed(inputs, deltas, gradient["W_xh"])
        if "b_h" in gradient:
            deltas.sum(axis=(1, 2), out=gradient["b_h"])
        if self.learned:
            whole = position == self.filled  # else the beginning is out of reach
            for name, dstart in self.start_gradients().items():
                gradient[name][...] = dstart.sum(axis=1) if whole else 0.0


def summed(left: Array, right: Array, out: Array) -> None:
    """Write sum_t left_t^T right_t, (R, m, n), for left (R, k, B, m) and right (R, k, B, n)."""
    R, k, B, m = left.shape
    # Sums over steps and records at once: one product for each matrix.
    np.matmul(left.reshape(R, k * B, m).swapaxes(1, 2), right.reshape(R, k * B, -1), out=out)
