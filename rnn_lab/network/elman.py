"""The Elman recurrent layer: its equation, its forward pass and its truncated backward pass.

    h_t = f(x_t W_xh + h_{t-1} W_hh + b_h),    h_0 = 0,    t = 1..T

`Elman` describes the layer (it is what ``conf/model/elman.yaml`` writes out); `ElmanPass` computes with it.
"""

from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.network.activations import ACTIVATIONS, ActivationName
from rnn_lab.network.initializers import INITIALIZERS, InitializerName
from rnn_lab.network.parameters import Parameters, Shapes
from rnn_lab.streams import stream

Array = NDArray[Any]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Elman:
    """An Elman network of one recurrent layer and a linear readout, o = h_T W_hy + b_y.

    Args:
        hidden_dim: H, units of the recurrent layer.
        activation: f.
        encoding: ``shared``, one W_xh (D, H) for all time steps; or ``positional``, a W_xh (T, D, H) with a slice for
            each step, as if the input were one-hot in time (the tutorial's).
        bias: whether b_h and b_y exist.
        input_initializer: of W_xh.
        recurrent_initializer: of W_hh.
        readout_initializer: of W_hy.
        gain: factor on W_hh as drawn; with an orthogonal W_hh it is the initial spectral radius.

    Example:
        >>> Elman(hidden_dim=3).shapes(inputs=2, outputs=1, window=50)["W_hh"]
        (3, 3)

    Reference: Elman, "Finding structure in time" (1990).
    """

    hidden_dim: Annotated[int, Field(ge=1)] = 32
    activation: ActivationName = "tanh"
    encoding: Literal["shared", "positional"] = "shared"
    bias: bool = True
    input_initializer: InitializerName = "glorot"
    recurrent_initializer: InitializerName = "orthogonal"
    readout_initializer: InitializerName = "glorot"
    gain: Annotated[float, Field(ge=0)] = 1.0

    def shapes(self, inputs: int, outputs: int, window: int) -> Shapes:
        """Name -> shape of every parameter, without the replica axis."""
        H = self.hidden_dim
        W_xh = (window, inputs, H) if self.encoding == "positional" else (inputs, H)
        weights: dict[str, tuple[int, ...]] = {"W_xh": W_xh, "W_hh": (H, H), "W_hy": (H, outputs)}
        return weights | ({"b_h": (H,), "b_y": (outputs,)} if self.bias else {})

    def initial(self, seed: int, shapes: Shapes) -> dict[str, Array]:
        """Draw one replica's parameters; biases start at zero."""
        rng = stream(seed, "initialisation")
        drawn = {name: np.zeros(shape) for name, shape in shapes.items()}
        slices = drawn["W_xh"].reshape(-1, *shapes["W_xh"][-2:])  # one, or one for each time step
        slices[...] = [INITIALIZERS[self.input_initializer](rng, *s.shape) for s in slices]
        drawn["W_hh"][...] = self.gain * INITIALIZERS[self.recurrent_initializer](rng, *shapes["W_hh"])
        drawn["W_hy"][...] = INITIALIZERS[self.readout_initializer](rng, *shapes["W_hy"])
        return drawn

    def unroll(self, replicas: int, batch: int, keep: int, dtype: Any) -> "ElmanPass":
        """Allocate the forward and backward pass for batches of one size."""
        return ElmanPass(self, replicas, batch, keep, dtype)


class ElmanPass:
    """The recurrent layer over time, every buffer allocated once and only ``keep`` states kept.

    The window is walked in blocks of ``keep`` steps that share one buffer; the first block may be shorter, so that the
    last holds exactly the ``keep`` steps that the truncated gradient reaches. Memory does not depend on T.

    Args:
        layer: the layer's description.
        replicas, batch: R, B.
        keep: k, steps whose states are kept; k <= T.
        dtype: float64 or float32.

    Attributes:
        states: (R, k+1, B, H), the state before the last block and the k states in it.
        deltas: (R, k, B, H), after `backward`: the gradient of the loss with respect to the pre-activation of each
            kept step, the last step last. Their sizes by lag show how far the gradient reaches.
    """

    def __init__(self, layer: Elman, replicas: int, batch: int, keep: int, dtype: Any) -> None:
        H = layer.hidden_dim
        self.positional = layer.encoding == "positional"
        self.activation = ACTIVATIONS[layer.activation]
        self.states = np.zeros((replicas, keep + 1, batch, H), dtype)
        self.deltas = np.zeros((replicas, keep, batch, H), dtype)
        self._step = np.zeros((replicas, batch, H), dtype)
        # Views made once: the loops over time below create no arrays.
        self._h = [self.states[:, t] for t in range(keep + 1)]
        self._delta = [self.deltas[:, t] for t in range(keep)]

    def forward(self, parameters: Parameters, X: Array) -> Array:
        """Run the layer over a window from h_0 = 0.

        Args:
            parameters: W_xh, W_hh and, if the layer has biases, b_h.
            X: (R, T, B, D), time before records; T >= k.

        Returns:
            h_T, (R, B, H): a view that the next call overwrites.
        """
        T = X.shape[1]
        keep = len(self._delta)
        W_hh, h, step, apply = parameters["W_hh"], self._h, self._step, self.activation.apply
        h[0].fill(0.0)
        start, stop = 0, T % keep or keep
        while True:
            block = self.states[:, 1 : stop - start + 1]
            self._project(parameters, X, start, stop, block)
            for t in range(1, stop - start + 1):
                np.matmul(h[t - 1], W_hh, out=step)
                np.add(h[t], step, out=h[t])
                apply(h[t])
            if stop == T:
                return h[keep]
            h[0][...] = h[stop - start]
            start, stop = stop, stop + keep

    def _project(self, parameters: Parameters, X: Array, start: int, stop: int, out: Array) -> None:
        """Write x_t W_xh + b_h of a whole block where its states will be: one product instead of one a step."""
        W_xh = parameters["W_xh"][:, start:stop] if self.positional else parameters["W_xh"][:, None]
        if X.shape[-1] == 1:
            np.multiply(X[:, start:stop], W_xh, out=out)  # an outer product: cheaper without BLAS
        else:
            np.matmul(X[:, start:stop], W_xh, out=out)
        if "b_h" in parameters:
            out += parameters["b_h"][:, None, None]

    def backward(self, parameters: Parameters, X: Array, dh: Array, gradient: Parameters) -> None:
        """Send a gradient at h_T back through the k kept steps (after `forward` on the same X).

            delta_T = dh * f'(a_T),    delta_{t-1} = (delta_t W_hh^T) * f'(a_{t-1})
            dW_hh = sum_t h_{t-1}^T delta_t,    dW_xh = sum_t x_t^T delta_t,    db_h = sum_t delta_t

        with t over the last k steps.

        Args:
            parameters, X: as in `forward`.
            dh: (R, B, H), gradient of the loss with respect to h_T.
            gradient: written: W_xh, W_hh, b_h.
        """
        R, T, B, D = X.shape
        H = dh.shape[-1]
        delta, step, keep = self._delta, self._step, len(self._delta)
        W_hh_T = parameters["W_hh"].swapaxes(1, 2)
        self.activation.slope(self.states[:, 1:], self.deltas)
        np.multiply(delta[-1], dh, out=delta[-1])
        for t in range(keep - 1, 0, -1):
            np.matmul(delta[t], W_hh_T, out=step)
            np.multiply(delta[t - 1], step, out=delta[t - 1])
        # Sums over steps and records at once: one product for each matrix.
        deltas = self.deltas.reshape(R, keep * B, H)
        before = self.states[:, :-1].reshape(R, keep * B, H)
        np.matmul(before.swapaxes(1, 2), deltas, out=gradient["W_hh"])
        recent = X[:, T - keep :]
        if self.positional:
            gradient["W_xh"].fill(0.0)
            np.matmul(recent.swapaxes(2, 3), self.deltas, out=gradient["W_xh"][:, T - keep :])
        else:
            np.matmul(recent.reshape(R, keep * B, D).swapaxes(1, 2), deltas, out=gradient["W_xh"])
        if "b_h" in gradient:
            deltas.sum(axis=1, out=gradient["b_h"])
