"""Local derivatives of each cell, against complex steps of its equations as they stand in the textbook."""

import numpy as np
import pytest

from rnn_lab.network import GRU, LSTM, Elman, Network
from rnn_lab.rules.local import linearise, parts
from rnn_lab.testing.oracle import STEP

R, B, D, H = 2, 3, 2, 4
CELLS = [
    Elman(hidden_dim=H),
    Elman(hidden_dim=H, activation="sigmoid", bias=False),
    GRU(hidden_dim=H),
    GRU(hidden_dim=H, reset="before"),
    GRU(hidden_dim=H, bias=False),
    LSTM(hidden_dim=H),
    LSTM(hidden_dim=2),
    LSTM(hidden_dim=1, bias=False, forget_bias=0.0),
    GRU(hidden_dim=1, reset="before"),
]


def literal_step(model, theta, x, s):
    """The new state (P, B, S) of one replica, by the textbook."""
    before = dict(zip(model.STARTS, np.split(s, len(model.STARTS), axis=-1), strict=True))
    return np.concatenate(list(model.reference(theta, x, before).values()), axis=-1)


@pytest.mark.parametrize("model", CELLS, ids=repr)
def test_every_derivative_of_a_step(model) -> None:
    rng, H = np.random.default_rng(5), model.hidden_dim
    S = parts(model) * H
    weights = Network(model, D, 1, 5).initial(range(R))
    weights.flat[...] += 0.3 * rng.standard_normal(weights.flat.shape)
    layer = {name: values for name, values in weights.arrays().items() if name not in ("W_hy", "b_y")}
    x, s = rng.standard_normal((R, B, D)), rng.standard_normal((R, B, S))
    step = linearise(model, layer, x, s)
    J = step.jacobian()
    ds = rng.standard_normal((R, B, S))
    np.testing.assert_allclose(step.push(ds), np.einsum("rbij,rbj->rbi", J, ds), rtol=1e-11, atol=1e-13)
    blocks = J.reshape(R, B, S // H, H, S // H, H)
    np.testing.assert_allclose(step.own(), np.einsum("rbcjdj->rbcdj", blocks), rtol=1e-12, atol=1e-14)
    immediate = {name: np.zeros((R, B, S, *values.shape[1:])) for name, values in layer.items()}
    for term in step.terms:
        full, source = term.full(), term.source
        M = full if source is None else full[:, :, :, None] * source[:, :, None, :, None]
        immediate[term.name][..., term.columns] += M
    for r in range(R):
        theta = {name: values[r : r + 1].astype(complex) for name, values in layer.items()}
        plain = literal_step(model, theta, x[r] + 0j, s[r][None] + 0j)
        np.testing.assert_allclose(step.state[r], plain[0].real, rtol=1e-12, atol=1e-14)
        for j in range(S):
            moved = s[r][None] + 1j * STEP * (np.arange(S) == j)
            slope = literal_step(model, theta, x[r] + 0j, moved)[0].imag / STEP
            np.testing.assert_allclose(J[r][:, :, j], slope, rtol=1e-12, atol=1e-14)
        for name, values in layer.items():
            for place in np.ndindex(values.shape[1:]):
                moved = values[r : r + 1].astype(complex)
                moved[(0, *place)] += 1j * STEP
                slope = literal_step(model, theta | {name: moved}, x[r] + 0j, s[r][None] + 0j)[0].imag / STEP
                found = immediate[name][(r, slice(None), slice(None), *place)]
                np.testing.assert_allclose(found, slope, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("model", CELLS, ids=repr)
def test_pull_and_own_agree_with_the_full_effect(model) -> None:
    rng, S = np.random.default_rng(6), parts(model) * model.hidden_dim
    weights = Network(model, D, 1, 5).initial(range(R)).layer(1)
    step = linearise(model, weights, rng.standard_normal((R, B, D)), rng.standard_normal((R, B, S)))
    ds = rng.standard_normal((R, B, S))
    for term in step.terms:
        full = term.full()
        np.testing.assert_allclose(term.pull(ds), np.einsum("rbs,rbsj->rbj", ds, full), atol=1e-14)
        split = full.reshape(R, B, parts(model), model.hidden_dim, model.hidden_dim)
        np.testing.assert_allclose(term.own(), np.einsum("rbcjj->rbcj", split), atol=1e-14)


@pytest.mark.parametrize("model", CELLS, ids=repr)
def test_decay_is_the_jacobian_of_a_layer_whose_units_do_not_touch(model) -> None:
    rng, H, C = np.random.default_rng(7), model.hidden_dim, parts(model)
    weights = Network(model, D, 1, 5).initial(range(R))
    weights["W_hh"][...] = 0.0
    step = linearise(model, weights.layer(1), rng.standard_normal((R, B, D)), rng.standard_normal((R, B, C * H)))
    J = step.jacobian().reshape(R, B, C, H, C, H)
    np.testing.assert_allclose(step.decay, np.einsum("rbcjdj->rbcdj", J), atol=1e-14)
