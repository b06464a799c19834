"""The losses and their gradients against closed forms, loops and the complex step."""

import numpy as np
import pytest

from rnn_lab.network.losses import LOSSES
from tests.network.literal_elman import derivative

SHAPES = [(1, 1, 1), (1, 4, 1), (3, 4, 2), (2, 3, 4, 2)]
"""(R, B, O), and (R, T, B, O) with a loss at each step."""


def squares(o, y, w):
    """The weighted loss of one replica, term by term: outputs and targets (M, O), weights (M,)."""
    M, O = o.shape  # noqa: E741 - the symbol of the equations
    return sum(w[m] * sum((o[m, j] - y[m, j]) ** 2 for j in range(O)) / (2 * O) for m in range(M))


def nats(o, y, w):
    """The same of classes (M,)."""
    return sum(w[m] * (np.log(np.exp(o[m]).sum()) - o[m, y[m]]) for m in range(len(o)))


def drawn(name, shape, rng):
    outputs = rng.standard_normal(shape)
    if name == "cross_entropy":
        return outputs, rng.integers(0, shape[-1], shape[:-1])
    return outputs, rng.standard_normal(shape)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("name", "literal"), [("half_mean_squared_error", squares), ("cross_entropy", nats)])
def test_loss_and_its_gradient(name, literal, shape, weighted) -> None:
    rng = np.random.default_rng(0)
    R, O = shape[0], shape[-1]  # noqa: E741
    M = int(np.prod(shape[1:-1]))
    error = np.empty(shape)
    for _ in range(2):  # the second into what the first left
        outputs, targets = drawn(name, shape, rng)
        weights = rng.random(shape[:-1]) if weighted else None
        loss = LOSSES[name](outputs, targets, error, weights)
        assert loss.shape == (R,)
        for r in range(R):
            y = targets[r].reshape((M, O) if targets.ndim == outputs.ndim else M)
            w = np.full(M, 1 / M) if weights is None else weights[r].ravel()

            def of(o, y=y, w=w):
                return literal(o, y, w)

            o = outputs[r].reshape(M, O)
            np.testing.assert_allclose(loss[r], of(o), rtol=1e-13, atol=1e-15)
            np.testing.assert_allclose(error[r].reshape(M, O), derivative(of, o), rtol=1e-12, atol=1e-16)


def test_no_error_no_loss() -> None:
    error = np.full((2, 3, 1), np.nan)
    same = np.ones((2, 3, 1))
    assert LOSSES["half_mean_squared_error"](same, same, error).tolist() == [0.0, 0.0]
    assert not error.any()


@pytest.mark.parametrize("classes", [1, 2, 10])
def test_guessing_costs_the_logarithm_of_the_number_of_classes(classes) -> None:
    error = np.empty((1, 4, classes))
    loss = LOSSES["cross_entropy"](np.full((1, 4, classes), 3.0), np.zeros((1, 4), int), error)
    np.testing.assert_allclose(loss, np.log(classes), atol=1e-15)
    np.testing.assert_allclose(error[0, 0], (1 / classes - np.eye(classes)[0]) / 4, rtol=1e-15)


def test_two_classes_are_the_logistic_loss() -> None:
    """-ln sigmoid(d) with d the right logit less the other; dL/do = (p - 1, 1 - p)."""
    for d in (-30.0, -1.0, 0.0, 2.5, 30.0):
        error = np.empty((1, 1, 2))
        loss = LOSSES["cross_entropy"](np.array([[[d, 0.0]]]), np.array([[0]]), error)
        np.testing.assert_allclose(loss, np.log1p(np.exp(-d)), rtol=1e-13, atol=1e-15)
        np.testing.assert_allclose(error.ravel(), [-1 / (1 + np.exp(d)), 1 / (1 + np.exp(d))], atol=1e-16)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.filterwarnings("error")
def test_huge_logits_do_not_overflow(dtype) -> None:
    """Far apart, the loss is the logits' distance, and the gradient that of a certain answer."""
    huge = np.finfo(dtype).max / 4
    outputs = np.array([[[huge, -huge], [-huge, huge], [huge, huge]]], dtype)
    error = np.empty_like(outputs)
    for weights in (None, np.full((1, 3), 1 / 3, dtype)):
        loss = LOSSES["cross_entropy"](
            outputs[:, 1:2], np.array([[0]]), error[:, :1], None if weights is None else weights[:, :1]
        )
        assert np.isfinite(loss).all()
        np.testing.assert_allclose(loss, 2 * huge * (1 if weights is None else 1 / 3), rtol=1e-6)
        LOSSES["cross_entropy"](outputs, np.array([[0, 0, 1]]), error, weights)
        np.testing.assert_allclose(3 * error[0], [[0, 0], [-1, 1], [0.5, -0.5]], rtol=1e-6)
