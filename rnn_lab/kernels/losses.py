"""Readout and losses of the newest steps of one replica, and what they send back to the last layer's states.

o_t = h_t W_hy + b_y, and with input_skip + x_t W_xy
l = 1/(2 O) sum_o (o - y)^2,    dL/do = w (o - y) / O               half the mean squared error
l = -ln p_y, p = softmax(o),    dL/do = w (p - onehot(y))           cross-entropy
dW_hy = sum_t h_t^T dL/do_t,    db_y = sum_t dL/do_t,    u_t = dL/do_t W_hy^T
"""

from typing import Any

import numpy as np

from rnn_lab.kernels.arithmetic import add_product, at, fill, product_transposed, sum_outer, sum_rows
from rnn_lab.kernels.compilation import compiled
from rnn_lab.kernels.layers import B_Y, ERROR, INPUTS, SCRATCH, STATES, UPSTREAM, W_HY, W_XY, Sizes


@compiled
def squared_error(sizes: Sizes, work: Any, place: int, Y: Any, weights: Any, which: Any, scale: float) -> float:
    """Half the mean squared error; at that place of ``work`` lie outputs (n, B, O), and then dL/do."""
    loss = 0.0
    for t in range(Y.shape[0]):
        for b in range(sizes.batch):
            weight = scale * weights[t, which[b]] if weights.size else scale
            for o in range(sizes.outputs):
                difference = work[at(place)] - Y[t, which[b], o]
                loss += 0.5 * weight / sizes.outputs * difference * difference
                work[at(place)] = weight / sizes.outputs * difference
                place += 1
    return loss


@compiled
def cross_entropy(sizes: Sizes, work: Any, place: int, classes: Any, weights: Any, which: Any, scale: float) -> float:
    """Cross-entropy; at that place of ``work`` lie logits (n, B, O), and then dL/do."""
    loss, O = 0.0, sizes.outputs  # noqa: E741 - the symbol of the equations
    for t in range(classes.shape[0]):
        for b in range(sizes.batch):
            weight = scale * weights[t, which[b]] if weights.size else scale
            highest = work[at(place)]
            for o in range(1, O):
                highest = max(highest, work[at(place + o)])
            truth = place + classes[t, which[b]]
            chosen, total = work[at(truth)] - highest, 0.0
            for o in range(O):
                work[at(place + o)] = np.exp(work[at(place + o)] - highest)
                total += work[at(place + o)]
            loss += weight * (np.log(total) - chosen)
            for o in range(O):
                work[at(place + o)] *= weight / total
            work[at(truth)] -= weight
            place += O
    return loss


@compiled
def read_out(
    sizes: Sizes,
    places: Any,
    theta: Any,
    found: Any,
    work: Any,
    Y: Any,
    classes: Any,
    weights: Any,
    which: Any,
    scale: float,
) -> float:
    """Loss of the newest steps; the readout's gradient, and the last layer's u_t, are written.

    Args:
        sizes, places, theta, found, work: of one replica.
        Y: (n, N, O), or empty.
        classes: (n, N), or empty.
        weights: (n, N) of each loss; empty for their mean.
        which: (B,), of N records.
        scale: factor on the weights; without weights it is the weight.
    """
    O, H, B, K, D = sizes.outputs, sizes.hidden, sizes.batch, sizes.history, sizes.inputs  # noqa: E741 - as above
    steps = classes.shape[0] if sizes.of_classes else Y.shape[0]
    rows, shared = steps * B, places[sizes.layers]
    h = places[sizes.layers - 1, STATES] + (K + 1 - steps) * B * H
    x = places[0, INPUTS] + (K - steps) * B * D
    error, upstream, W_hy, W_xy, b_y = shared[ERROR], shared[UPSTREAM], shared[W_HY], shared[W_XY], shared[B_Y]
    fill(work, error, rows * O)
    if b_y >= 0:
        for i in range(rows * O):
            work[at(error + i)] = theta[at(b_y + i % O)]
    add_product(work, h, theta, W_hy, work, error, rows, H, O, shared[SCRATCH])
    if W_xy >= 0:
        add_product(work, x, theta, W_xy, work, error, rows, D, O, shared[SCRATCH])
    if sizes.of_classes:
        loss = cross_entropy(sizes, work, error, classes, weights, which, scale)
    else:
        loss = squared_error(sizes, work, error, Y, weights, which, scale)
    sum_outer(work, h, work, error, found, W_hy, rows, H, O)
    if W_xy >= 0:
        sum_outer(work, x, work, error, found, W_xy, rows, D, O)
    if b_y >= 0:
        sum_rows(work, error, found, b_y, rows, O)
    fill(work, upstream, (K - steps) * B * H)
    product_transposed(work, error, theta, W_hy, work, upstream + (K - steps) * B * H, rows, O, H)
    return loss
