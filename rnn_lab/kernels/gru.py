"""The kernels of the gated recurrent unit, in its two published variants.

Forward, for t = 1, 2, .., with the gates side by side in the order r, z, n: W_hh = [W_hr W_hz W_hn].

    a_t = x_t W_xh + b_h
    r_t = sigmoid(a_t,r + h_{t-1} W_hr),    z_t = sigmoid(a_t,z + h_{t-1} W_hz)
    p_t = h_{t-1} W_hn + b_hn,    n_t = tanh(a_t,n + r_t * p_t)               reset="after" (cuDNN, PyTorch)
    q_t = r_t * h_{t-1},          n_t = tanh(a_t,n + q_t W_hn)                reset="before" (Cho et al. 2014)
    h_t = n_t + z_t * (h_{t-1} - n_t)

Backward, for t = T, T-1, .., where u_t is what reaches h_t from outside the layer, and ' a slope:

    dh_t = u_t + what t + 1 sends back
    dz_t = (h_{t-1} - n_t) * dh_t * z'                      dn_t = (dh_t - dh_t * z_t) * n'
    dr_t = dn_t * p_t * r'                                  reset="after"
    dr_t = (dn_t W_hn^T) * h_{t-1} * r'                     reset="before"
    delta_t = [dr_t dz_t dn_t],    rho_t = [dr_t dz_t dn_t * r_t]
    t sends back to dh_{t-1}:
        dh_t * z_t + rho_t W_hh^T                                               reset="after"
        dh_t * z_t + (dn_t W_hn^T) * r_t + [dr_t dz_t] [W_hr W_hz]^T            reset="before"

    dW_hh = sum_t h_{t-1}^T rho_t,  db_hn = sum_t dn_t * r_t                           reset="after"
    dW_hh = sum_t [h_{t-1}^T dr_t   h_{t-1}^T dz_t   q_t^T dn_t]                       reset="before"
"""

from typing import Any, NamedTuple

from rnn_lab.kernels import layers
from rnn_lab.kernels.arithmetic import add_product, at, fill, sigmoid, sum_outer, tanh
from rnn_lab.kernels.compilation import compiled, implements
from rnn_lab.kernels.layers import (
    DC,
    DELTAS,
    DH,
    GATES,
    KEPT,
    OWN,
    PACKED,
    PRODUCT,
    STATES,
    TRANSPOSED,
    UPSTREAM,
    W_HH,
    Sizes,
    lay_out_transposed,
    send_back,
)
from rnn_lab.network import GRU

KEPT_ARRAYS = 4
"""p_t, at the place of the state after the step, and rho_t (K, B, 3 H); or q_t, there too, and dn_t (K, B, H)."""


class ResetAfter(NamedTuple):
    """Description of the variant with the reset gate after the product."""

    gates: int


class ResetBefore(NamedTuple):
    """Description of the variant with the reset gate before the product."""

    gates: int


def describe(model: GRU) -> ResetAfter | ResetBefore:
    """Describe a model."""
    return ResetAfter(model.GATES) if model.reset == "after" else ResetBefore(model.GATES)


@compiled
def interpolate(work: Any, n: int, z: int, before: int, after: int, H: int) -> None:
    """h_t = n_t + z_t * (h_{t-1} - n_t) of one record."""
    for j in range(H):
        work[at(n + j)] = tanh(work[at(n + j)])
    for j in range(H):
        work[at(after + j)] = work[at(n + j)] + work[at(z + j)] * (work[at(before + j)] - work[at(n + j)])


@compiled
def backward_interpolation(work: Any, u: int, h: int, n: int, z: int, dh: int, dz: int, dn: int, H: int) -> None:
    """Write dz_t and dn_t of one record; then dh is what z_t lets through."""
    for j in range(H):
        work[at(dh + j)] += work[at(u + j)]
    for j in range(H):
        work[at(dz + j)] = (
            (work[at(h + j)] - work[at(n + j)])
            * work[at(dh + j)]
            * (work[at(z + j)] - work[at(z + j)] * work[at(z + j)])
        )
    for j in range(H):
        through = work[at(dh + j)] - work[at(dh + j)] * work[at(z + j)]
        work[at(dn + j)] = through - through * (work[at(n + j)] * work[at(n + j)])
    for j in range(H):
        work[at(dh + j)] *= work[at(z + j)]


@implements(layers.forward_steps, ResetAfter)
def forward_after(cell: ResetAfter, sizes: Sizes, theta: Any, work: Any, layer: Any, shared: Any, first: int) -> None:
    """r_t and z_t, p_t, n_t, h_t."""
    B, H, product, own = sizes.batch, sizes.hidden, shared[PRODUCT], layer[OWN]
    for t in range(first, sizes.history):
        states = layer[STATES] + t * B * H
        fill(work, product, B * 3 * H)
        add_product(work, states, theta, layer[W_HH], work, product, B, H, 3 * H, product + B * 3 * H)
        for b in range(B):
            h, r, of_r = states + b * H, layer[GATES] + (t * B + b) * 3 * H, product + b * 3 * H
            of_n, n, p = of_r + 2 * H, r + 2 * H, layer[KEPT] + ((t + 1) * B + b) * H
            for j in range(2 * H):
                work[at(r + j)] = sigmoid(work[at(r + j)] + work[at(of_r + j)])
            for j in range(H):
                work[at(p + j)] = work[at(of_n + j)]
            if own >= 0:
                for j in range(H):
                    work[at(p + j)] += theta[at(own + j)]
            for j in range(H):
                work[at(n + j)] += work[at(r + j)] * work[at(p + j)]
            interpolate(work, n, r + H, h, h + B * H, H)


@implements(layers.backward_steps, ResetAfter)
def backward_after(
    cell: ResetAfter, sizes: Sizes, theta: Any, work: Any, layer: Any, shared: Any, first: int, whole: bool
) -> None:
    """dz_t and dn_t, dr_t, rho_t, and what is sent back."""
    B, H = sizes.batch, sizes.hidden
    rhos = layer[KEPT] + (sizes.history + 1) * B * H
    lay_out_transposed(sizes, theta, work, layer, shared)
    for t in range(sizes.history - 1, first - 1, -1):
        for b in range(B):
            row = t * B + b
            u, h, p = shared[UPSTREAM] + row * H, layer[STATES] + row * H, layer[KEPT] + (row + B) * H
            gates, delta, rho = layer[GATES] + row * 3 * H, layer[DELTAS] + row * 3 * H, rhos + row * 3 * H
            back = shared[DH] + b * H
            r, z, n, dn = gates, gates + H, gates + 2 * H, delta + 2 * H
            backward_interpolation(work, u, h, n, z, back, delta + H, dn, H)
            for j in range(H):
                work[at(delta + j)] = (
                    work[at(dn + j)] * work[at(p + j)] * (work[at(r + j)] - work[at(r + j)] * work[at(r + j)])
                )
            for j in range(2 * H):
                work[at(rho + j)] = work[at(delta + j)]
            for j in range(H):
                work[at(rho + 2 * H + j)] = work[at(dn + j)] * work[at(r + j)]
        if t > first or whole:
            send_back(sizes, work, shared, rhos + t * B * 3 * H)


@implements(layers.recurrent_gradient, ResetAfter)
def gradient_after(cell: ResetAfter, sizes: Sizes, found: Any, work: Any, layer: Any, shared: Any, first: int) -> None:
    """dW_hh = sum_t h_{t-1}^T rho_t, db_hn = sum_t dn_t * r_t."""
    B, H, rows = sizes.batch, sizes.hidden, (sizes.history - first) * sizes.batch
    h, rho = layer[STATES] + first * B * H, layer[KEPT] + (sizes.history + 1 + 3 * first) * B * H
    sum_outer(work, h, work, rho, found, layer[W_HH], rows, H, 3 * H)
    if layer[OWN] >= 0:
        fill(found, layer[OWN], H)
        for row in range(rows):
            for j in range(H):
                found[layer[OWN] + j] += work[at(rho + row * 3 * H + 2 * H + j)]


@compiled
def part_of_columns(W: Any, w: int, Y: Any, y: int, rows: int, columns: int, width: int, back: bool) -> None:
    """Copy some columns of a matrix that is ``width`` wide to where they lie alone, or ``back``."""
    for i in range(rows):
        for j in range(columns):
            if back:
                W[at(w + i * width + j)] = Y[at(y + i * columns + j)]
            else:
                Y[at(y + i * columns + j)] = W[at(w + i * width + j)]


@implements(layers.forward_steps, ResetBefore)
def forward_before(cell: ResetBefore, sizes: Sizes, theta: Any, work: Any, layer: Any, shared: Any, first: int) -> None:
    """r_t and z_t, q_t, n_t, h_t."""
    B, H, product = sizes.batch, sizes.hidden, shared[PRODUCT]
    W_rz, W_n = shared[PACKED], shared[PACKED] + 2 * H * H
    part_of_columns(theta, layer[W_HH], work, W_rz, H, 2 * H, 3 * H, False)
    part_of_columns(theta, layer[W_HH] + 2 * H, work, W_n, H, H, 3 * H, False)
    for t in range(first, sizes.history):
        states, resets = layer[STATES] + t * B * H, layer[KEPT] + (t + 1) * B * H
        fill(work, product, B * 2 * H)
        add_product(work, states, work, W_rz, work, product, B, H, 2 * H, product + B * 3 * H)
        for b in range(B):
            h, q, r, of_r = states + b * H, resets + b * H, layer[GATES] + (t * B + b) * 3 * H, product + b * 2 * H
            for j in range(2 * H):
                work[at(r + j)] = sigmoid(work[at(r + j)] + work[at(of_r + j)])
            for j in range(H):
                work[at(q + j)] = work[at(r + j)] * work[at(h + j)]
        fill(work, product, B * H)
        add_product(work, resets, work, W_n, work, product, B, H, H, product + B * 3 * H)
        for b in range(B):
            h, r, of_n = states + b * H, layer[GATES] + (t * B + b) * 3 * H, product + b * H
            for j in range(H):
                work[at(r + 2 * H + j)] += work[at(of_n + j)]
            interpolate(work, r + 2 * H, r + H, h, h + B * H, H)


@implements(layers.backward_steps, ResetBefore)
def backward_before(
    cell: ResetBefore, sizes: Sizes, theta: Any, work: Any, layer: Any, shared: Any, first: int, whole: bool
) -> None:
    """dz_t and dn_t, dr_t, and what is sent back."""
    B, H, product = sizes.batch, sizes.hidden, shared[PRODUCT]
    drz, dq, dns = product, shared[DC], layer[KEPT] + (sizes.history + 1) * B * H
    lay_out_transposed(sizes, theta, work, layer, shared)  # rows of W_hr^T, of W_hz^T, of W_hn^T
    W_rz_T, W_n_T = shared[TRANSPOSED], shared[TRANSPOSED] + 2 * H * H
    for t in range(sizes.history - 1, first - 1, -1):
        for b in range(B):
            row = t * B + b
            u, h, dn = shared[UPSTREAM] + row * H, layer[STATES] + row * H, dns + row * H
            gates, delta, back = layer[GATES] + row * 3 * H, layer[DELTAS] + row * 3 * H, shared[DH] + b * H
            backward_interpolation(work, u, h, gates + 2 * H, gates + H, back, delta + H, dn, H)
            for j in range(H):
                work[at(delta + 2 * H + j)] = work[at(dn + j)]
        fill(work, dq, B * H)
        add_product(work, dns + t * B * H, work, W_n_T, work, dq, B, H, H, product + B * 3 * H)
        for b in range(B):
            row, back, own = t * B + b, shared[DH] + b * H, dq + b * H
            h, gates, delta = layer[STATES] + row * H, layer[GATES] + row * 3 * H, layer[DELTAS] + row * 3 * H
            for j in range(H):
                r = work[at(gates + j)]
                work[at(delta + j)] = work[at(own + j)] * work[at(h + j)] * (r - r * r)
                if t > first or whole:
                    work[at(back + j)] += work[at(own + j)] * r
            for j in range(2 * H):
                work[at(drz + b * 2 * H + j)] = work[at(delta + j)]
        if t > first or whole:
            add_product(work, drz, work, W_rz_T, work, shared[DH], B, 2 * H, H, product + B * 3 * H)


@implements(layers.recurrent_gradient, ResetBefore)
def gradient_before(
    cell: ResetBefore, sizes: Sizes, found: Any, work: Any, layer: Any, shared: Any, first: int
) -> None:
    """dW_hh = sum_t [h_{t-1}^T dr_t  h_{t-1}^T dz_t  q_t^T dn_t]."""
    B, H, rows, place = sizes.batch, sizes.hidden, (sizes.history - first) * sizes.batch, shared[PACKED]
    h, delta = layer[STATES] + first * B * H, layer[DELTAS] + first * B * 3 * H
    q, dn = layer[KEPT] + (first + 1) * B * H, layer[KEPT] + (sizes.history + 1 + first) * B * H
    sum_outer(work, h, work, delta, found, layer[W_HH], rows, H, 3 * H)  # of whose three blocks two are what is wanted
    sum_outer(work, q, work, dn, work, place, rows, H, H)
    part_of_columns(found, layer[W_HH] + 2 * H, work, place, H, H, 3 * H, True)
