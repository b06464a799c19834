"""Every model as its equations say it, step by step, in complex numbers: what the gradients here are compared with.

Arrays of parameters carry a leading axis P of variants, so that one walk differentiates by all parameters at once.
"""

import numpy as np

from rnn_lab.network import GRU, LSTM
from rnn_lab.network.parameters import numbered

STEP = 1e-30
FUNCTIONS = {
    "sigmoid": lambda a: 1 / (1 + np.exp(-a)),
    "tanh": np.tanh,
    "relu": lambda a: np.where(a.real > 0, a, 0),
    "identity": lambda a: a,
}
sigmoid = FUNCTIONS["sigmoid"]


def cell(model, theta, number, t, x, h, c):
    """One step of one layer: the new h and c, (P, B, H)."""

    def get(name):
        return theta.get(numbered(name, number))

    H = model.hidden_dim
    W_xh, W_hh = get("W_xh"), get("W_hh")
    if W_xh.ndim == 4:
        W_xh = W_xh[:, t]
    a, s = x @ W_xh, h @ W_hh
    if get("b_h") is not None:
        a = a + get("b_h")[:, None]
    part = [slice(g * H, (g + 1) * H) for g in range(model.GATES)]
    if isinstance(model, LSTM):
        i, f, o = (sigmoid((a + s)[..., p]) for p in part[:3])
        c = f * c + i * np.tanh((a + s)[..., part[3]])
        return o * np.tanh(c), c
    if isinstance(model, GRU):
        r, z = (sigmoid((a + s)[..., p]) for p in part[:2])
        if model.reset == "before":
            n = np.tanh(a[..., part[2]] + (r * h) @ W_hh[..., part[2]])
        else:
            inner = s[..., part[2]]
            if get("b_hn") is not None:
                inner = inner + get("b_hn")[:, None]
            n = np.tanh(a[..., part[2]] + r * inner)
        return (1 - z) * n + z * h, c
    return FUNCTIONS[type(model.activation).__name__.lower()](a + s), c


def start(model, theta, batch):
    """The state before the first step: (h, c) of each layer."""
    found = []
    for number in range(1, model.layers + 1):
        state = []
        for name in ("h_0", "c_0"):
            learned = theta.get(numbered(name, number))
            P = len(theta["W_hy"])
            zero = np.zeros((P, batch, model.hidden_dim), complex)
            state.append(zero if learned is None else zero + learned[:, None])
        found.append(tuple(state))
    return found


def step(model, theta, t, x, state):
    """One step of all layers: the new state, and the outputs (P, B, O)."""
    below, new = x, []
    for number, (h, c) in enumerate(state, 1):
        if number > 1 and model.input_skip:
            below = np.concatenate([below, np.broadcast_to(x, (*below.shape[:2], x.shape[-1]))], axis=-1)
        h, c = cell(model, theta, number, t, below, h, c)
        new.append((h, c))
        below = h
    o = below @ theta["W_hy"]
    if model.input_skip:
        o = o + x @ theta["W_xy"]
    return new, o if "b_y" not in theta else o + theta["b_y"][:, None]


def loss_at(kind, o, y):
    """The loss (P, B) of outputs (P, B, O): half the mean squared error, or cross-entropy."""
    if kind == "cross_entropy":
        return (
            np.log(np.exp(o).sum(axis=-1))
            - np.take_along_axis(o, np.broadcast_to(y, o.shape[:2])[..., None], -1)[..., 0]
        )
    return ((o - y) ** 2).sum(axis=-1) / (2 * o.shape[-1])


def stretch(model, kind, theta, constant, X, Y, weights, reach, losses, state=None, offset=0):
    """Sum of the weighted losses of some steps, (P,); steps before ``reach`` are walked with the constant parameters.

    Args:
        theta, constant: name -> (P, ...), and name -> (1, ...).
        X: (T, B, D).
        Y: (T, B, O) or classes (T, B).
        weights: (T, B).
        reach: the first step that depends on theta.
        losses: the steps whose loss counts.
        state: before the first step; None for the model's own.
        offset: its number, which positional weights go by.
    """
    own = state is None
    now = state or start(model, theta if reach == 0 else constant, X.shape[1])
    total = 0.0
    for t in range(max(losses) + 1):
        if t == reach and not own and t == 0:
            now = state
        now, o = step(model, theta if t >= reach else constant, t + offset, X[t], now)
        if t in losses:
            total = total + (weights[t] * loss_at(kind, o, Y[t])).sum(axis=-1)
    return total


def gradient(model, kind, parameters, *arguments, **options):
    """Derivatives of `stretch` by every parameter of one replica (name -> array), by complex steps."""
    plain = {name: values[None].astype(complex) for name, values in parameters.items()}
    found = {}
    for name, values in parameters.items():
        moved = np.repeat(plain[name], values.size, axis=0)
        moved.reshape(values.size, values.size)[np.diag_indices(values.size)] += 1j * STEP
        theta = {other: np.broadcast_to(v, (values.size, *v.shape[1:])) for other, v in plain.items()} | {name: moved}
        slopes = stretch(model, kind, theta, plain, *arguments, **options).imag / STEP
        found[name] = np.broadcast_to(slopes, (values.size,)).reshape(values.shape)
    return found
