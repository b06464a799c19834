"""The description of a stack of recurrent layers and its readout: the parameters it has, and their first values.

    h_t = cell(x_t W_xh + b_h, h_{t-1}),    h_0 = 0 or learned,    t = 1, 2, ...

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
from rnn_lab.network.initializers import INITIALIZERS, Initializer, InitializerField
from rnn_lab.network.layer import LayerPass, Weights
from rnn_lab.network.parameters import Shapes, numbered
from rnn_lab.network.reference import State
from rnn_lab.rng import named_rng

Array = NDArray[Any]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Architecture(ABC):
    """Recurrent layers of one kind, one above the other, and the linear readout of the last one.

        o_t = h_t W_hy + b_y,    and with ``input_skip`` + x_t W_xy

    The layer above reads h_t where the first reads x_t. Its parameters have the same names with its number: W_xh.2.

    Args:
        hidden_dim: H, units of a recurrent layer.
        layers: how many there are.
        input_skip: whether x_t also reaches the layers above the first, beside h_t, and the readout.
        initial_state: h_0, ``zero``, or ``learned`` as parameters that start at zero.
        encoding: ``shared``, one W_xh (D, G H) for all time steps; or ``positional``, a W_xh (T, D, G H) with a slice
            for each step, as if the input were one-hot in time.
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
    input_initializer: InitializerField = INITIALIZERS["glorot"]
    recurrent_initializer: InitializerField = INITIALIZERS["orthogonal"]
    readout_initializer: InitializerField = INITIALIZERS["glorot"]
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
                _fill(W, self.input_initializer, own, H)
            _fill(W_hh, self.recurrent_initializer, own, H)
            W_hh *= self.gain
        for name in ("W_hy", "W_xy"):
            if name in drawn:
                _fill(drawn[name], self.readout_initializer, rng, shapes[name][1])
        return drawn

    def candidate(self, weights: Weights) -> Array:
        """The block of a layer's W_hh that proposes the new state, (R, H, H): all of it, if there are no gates."""
        return weights["W_hh"]

    @abstractmethod
    def reference(self, weights: Weights, x: Array, state: State) -> State:
        """One step of one layer as in its equations, in plain NumPy, of complex numbers too; see `reference`.

        Args:
            weights: the layer's parameters, each (..., shape), under the names of the first layer.
            x: (..., B, D).
            state: before the step, by the names in ``STARTS``, each (..., B, H).
        """

    @abstractmethod
    def unroll(self, replicas: int, batch: int, history: int, dtype: Any) -> LayerPass:
        """Allocate the forward and backward pass of one layer for batches of one size."""


def _fill(W: Array, initializer: Initializer, rng: np.random.Generator, width: int) -> None:
    """Draw a matrix gate by gate: each block of columns as a matrix of its own."""
    for start in range(0, W.shape[1], width):
        W[:, start : start + width] = initializer(rng, W.shape[0], width)
