"""The tutorial's rule against its loops, written out here from its text."""

import math

import numpy as np
import pytest
from pydantic import ValidationError

from experiments.tutorial.rule import TutorialElman, TutorialRule, full_window_outputs
from rnn_lab.errors import BadInput
from rnn_lab.network import Elman, Network
from rnn_lab.rules import Reach

T, H = 7, 4


def sigmoid(a):
    return 1 / (1 + math.exp(-a))


def literal_direction(U, W, V, x, y, k, limit):
    """dU, dW, dV for one record; U (H, T), W (H, H), V (1, H). Number by number, in the tutorial's orientation."""
    s, states = [0.0] * H, [[0.0] * H]
    for t in range(T):
        s = [sigmoid(U[i, t] * x[t] + sum(W[i, j] * s[j] for j in range(H))) for i in range(H)]
        states.append(s)
    e = sum(V[0, i] * s[i] for i in range(H)) - y
    dU, dW, dV = np.zeros((H, T)), np.zeros((H, H)), np.zeros((1, H))
    g_U, g_W = np.zeros((H, T)), np.zeros((H, H))
    for t in range(T):
        for i in range(H):
            for _ in range(min(t, k)):
                g_U[i, :] += U[i, t] * x[t]
                g_W[i, :] += sum(W[i, j] * states[t][j] for j in range(H))
            dV[0, i] += e * states[t + 1][i]
        dU, dW = dU + g_U, dW + g_W
        dU, dW, dV = (np.clip(d, -limit, limit) for d in (dU, dW, dV))
    return dU, dW, dV, e


def setting(replicas=1, scale=1.0):
    network = Network(TutorialElman(hidden_dim=H, activation="sigmoid", encoding="positional", bias=False), 1, 1, T)
    parameters = network.initial(range(replicas))
    parameters.flat *= scale
    return network, parameters


def direction(network, replicas, k, limit, batch=1):
    """The rule at work, as training sets it up."""
    rule = TutorialRule()
    rule.refuse(network)
    reach = Reach(bptt_truncate=k, clip_value=None if limit == np.inf else limit)
    return rule.for_windows(network, replicas, batch, reach)


def tutorial_orientation(parameters, r):
    """U, W, V of one replica."""
    return parameters["W_xh"][r, :, 0].T, parameters["W_hh"][r].T, parameters["W_hy"][r].T


@pytest.mark.parametrize("limit", [0.5, 10.0, np.inf])
@pytest.mark.parametrize("k", [1, 3, 50])
@pytest.mark.parametrize("replicas", [1, 3])
def test_two_consecutive_records(replicas, k, limit) -> None:
    network, parameters = setting(replicas)
    parameters["W_xh"][...] -= 0.5  # so that directions of both signs meet the limit
    rule = direction(network, replicas, k, limit)
    rng = np.random.default_rng(0)
    reached = set()
    for _ in range(2):
        X, Y = rng.standard_normal((replicas, T, 1, 1)), rng.standard_normal((replicas, 1, 1))
        loss, found = rule(parameters, X, Y)
        for r in range(replicas):
            U, W, V = tutorial_orientation(parameters, r)
            dU, dW, dV, e = literal_direction(U, W, V, X[r, :, 0, 0], Y[r, 0, 0], k, limit)
            np.testing.assert_allclose(loss[r], e**2 / 2, rtol=1e-12)
            for mine, theirs in zip(tutorial_orientation(found, r), (dU, dW, dV), strict=True):
                np.testing.assert_allclose(mine, theirs, rtol=1e-11, atol=1e-13)
                reached |= {np.sign(d) for d in theirs.ravel() if abs(d) == limit}
        parameters.flat -= 0.1 * found.flat
    assert reached == ({-1.0, 1.0} if limit == 0.5 else reached - {0.0})


def test_no_error_reaches_the_recurrent_weights() -> None:
    network, parameters = setting()
    rule = direction(network, 1, 5, 10.0)
    X = np.random.default_rng(0).standard_normal((1, T, 1, 1))
    _, found = rule(parameters, X, np.array([[[0.3]]]))
    first = found.copy()
    rule(parameters, X, np.array([[[-0.9]]]))
    np.testing.assert_array_equal(found["W_xh"], first["W_xh"])
    np.testing.assert_array_equal(found["W_hh"], first["W_hh"])
    assert not np.isclose(found["W_hy"], first["W_hy"]).any()


def test_the_direction_is_the_same_for_every_input_of_a_unit() -> None:
    network, parameters = setting()
    _, found = direction(network, 1, 5, np.inf)(parameters, np.ones((1, T, 1, 1)), np.zeros((1, 1, 1)))
    dU, dW, _ = tutorial_orientation(found, 0)
    assert (dU == dU[:, :1]).all()
    assert (dW == dW[:, :1]).all()
    assert len(np.unique(dW[:, 0])) == H


def test_weights_are_the_legacy_draws_in_the_tutorials_order() -> None:
    _, parameters = setting(replicas=2)
    for r in range(2):
        draws = np.random.RandomState(r).random_sample(H * T + H * H + H)
        U, W, V = tutorial_orientation(parameters, r)
        np.testing.assert_array_equal(np.concatenate([U.ravel(), W.ravel(), V.ravel()]), draws)


def test_full_window_outputs_by_loops() -> None:
    _, parameters = setting(replicas=2, scale=0.5)
    X = np.random.default_rng(0).standard_normal((3, T, 1))
    found = full_window_outputs(parameters, X)
    assert found.shape == (2, 3, 1)
    for r in range(2):
        U, W, V = tutorial_orientation(parameters, r)
        for n, x in enumerate(X[:, :, 0]):
            s = [0.0] * H
            for _ in range(T):
                s = [
                    sigmoid(sum(U[i, t] * x[t] for t in range(T)) + sum(W[i, j] * s[j] for j in range(H)))
                    for i in range(H)
                ]
            np.testing.assert_allclose(found[r, n, 0], sum(V[0, i] * s[i] for i in range(H)), rtol=1e-12)


@pytest.mark.parametrize(
    "model",
    [
        Elman(hidden_dim=H, activation="tanh", encoding="positional", bias=False),
        Elman(hidden_dim=H, activation="sigmoid", encoding="shared", bias=False),
        Elman(hidden_dim=H, activation="sigmoid", encoding="positional", bias=True),
    ],
)
def test_another_model_is_refused(model) -> None:
    with pytest.raises(BadInput, match=r"the tutorial's rule needs model\.activation=sigmoid"):
        direction(Network(model, 1, 1, T), 1, 5, 10.0)


def test_batches_and_several_columns_are_refused() -> None:
    network, _ = setting()
    with pytest.raises(BadInput, match=r"trainer\.batch_size=1"):
        direction(network, 1, 5, 10.0, batch=2)
    for inputs, outputs in ((2, 1), (1, 2)):
        with pytest.raises(BadInput, match=f"the data has {inputs} and {outputs}"):
            direction(Network(network.model, inputs, outputs, T), 1, 5, 10.0)


@pytest.mark.parametrize("change", [{"activation": "tanh"}, {"encoding": "shared"}, {"bias": True}])
def test_the_tutorials_model_has_no_other_form(change) -> None:
    settings = {"hidden_dim": H, "activation": "sigmoid", "encoding": "positional", "bias": False}
    with pytest.raises(ValidationError, match="the tutorial's network needs"):
        TutorialElman(**(settings | change))
