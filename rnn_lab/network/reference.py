"""Each cell's step, and a whole network's, as in its equations: first to be read, and the oracle of all that follows.

Nothing here is fast, and nothing is in place. It works in complex numbers too, so that Im L(theta + i e) / e is a
derivative of the loss to the last digits (Squire & Trapp, "Using complex variables to estimate derivatives of real
functions", 1998): with it the passes forward and back are compared.

    Elman    h_t = f(x_t W_xh + h_{t-1} W_hh + b_h)

    GRU      r_t = sigmoid(x_t W_xr + h_{t-1} W_hr + b_r),    z_t = sigmoid(x_t W_xz + h_{t-1} W_hz + b_z)
             n_t = tanh(x_t W_xn + b_n + r_t * (h_{t-1} W_hn + b_hn))          reset="after"
             n_t = tanh(x_t W_xn + b_n + (r_t * h_{t-1}) W_hn)                 reset="before"
             h_t = (1 - z_t) * n_t + z_t * h_{t-1}

    LSTM     i_t, f_t, o_t = sigmoid(x_t W_x. + h_{t-1} W_h. + b_.),    g_t = tanh(x_t W_xg + h_{t-1} W_hg + b_g)
             c_t = f_t * c_{t-1} + i_t * g_t,    h_t = o_t * tanh(c_t)

    network  the layer above reads h_t where the first reads x_t (with input_skip [h_t x_t]);  o_t = h_t W_hy + b_y

Shapes: x (..., B, D), h and c (..., B, H); W_xh (..., D, G H), W_hh (..., H, G H), b_h (..., G H), with the gates side
by side in the order r, z, n of a GRU and i, f, o, g of an LSTM. ``...`` are any axes in front, such as R replicas.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_lab.network.parameters import numbered

Array = NDArray[Any]
Weights = Mapping[str, Array]
State = dict[str, Array]
"""A layer's state by the names of its first values: ``h_0``, and ``c_0`` of an LSTM."""


def sigmoid(a: Array) -> Array:
    """1 / (1 + exp(-a)).

    Example:
        >>> sigmoid(np.array([0.0]))
        array([0.5])
    """
    return np.asarray(1 / (1 + np.exp(-a)))


def elman_step(weights: Weights, x: Array, h: Array, f: Any) -> Array:
    """h_t of an Elman layer with the activation f.

    Example:
        >>> weights = {"W_xh": np.array([[2.0]]), "W_hh": np.array([[0.5]])}
        >>> elman_step(weights, np.array([[1.0]]), np.array([[4.0]]), f=lambda a: a)
        array([[4.]])
    """
    return np.asarray(f(x @ weights["W_xh"] + h @ weights["W_hh"] + bias(weights, "b_h")))


def gru_step(weights: Weights, x: Array, h: Array, reset: str) -> Array:
    """h_t of a GRU layer in either of its two variants."""
    a, s, H = x @ weights["W_xh"] + bias(weights, "b_h"), h @ weights["W_hh"], h.shape[-1]
    r, z = sigmoid(a[..., :H] + s[..., :H]), sigmoid(a[..., H : 2 * H] + s[..., H : 2 * H])
    if reset == "after":
        n = np.tanh(a[..., 2 * H :] + r * (s[..., 2 * H :] + bias(weights, "b_hn")))
    else:
        n = np.tanh(a[..., 2 * H :] + (r * h) @ weights["W_hh"][..., 2 * H :])
    return np.asarray((1 - z) * n + z * h)


def lstm_step(weights: Weights, x: Array, h: Array, c: Array) -> tuple[Array, Array]:
    """h_t and c_t of an LSTM layer."""
    a = x @ weights["W_xh"] + bias(weights, "b_h") + h @ weights["W_hh"]
    i, f, o, g = np.split(a, 4, axis=-1)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def bias(weights: Weights, name: str) -> Any:
    """A bias (..., 1, G H), to be added to each record; 0 where there is none."""
    return weights[name][..., None, :] if name in weights else 0.0


def start(model: Any, parameters: Weights, batch: int) -> list[State]:
    """The state of each layer before the first step: zero, or learned.

    Args:
        model: an `Architecture`.
        parameters: name -> (..., shape).
        batch: B.
    """
    readout = parameters["W_hy"]
    zero = np.zeros((*readout.shape[:-2], batch, model.hidden_dim), readout.dtype)
    return [
        {name: zero + bias(parameters, numbered(name, number)) for name in model.STARTS}
        for number in range(1, model.layers + 1)
    ]


def step(model: Any, parameters: Weights, t: int, x: Array, state: list[State]) -> tuple[list[State], Array]:
    """One step of the whole network: the new state of each layer, and the outputs (..., B, O).

    Args:
        model: an `Architecture`, whose `reference` is its cell's step.
        parameters: name -> (..., shape), under the names of `rnn_lab.network.parameters`.
        t: the step's number from 0, by which positional input weights go.
        x: (..., B, D).
        state: of each layer, before the step.

    Example:
        >>> from rnn_lab.network import Elman, Network
        >>> network = Network(Elman(hidden_dim=3), inputs=2, outputs=1, window=5)
        >>> parameters = network.initial([0]).arrays()
        >>> state, o = step(network.model, parameters, 0, np.ones((1, 4, 2)), start(network.model, parameters, 4))
        >>> state[0]["h_0"].shape, o.shape
        ((1, 4, 3), (1, 4, 1))
    """
    below, new = x, []
    for number, before in enumerate(state, 1):
        if number > 1 and model.input_skip:
            below = np.concatenate([below, np.broadcast_to(x, (*below.shape[:-1], x.shape[-1]))], axis=-1)
        weights = {name.partition(".")[0]: values for name, values in parameters.items() if _layer(name) == number}
        if number == 1 and model.encoding == "positional":
            weights["W_xh"] = weights["W_xh"][..., t, :, :]
        after = model.reference(weights, below, before)
        new.append(after)
        below = after["h_0"]
    o = below @ parameters["W_hy"] + bias(parameters, "b_y")
    return new, o + x @ parameters["W_xy"] if model.input_skip else o


def _layer(name: str) -> int:
    """The number of the layer that a parameter belongs to; 0 for the readout's."""
    own, _, number = name.partition(".")
    return 0 if own in ("W_hy", "W_xy", "b_y") else int(number or 1)
