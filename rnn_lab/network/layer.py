"""What every recurrent layer shares: its parameters, the walk over a window, and the sums that end a backward pass.

    h_t = cell(x_t W_xh + b_h, h_{t-1}),    h_0 = 0,    t = 1..T

A layer of G gates has W_xh (D, G H), W_hh (H, G H) and b_h (G H): its gates lie side by side, so that a step takes one
product with W_hh for all of them. An Elman layer has G = 1.
"""

from abc import ABC, abstractmethod
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.network.initializers import INITIALIZERS, InitializerName
from rnn_lab.network.parameters import Parameters, Shapes
from rnn_lab.streams import stream

Array = NDArray[Any]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Layer(ABC):
    """A recurrent layer and its linear readout, o = h_T W_hy + b_y.

    Args:
        hidden_dim: H, units of the recurrent layer.
        encoding: ``shared``, one W_xh (D, G H) for all time steps; or ``positional``, a W_xh (T, D, G H) with a slice
            for each step, as if the input were one-hot in time (the tutorial's).
        bias: whether b_h and b_y exist.
        input_initializer: of W_xh, gate by gate.
        recurrent_initializer: of W_hh, gate by gate.
        readout_initializer: of W_hy.
        gain: factor on W_hh as drawn; with an orthogonal W_hh it is the initial spectral radius.
    """

    GATES: ClassVar[int] = 1

    hidden_dim: Annotated[int, Field(ge=1)] = 32
    encoding: Literal["shared", "positional"] = "shared"
    bias: bool = True
    input_initializer: InitializerName = "glorot"
    recurrent_initializer: InitializerName = "orthogonal"
    readout_initializer: InitializerName = "glorot"
    gain: Annotated[float, Field(ge=0)] = 1.0

    def shapes(self, inputs: int, outputs: int, window: int) -> Shapes:
        """Name -> shape of every parameter, without the replica axis."""
        H, GH = self.hidden_dim, self.GATES * self.hidden_dim
        W_xh = (window, inputs, GH) if self.encoding == "positional" else (inputs, GH)
        weights: dict[str, tuple[int, ...]] = {"W_xh": W_xh, "W_hh": (H, GH), "W_hy": (H, outputs)}
        return weights | ({"b_h": (GH,), "b_y": (outputs,)} if self.bias else {})

    def initial(self, seed: int, shapes: Shapes) -> dict[str, Array]:
        """Draw one replica's parameters; biases start at zero."""
        rng = stream(seed, "initialisation")
        drawn = {name: np.zeros(shape) for name, shape in shapes.items()}
        for W in drawn["W_xh"].reshape(-1, *shapes["W_xh"][-2:]):  # one, or one for each time step
            _fill(W, INITIALIZERS[self.input_initializer], rng, self.hidden_dim)
        _fill(drawn["W_hh"], INITIALIZERS[self.recurrent_initializer], rng, self.hidden_dim)
        drawn["W_hh"] *= self.gain
        _fill(drawn["W_hy"], INITIALIZERS[self.readout_initializer], rng, shapes["W_hy"][1])
        return drawn

    def candidate(self, parameters: Parameters) -> Array:
        """The block of W_hh that proposes the new state, (R, H, H): all of it, if there are no gates."""
        return parameters["W_hh"]

    @abstractmethod
    def unroll(self, replicas: int, batch: int, keep: int, dtype: Any) -> "LayerPass":
        """Allocate the forward and backward pass for batches of one size."""


def _fill(W: Array, initializer: Any, rng: np.random.Generator, width: int) -> None:
    """Draw a matrix gate by gate: each block of columns as a matrix of its own."""
    for start in range(0, W.shape[1], width):
        W[:, start : start + width] = initializer(rng, W.shape[0], width)


class LayerPass(ABC):
    """A recurrent layer over time, every buffer allocated once and only ``keep`` steps kept.

    The window is walked in blocks of ``keep`` steps that share one buffer; the first block may be shorter, so that the
    last holds exactly the ``keep`` steps that the truncated gradient reaches. Memory does not depend on T.

    Args:
        layer: the layer's description.
        replicas, batch: R, B.
        keep: k, steps that are kept; k <= T.
        dtype: float64 or float32.

    Attributes:
        states: (R, k+1, B, H), the state before the last block and the k states in it.
        deltas: (R, k, B, G H), after `backward`: the gradient of the loss with respect to x_t W_xh + b_h of each kept
            step, the last step last. Their sizes by lag show how far the gradient reaches.
    """

    def __init__(self, layer: Layer, replicas: int, batch: int, keep: int, dtype: Any) -> None:
        H, GH = layer.hidden_dim, layer.GATES * layer.hidden_dim
        self.positional = layer.encoding == "positional"
        self.states = np.zeros((replicas, keep + 1, batch, H), dtype)
        self.deltas = np.zeros((replicas, keep, batch, GH), dtype)
        self.drive = self.allocate_drive(GH, dtype)
        # Views made once: the loops over time create no arrays.
        self.h = [self.states[:, t] for t in range(keep + 1)]
        self.delta = [self.deltas[:, t] for t in range(keep)]
        self.a = [self.drive[:, t] for t in range(keep)]

    def allocate_drive(self, width: int, dtype: Any) -> Array:
        """Where x_t W_xh + b_h of a block is written, (R, k, B, G H)."""
        replicas, steps, batch, _ = self.states.shape
        return np.zeros((replicas, steps - 1, batch, width), dtype)

    @abstractmethod
    def start(self) -> None:
        """Set the state to that before the first step."""

    @abstractmethod
    def carry(self, t: int) -> None:
        """Make the state after step t of the block the one before the next block."""

    @abstractmethod
    def advance(self, parameters: Parameters, steps: int) -> None:
        """Go ``steps`` steps on from h[0]: read ``a``, write h[1], h[2], ..."""

    @abstractmethod
    def retreat(self, parameters: Parameters, dh: Array) -> None:
        """Go back through all kept steps from a gradient dh (R, B, H) at the last state: write ``deltas``."""

    @abstractmethod
    def recurrent_gradient(self, gradient: Parameters) -> None:
        """Write the gradients of W_hh (and of what else only the recurrent side has) from what `retreat` left."""

    def forward(self, parameters: Parameters, X: Array) -> Array:
        """Run the layer over a window from h_0 = 0.

        Args:
            parameters: W_xh, W_hh and, if the layer has biases, b_h.
            X: (R, T, B, D), time before records; T >= k.

        Returns:
            h_T, (R, B, H): a view that the next call overwrites.
        """
        T, keep = X.shape[1], len(self.delta)
        self.start()
        start, stop = 0, T % keep or keep
        while True:
            self._project(parameters, X, start, stop)
            self.advance(parameters, stop - start)
            if stop == T:
                return self.h[keep]
            self.carry(stop - start)
            start, stop = stop, stop + keep

    def _project(self, parameters: Parameters, X: Array, start: int, stop: int) -> None:
        """Write x_t W_xh + b_h of a whole block: one product instead of one a step."""
        out = self.drive[:, : stop - start]
        W_xh = parameters["W_xh"][:, start:stop] if self.positional else parameters["W_xh"][:, None]
        if X.shape[-1] == 1:
            np.multiply(X[:, start:stop], W_xh, out=out)  # an outer product: cheaper without BLAS
        else:
            np.matmul(X[:, start:stop], W_xh, out=out)
        if "b_h" in parameters:
            out += parameters["b_h"][:, None, None]

    def backward(self, parameters: Parameters, X: Array, dh: Array, gradient: Parameters) -> None:
        """Send a gradient at h_T back through the k kept steps (after `forward` on the same X).

            dW_xh = sum_t x_t^T delta_t,    db_h = sum_t delta_t    with t over the last k steps

        Args:
            parameters, X: as in `forward`.
            dh: (R, B, H), gradient of the loss with respect to h_T.
            gradient: written: W_xh, W_hh, b_h.
        """
        R, T, B, D = X.shape
        keep = len(self.delta)
        self.retreat(parameters, dh)
        self.recurrent_gradient(gradient)
        # Sums over steps and records at once: one product for each matrix.
        deltas, recent = self.deltas.reshape(R, keep * B, -1), X[:, T - keep :]
        if self.positional:
            gradient["W_xh"].fill(0.0)
            np.matmul(recent.swapaxes(2, 3), self.deltas, out=gradient["W_xh"][:, T - keep :])
        else:
            np.matmul(recent.reshape(R, keep * B, D).swapaxes(1, 2), deltas, out=gradient["W_xh"])
        if "b_h" in gradient:
            deltas.sum(axis=1, out=gradient["b_h"])


def summed(left: Array, right: Array, out: Array) -> None:
    """Write sum_t left_t^T right_t, (R, m, n), for left (R, k, B, m) and right (R, k, B, n)."""
    R, k, B, m = left.shape
    np.matmul(left.reshape(R, k * B, m).swapaxes(1, 2), right.reshape(R, k * B, -1), out=out)
