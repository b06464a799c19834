"""The Elman layer's kernels.

Forward, for t = 1, 2, ..:

    a_t = x_t W_xh + b_h
    h_t = f(a_t + h_{t-1} W_hh)

Backward, for t = T, T-1, .., where u_t is what reaches h_t from outside the layer (the readout, or the layer above):

    dh_t    = u_t + delta_{t+1} W_hh^T
    delta_t = dh_t * f'                         the gradient at a_t
    dW_hh   = sum_t h_{t-1}^T delta_t
"""

from typing import Any, NamedTuple

from rnn_lab.errors import BadInput
from rnn_lab.kernels import layers
from rnn_lab.kernels.arithmetic import add_product, at, fill, sigmoid, sum_outer, tanh
from rnn_lab.kernels.compilation import compiled, implements
from rnn_lab.kernels.layers import (
    DELTAS,
    DH,
    GATES,
    PRODUCT,
    STATES,
    UPSTREAM,
    W_HH,
    Sizes,
    lay_out_transposed,
    send_back,
)
from rnn_lab.network import Elman
from rnn_lab.network.activations import ACTIVATIONS

SIGMOID, TANH, RELU, IDENTITY = range(4)
KEPT_ARRAYS = 0
"""Arrays (K + 1, B, H) that the cell keeps beside its states."""


class ElmanCell(NamedTuple):
    """The cell's description: f."""

    activation: int


def describe(model: Elman) -> ElmanCell:
    """Describe a model.

    Raises:
        BadInput: it has an activation of somebody's own.
    """
    for code, own in enumerate(ACTIVATIONS.values()):
        if type(model.activation) is type(own):
            return ElmanCell(code)
    raise BadInput(
        f"trainer.backend=numba has no kernel for model.activation={type(model.activation).__name__}: it is allowed "
        f"with {', '.join(ACTIVATIONS)}, and trainer.backend=numpy with any."
    )


@compiled
def apply(activation: int, work: Any, a: int, h: int, size: int) -> None:
    """Write f(a), of numbers at the place a, to the place h."""
    if activation == TANH:
        for i in range(size):
            work[at(h + i)] = tanh(work[at(a + i)])
    elif activation == SIGMOID:
        for i in range(size):
            work[at(h + i)] = sigmoid(work[at(a + i)])
    elif activation == RELU:
        for i in range(size):
            work[at(h + i)] = work[at(a + i)] if not work[at(a + i)] <= 0 else 0  # NaN stays NaN
    else:
        for i in range(size):
            work[at(h + i)] = work[at(a + i)]


@compiled
def times_slope(activation: int, work: Any, dh: int, h: int, delta: int, size: int) -> None:
    """Write delta = dh * f', given h = f(a)."""
    if activation == TANH:
        for i in range(size):
            work[at(delta + i)] = work[at(dh + i)] - work[at(dh + i)] * (work[at(h + i)] * work[at(h + i)])
    elif activation == SIGMOID:
        for i in range(size):
            work[at(delta + i)] = work[at(dh + i)] * (work[at(h + i)] - work[at(h + i)] * work[at(h + i)])
    elif activation == RELU:
        for i in range(size):
            work[at(delta + i)] = work[at(dh + i)] if work[at(h + i)] > 0 else 0
    else:
        for i in range(size):
            work[at(delta + i)] = work[at(dh + i)]


@implements(layers.forward_steps, ElmanCell)
def forward_steps(cell: ElmanCell, sizes: Sizes, theta: Any, work: Any, layer: Any, shared: Any, first: int) -> None:
    """h_t = f(a_t + h_{t-1} W_hh)."""
    B, H = sizes.batch, sizes.hidden
    for t in range(first, sizes.history):
        h, a = layer[STATES] + t * B * H, layer[GATES] + t * B * H
        add_product(work, h, theta, layer[W_HH], work, a, B, H, H, shared[PRODUCT])
        apply(cell.activation, work, a, h + B * H, B * H)


@implements(layers.backward_steps, ElmanCell)
def backward_steps(
    cell: ElmanCell, sizes: Sizes, theta: Any, work: Any, layer: Any, shared: Any, first: int, whole: bool
) -> None:
    """dh_t = u_t + delta_{t+1} W_hh^T, delta_t = dh_t * f'."""
    BH, dh = sizes.batch * sizes.hidden, shared[DH]
    lay_out_transposed(sizes, theta, work, layer, shared)
    for t in range(sizes.history - 1, first - 1, -1):
        u, delta = shared[UPSTREAM] + t * BH, layer[DELTAS] + t * BH
        for i in range(BH):
            work[at(dh + i)] += work[at(u + i)]
        times_slope(cell.activation, work, dh, layer[STATES] + (t + 1) * BH, delta, BH)
        if t > first or whole:
            fill(work, dh, BH)
            send_back(sizes, work, shared, delta)


@implements(layers.recurrent_gradient, ElmanCell)
def recurrent_gradient(
    cell: ElmanCell, sizes: Sizes, found: Any, work: Any, layer: Any, shared: Any, first: int
) -> None:
    """dW_hh = sum_t h_{t-1}^T delta_t."""
    B, H = sizes.batch, sizes.hidden
    h, delta = layer[STATES] + first * B * H, layer[DELTAS] + first * B * H
    sum_outer(work, h, work, delta, found, layer[W_HH], (sizes.history - first) * B, H, H)
