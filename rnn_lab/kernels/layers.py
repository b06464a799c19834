"""Recurrent layers of one replica over time: what all cells share, and the three kernels that a cell defines.

The compiled form of the steps in `rnn_lab.network.recurrence`; the newest step lies last. What lies in between, from
states to deltas, is in one flat array ``work``, at places that `rnn_lab.kernels.workspace` lays out.
"""

from typing import Any, NamedTuple

from rnn_lab.kernels.arithmetic import add_product, fill, move, product_transposed, sum_outer, sum_rows, transpose
from rnn_lab.kernels.compilation import compiled

W_XH, W_HH, B_H, START, SECOND_START, OWN, INPUTS, STATES, GATES, DELTAS, KEPT, WIDTH = range(12)
"""A layer's row of ``places``: where its parameters begin, -1 for none; where its part of ``work`` does; its D."""
W_HY, W_XY, B_Y, PACKED, TRANSPOSED, PRODUCT, UPSTREAM, DH, DC, ERROR, SCRATCH = range(11)
"""The last row: the readout's parameters, and what all layers share in ``work``."""


class Sizes(NamedTuple):
    """Sizes that do not change from one call to the next.

    Attributes:
        inputs, outputs, hidden, gates, layers, batch: D, O, H, G, L, B.
        history: K, steps in memory, through which the gradient goes back.
        kept: arrays (K + 1, B, H) that the cell keeps beside its states.
        states: arrays of which the cell's state consists: 1, or 2 with the first of those kept.
        positions: T where each step has a W_xh of its own, else 0.
        skip, learned, frozen: whether x_t reaches all layers; h_0 is learned; the readout alone has a gradient.
        of_classes: whether the loss is the cross-entropy.
    """

    inputs: int
    outputs: int
    hidden: int
    gates: int
    layers: int
    batch: int
    history: int
    kept: int
    states: int
    positions: int
    skip: int
    learned: int
    frozen: int
    of_classes: int


def forward_steps(cell: Any, sizes: Sizes, theta: Any, work: Any, layer: Any, shared: Any, first: int) -> None:
    """Compute the steps from ``first`` on: ``GATES`` holds a_t (K, B, G H), ``STATES`` (K + 1, B, H) is written.

    ``layer`` and ``shared`` are rows of ``places``.
    """
    raise NotImplementedError


def backward_steps(
    cell: Any, sizes: Sizes, theta: Any, work: Any, layer: Any, shared: Any, first: int, whole: bool
) -> None:
    """Go back from the last step to ``first``: read u_t at ``UPSTREAM`` (K, B, H), write ``DELTAS`` (K, B, G H).

    ``DH`` and ``DC`` (B, H) are zero before. If ``whole``, they hold the gradient at the state before the first step
    afterwards.
    """
    raise NotImplementedError


def recurrent_gradient(cell: Any, sizes: Sizes, found: Any, work: Any, layer: Any, shared: Any, first: int) -> None:
    """Write the gradients of W_hh and of the cell's own parameter."""
    raise NotImplementedError


@compiled
def begin(sizes: Sizes, places: Any, theta: Any, work: Any) -> None:
    """Go to the state before the first step, in every layer."""
    BH = sizes.batch * sizes.hidden
    for number in range(sizes.layers):
        layer = places[number]
        for part in range(sizes.states):
            last = (layer[STATES] if part == 0 else layer[KEPT]) + sizes.history * BH
            fill(work, last, BH)
            if sizes.learned:
                for i in range(BH):
                    work[last + i] = theta[layer[START + part] + i % sizes.hidden]


@compiled
def slide(sizes: Sizes, work: Any, layer: Any, steps: int, remembered: int) -> None:
    """Make room for new steps at the end, and forget the oldest."""
    K, BH = sizes.history, sizes.batch * sizes.hidden
    first = max(K - remembered - steps, 0)
    after, between = (K + 1 - steps - first) * BH, max(K - steps - first, 0)
    move(work, layer[STATES] + (first + steps) * BH, layer[STATES] + first * BH, after)
    for kept in range(sizes.kept):
        at = layer[KEPT] + (kept * (K + 1) + first) * BH
        move(work, at + steps * BH, at, after)
    for place, width in ((layer[GATES], sizes.gates * sizes.hidden), (layer[INPUTS], layer[WIDTH])):
        size = sizes.batch * width
        move(work, place + (first + steps) * size, place + first * size, between * size)


@compiled
def read(sizes: Sizes, places: Any, work: Any, X: Any, which: Any, number: int, first: int, start: int) -> None:
    """Write what a layer reads in the newest steps: x_t, the states below, or [h_t x_t] with ``input_skip``."""
    D, H, B = sizes.inputs, sizes.hidden, sizes.batch
    into, skipped = places[number, INPUTS] + first * B * places[number, WIDTH], number == 0 or sizes.skip == 1
    for t in range(first, sizes.history):
        for b in range(B):
            if number:
                below = places[number - 1, STATES] + ((t + 1) * B + b) * H
                for j in range(H):
                    work[into + j] = work[below + j]
                into += H
            if skipped:
                for d in range(D):
                    work[into + d] = X[start + t - first, which[b], d]
                into += D


@compiled
def project(
    sizes: Sizes, theta: Any, work: Any, layer: Any, shared: Any, first: int, position: int, positions: int
) -> None:
    """Write a_t = x_t W_xh + b_h of the newest steps."""
    GH, B, D, bias = sizes.gates * sizes.hidden, sizes.batch, layer[WIDTH], layer[B_H]
    n, a, x = sizes.history - first, layer[GATES] + first * B * GH, layer[INPUTS] + first * B * D
    scratch = layer[DELTAS] + first * B * GH
    fill(work, a, n * B * GH)
    if bias >= 0:
        for row in range(n * B):
            for j in range(GH):
                work[a + row * GH + j] = theta[bias + j]
    calls = n if positions else 1
    rows = B if positions else n * B
    for t in range(calls):
        w = layer[W_XH] + (position + t) * D * GH if positions else layer[W_XH]
        at = t * B * GH
        add_product(work, x + t * B * D, theta, w, work, a + at, rows, D, GH, scratch + at)


@compiled
def forward(
    cell: Any,
    sizes: Sizes,
    places: Any,
    theta: Any,
    work: Any,
    X: Any,
    which: Any,
    position: int,
    remembered: int,
) -> None:
    """Go on by all steps of X (n, N, D), of the records ``which`` (B,), in blocks of at most K steps."""
    K, shared = sizes.history, places[sizes.layers]
    if position == 0:
        begin(sizes, places, theta, work)
    start, stop = 0, X.shape[0] % K or K
    while start < X.shape[0]:
        first = K - (stop - start)
        for number in range(sizes.layers):
            layer = places[number]
            slide(sizes, work, layer, stop - start, remembered)
            read(sizes, places, work, X, which, number, first, start)
            project(sizes, theta, work, layer, shared, first, position + start, sizes.positions * (number == 0))
            forward_steps(cell, sizes, theta, work, layer, shared, first)
        remembered = min(remembered + stop - start, K)
        start, stop = stop, stop + K


@compiled
def backward(
    cell: Any, sizes: Sizes, places: Any, theta: Any, found: Any, work: Any, position: int, remembered: int
) -> None:
    """Send the gradients at ``UPSTREAM`` back through all layers; every gradient but the readout's is written."""
    K, B, H, GH, shared = sizes.history, sizes.batch, sizes.hidden, sizes.gates * sizes.hidden, places[sizes.layers]
    n = remembered
    first, whole = K - n, sizes.learned == 1 and position == n  # else the beginning is out of reach
    for number in range(sizes.layers - 1, -1, -1):
        layer = places[number]
        D, w = layer[WIDTH], layer[W_XH]
        deltas, x = layer[DELTAS] + first * B * GH, layer[INPUTS] + first * B * D
        fill(work, shared[DH], B * H)
        fill(work, shared[DC], B * H)
        backward_steps(cell, sizes, theta, work, layer, shared, first, whole)
        recurrent_gradient(cell, sizes, found, work, layer, shared, first)
        positions = sizes.positions * (number == 0)
        if positions:
            fill(found, w, positions * D * GH)
        calls = n if positions else 1
        steps = 1 if positions else n
        for t in range(calls):
            into = w + (position - n + t) * D * GH if positions else w
            sum_outer(work, x + t * B * D, work, deltas + t * B * GH, found, into, steps * B, D, GH)
        if layer[B_H] >= 0:
            sum_rows(work, deltas, found, layer[B_H], n * B, GH)
        if sizes.learned:
            for part in range(sizes.states):
                if whole:
                    sum_rows(work, shared[DH + part], found, layer[START + part], B, H)
                else:
                    fill(found, layer[START + part], H)
        if number:  # through the rows of W_xh that read the layer below
            into = shared[UPSTREAM] + first * B * H
            product_transposed(work, deltas, theta, w, work, into, n * B, GH, H)


@compiled
def lay_out_transposed(sizes: Sizes, theta: Any, work: Any, layer: Any, shared: Any) -> None:
    """Write W_hh^T for `send_back`."""
    transpose(theta, layer[W_HH], work, shared[TRANSPOSED], sizes.hidden, sizes.gates * sizes.hidden)


@compiled
def send_back(sizes: Sizes, work: Any, shared: Any, delta: int) -> None:
    """Add delta W_hh^T to dh, for the delta (B, G H) at that place."""
    GH = sizes.gates * sizes.hidden
    add_product(work, delta, work, shared[TRANSPOSED], work, shared[DH], sizes.batch, GH, sizes.hidden, shared[PRODUCT])
