"""Local derivatives of a recurrent layer: what one step does to the state, and each parameter to that step.

With s_t the state (h_t, of an LSTM h_t and c_t side by side) and a_t a vector of preactivations,

    J_t = ds_t/ds_{t-1},    E_t = ds_t/da_t,    M_t = (ds_t/dtheta at constant s_{t-1}) = E_t (x) source

where the source is what a weight multiplies: x_t, h_{t-1}, of a bias 1. Rules that go forward in time need nothing
else of a cell: ds_t/dtheta = J_t ds_{t-1}/dtheta + M_t. A cell of your own joins in by `linearise.register`.
"""

from collections.abc import Sequence
from functools import singledispatch
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_lab.errors import BadInput
from rnn_lab.network import GRU, LSTM, Architecture, Elman
from rnn_lab.network.activations import SIGMOID
from rnn_lab.network.layer import Weights
from rnn_lab.rules.step import Step, Term

Array = NDArray[Any]


@singledispatch
def linearise(model: Architecture, weights: Weights, x: Array, state: Array) -> Step:
    """Go one step on, and differentiate it.

    Args:
        model: the cell, by whose class the equations are chosen.
        weights: one layer's, each (R, ...).
        x: (R, B, D).
        state: s_{t-1}, (R, B, S).

    Example:
        >>> weights = {"W_xh": np.ones((1, 1, 1)), "W_hh": np.full((1, 1, 1), 0.5)}
        >>> x = state = np.ones((1, 1, 1))
        >>> step = linearise(Elman(hidden_dim=1, activation="identity"), weights, x, state)
        >>> float(step.state[0, 0, 0]), float(step.jacobian()[0, 0, 0, 0])
        (1.5, 0.5)
    """
    raise NotImplementedError(type(model).__name__)  # `refuse_unknown` has said so before


def parts(model: Architecture) -> int:
    """S / H: 1, of an LSTM 2."""
    return len(model.STARTS)


def refuse_unknown(rule: str, model: Architecture) -> None:
    """Raise BadInput if a rule cannot differentiate the model step by step: a stack, or a cell that is not known."""
    if model.layers > 1:
        raise BadInput(
            f"the rule {rule} is defined for one recurrent layer: it needs model.layers=1 (it is {model.layers}), or "
            "take rule=bptt."
        )
    if linearise.dispatch(type(model)) is linearise.dispatch(object):
        raise BadInput(
            f"the rule {rule} needs the local derivatives of the cell {type(model).__name__}, and there are none: "
            "register them with rnn_lab.rules.local.linearise, or take rule=bptt."
        )


def _gates(model: Architecture) -> list[slice]:
    H = model.hidden_dim
    return [slice(g * H, (g + 1) * H) for g in range(model.GATES)]


def _preactivations(weights: Weights, x: Array) -> Array:
    a = x @ weights["W_xh"]
    return np.asarray(a + weights["b_h"][:, None] if "b_h" in weights else a)


def _through(weights: Weights, gates: Sequence[tuple[slice, Array]]) -> Array:
    """Add up E_g W_hg^T over gates whose column j reaches unit j alone: (R, B, C, H) -> (R, B, C H, H)."""
    total: Any = 0.0
    for columns, effect in gates:
        total = total + effect[..., None] * weights["W_hh"][:, None, None, :, columns].swapaxes(3, 4)
    return np.asarray(total.reshape(*total.shape[:2], -1, total.shape[-1]))


def _units(*values: Array) -> Array:
    """Stack parts of the state: C arrays (R, B, H) -> (R, B, C, H)."""
    return np.stack(values, axis=2)


def _sigmoid(a: Array) -> Array:
    out = a.copy()
    SIGMOID.apply(out)
    return out


def _terms(weights: Weights, x: Array, h: Array, gates: Sequence[tuple[slice, Array]]) -> list[Term]:
    """Terms of gates that read x W_xh + h W_hh + b_h as one sum."""
    found = [Term("W_xh", columns, x, effect) for columns, effect in gates]
    found += [Term("W_hh", columns, h, effect) for columns, effect in gates]
    return found + [Term("b_h", columns, None, effect) for columns, effect in gates if "b_h" in weights]


@linearise.register
def _(model: Elman, weights: Weights, x: Array, state: Array) -> Step:
    """h_t = f(a_t): E = diag f'(a_t), J = E W_hh^T."""
    h = _preactivations(weights, x) + state @ weights["W_hh"]
    model.activation.apply(h)
    slope = np.empty_like(h)
    model.activation.slope(h, slope)
    gates = [(_gates(model)[0], _units(slope))]
    nothing = np.zeros((*h.shape[:2], 1, 1, h.shape[2]), h.dtype)
    return Step(h, lambda: _through(weights, gates), nothing, _terms(weights, x, state, gates), weights["W_hh"])


@linearise.register
def _(model: LSTM, weights: Weights, x: Array, state: Array) -> Step:
    """c_t = f c_{t-1} + i g, h_t = o tanh(c_t): each gate reaches c_t, o reaches h_t, and c_t reaches h_t."""
    H = model.hidden_dim
    h, c = state[..., :H], state[..., H:]
    a = _preactivations(weights, x) + h @ weights["W_hh"]
    part = _gates(model)
    i, f, o = (_sigmoid(a[..., columns]) for columns in part[:3])
    g = np.tanh(a[..., part[3]])
    new = f * c + i * g
    squashed = np.tanh(new)
    k = o * (1 - squashed**2)  # dh_t/dc_t
    nothing = np.zeros_like(c)
    inner = (g * i * (1 - i), c * f * (1 - f), i * (1 - g**2))  # dc_t/da of i, f, g
    effects = [_units(k * dc, dc) for dc in inner]
    effects.insert(2, _units(squashed * o * (1 - o), nothing))
    gates = list(zip(part, effects, strict=True))
    decay = np.stack([_units(nothing, k * f), _units(nothing, f)], axis=2)

    def jacobian() -> Array:
        J = np.zeros((*c.shape[:2], 2 * H, 2 * H), c.dtype)
        J[..., :H] = _through(weights, gates)
        each = np.arange(H)
        J[..., each, H + each], J[..., H + each, H + each] = k * f, f
        return J

    new_state = np.concatenate([o * squashed, new], axis=-1)
    return Step(new_state, jacobian, decay, _terms(weights, x, h, gates), weights["W_hh"])


@linearise.register
def _(model: GRU, weights: Weights, x: Array, state: Array) -> Step:
    """h_t = (1 - z) n + z h_{t-1}: z lets h through; r reaches n through W_hn, before or after the product."""
    h, W_hh, part = state, weights["W_hh"], _gates(model)
    a = _preactivations(weights, x)
    rz = slice(0, 2 * model.hidden_dim)
    gate = _sigmoid(a[..., rz] + h @ W_hh[..., rz])
    r, z = gate[..., part[0]], gate[..., part[1]]
    W_hn = W_hh[..., part[2]]
    after = model.reset == "after"
    inner = h @ W_hn if after else (r * h) @ W_hn
    if "b_hn" in weights:
        inner = inner + weights["b_hn"][:, None]
    n = np.tanh(a[..., part[2]] + (r * inner if after else inner))
    dn = (1 - z) * (1 - n**2)  # dh_t/da_n
    dz = (h - n) * z * (1 - z)
    if after:
        dr = _units(dn * inner * r * (1 - r))
        recurrent = [(part[0], dr), (part[1], _units(dz)), (part[2], _units(dn * r))]
    else:
        dr = dn[..., None] * W_hn[:, None].swapaxes(2, 3) * (h * r * (1 - r))[:, :, None]
        recurrent = [(part[1], _units(dz))]
    outer = [(part[0], dr, not after), (part[1], _units(dz), False), (part[2], _units(dn), False)]
    terms = [Term("W_xh", columns, x, effect, wide) for columns, effect, wide in outer]
    terms += [Term("b_h", columns, None, effect, wide) for columns, effect, wide in outer if "b_h" in weights]
    if after:
        terms += [Term("W_hh", columns, h, effect) for columns, effect in recurrent]
        terms += [Term("b_hn", slice(None), None, recurrent[2][1])] if "b_hn" in weights else []
    else:
        sources = (h, h, r * h)
        terms += [Term("W_hh", gate[0], source, *gate[1:]) for gate, source in zip(outer, sources, strict=True)]

    def jacobian() -> Array:
        J = _through(weights, recurrent)
        if not after:
            J += dr @ W_hh[:, None, :, part[0]].swapaxes(2, 3)
            J += (dn[..., None] * W_hn[:, None].swapaxes(2, 3)) * r[:, :, None]
        each = np.arange(model.hidden_dim)
        J[..., each, each] += z
        return J

    return Step((1 - z) * n + z * h, jacobian, z[:, :, None, None], terms, W_hh)
