"""The kernels of long short-term memory with a forget gate.

Forward, for t = 1, 2, .., with the gates side by side in the order i, f, o, g (three sigmoids, then the candidate):

    a_t = x_t W_xh + b_h + h_{t-1} W_hh
    i_t, f_t, o_t = sigmoid(a_t,.),    g_t = tanh(a_t,g)
    c_t = f_t * c_{t-1} + i_t * g_t
    h_t = o_t * tanh(c_t)

Backward, for t = T, T-1, .., where u_t is what reaches h_t from outside the layer, and ' a slope:

    dh_t = u_t + delta_{t+1} W_hh^T
    dc_t = dc_{t+1} * f_{t+1} + (1 - tanh(c_t)^2) * o_t * dh_t
    delta_t = [dc_t * g_t * i'   dc_t * c_{t-1} * f'   dh_t * tanh(c_t) * o'   dc_t * i_t * g']
    dW_hh = sum_t h_{t-1}^T delta_t
"""

from typing import Any, NamedTuple

from rnn_lab.kernels import layers
from rnn_lab.kernels.arithmetic import add_product, at, fill, sigmoid, sum_outer, tanh
from rnn_lab.kernels.compilation import implements
from rnn_lab.kernels.layers import (
    DC,
    DELTAS,
    DH,
    GATES,
    KEPT,
    PRODUCT,
    STATES,
    UPSTREAM,
    W_HH,
    Sizes,
    lay_out_transposed,
    send_back,
)
from rnn_lab.network import LSTM

KEPT_ARRAYS = 2
"""c_t; and tanh(c_t), at the place of the state after the step."""


class LSTMCell(NamedTuple):
    """The cell's description; there is nothing to choose."""

    gates: int


def describe(model: LSTM) -> LSTMCell:
    """Describe a model."""
    return LSTMCell(model.GATES)


@implements(layers.forward_steps, LSTMCell)
def forward_steps(cell: LSTMCell, sizes: Sizes, theta: Any, work: Any, layer: Any, shared: Any, first: int) -> None:
    """The gates, c_t, h_t."""
    B, H, K = sizes.batch, sizes.hidden, sizes.history
    for t in range(first, K):
        h, gates = layer[STATES] + t * B * H, layer[GATES] + t * B * 4 * H
        add_product(work, h, theta, layer[W_HH], work, gates, B, H, 4 * H, shared[PRODUCT])
        for b in range(B):
            i = gates + b * 4 * H
            g = i + 3 * H
            for j in range(3 * H):
                work[at(i + j)] = sigmoid(work[at(i + j)])
            for j in range(H):
                work[at(g + j)] = tanh(work[at(g + j)])
            f, o = i + H, i + 2 * H
            before = layer[KEPT] + (t * B + b) * H
            after, squashed = before + B * H, before + (K + 2) * B * H
            into = h + (B + b) * H
            for j in range(H):
                work[at(after + j)] = work[at(f + j)] * work[at(before + j)] + work[at(i + j)] * work[at(g + j)]
            for j in range(H):
                work[at(squashed + j)] = tanh(work[at(after + j)])
            for j in range(H):
                work[at(into + j)] = work[at(o + j)] * work[at(squashed + j)]


@implements(layers.backward_steps, LSTMCell)
def backward_steps(
    cell: LSTMCell, sizes: Sizes, theta: Any, work: Any, layer: Any, shared: Any, first: int, whole: bool
) -> None:
    """dh_t, dc_t, delta_t."""
    B, H, K = sizes.batch, sizes.hidden, sizes.history
    lay_out_transposed(sizes, theta, work, layer, shared)
    for t in range(K - 1, first - 1, -1):
        deltas = layer[DELTAS] + t * B * 4 * H
        for b in range(B):
            u, delta, gates = shared[UPSTREAM] + (t * B + b) * H, deltas + b * 4 * H, layer[GATES] + (t * B + b) * 4 * H
            dh, dc = shared[DH] + b * H, shared[DC] + b * H
            cell_before = layer[KEPT] + (t * B + b) * H
            squashed = cell_before + (K + 2) * B * H
            i, f, o, g = gates, gates + H, gates + 2 * H, gates + 3 * H
            for j in range(H):  # loops over few arrays each: the compiler makes vector instructions of those
                work[at(dh + j)] += work[at(u + j)]
            for j in range(H):
                through = work[at(dh + j)] * work[at(o + j)]
                work[at(dc + j)] += through - through * (work[at(squashed + j)] * work[at(squashed + j)])
            for j in range(H):
                work[at(delta + j)] = (
                    work[at(dc + j)] * work[at(g + j)] * (work[at(i + j)] - work[at(i + j)] * work[at(i + j)])
                )
            for j in range(H):
                slope = work[at(f + j)] - work[at(f + j)] * work[at(f + j)]
                work[at(delta + H + j)] = work[at(dc + j)] * work[at(cell_before + j)] * slope
            for j in range(H):
                slope = work[at(o + j)] - work[at(o + j)] * work[at(o + j)]
                work[at(delta + 2 * H + j)] = work[at(dh + j)] * work[at(squashed + j)] * slope
            for j in range(H):
                through = work[at(dc + j)] * work[at(i + j)]
                work[at(delta + 3 * H + j)] = through - through * (work[at(g + j)] * work[at(g + j)])
            if t > first or whole:
                for j in range(H):
                    work[at(dc + j)] *= work[at(f + j)]
        if t > first or whole:
            fill(work, shared[DH], B * H)
            send_back(sizes, work, shared, deltas)


@implements(layers.recurrent_gradient, LSTMCell)
def recurrent_gradient(
    cell: LSTMCell, sizes: Sizes, found: Any, work: Any, layer: Any, shared: Any, first: int
) -> None:
    """dW_hh = sum_t h_{t-1}^T delta_t."""
    B, H = sizes.batch, sizes.hidden
    h, delta = layer[STATES] + first * B * H, layer[DELTAS] + first * B * 4 * H
    sum_outer(work, h, work, delta, found, layer[W_HH], (sizes.history - first) * B, H, 4 * H)
