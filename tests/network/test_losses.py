"""The loss and its gradient against loops and the complex step."""

import numpy as np
import pytest

from rnn_lab.network.losses import half_mean_squared_error
from tests.network.literal_elman import derivative


@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 4, 1), (3, 4, 2)])
def test_loss_and_its_gradient(shape) -> None:
    R, B, O = shape  # noqa: E741 - the symbol of the equations
    rng = np.random.default_rng(0)
    error = np.empty(shape)
    for _ in range(2):
        outputs, targets = rng.standard_normal((2, *shape))
        loss = half_mean_squared_error(outputs, targets, error)
        for r in range(R):

            def literal(o, y=targets[r]):
                return sum((o[b, j] - y[b, j]) ** 2 for b in range(B) for j in range(O)) / (2 * B * O)

            np.testing.assert_allclose(loss[r], literal(outputs[r]), rtol=1e-14)
            np.testing.assert_allclose(error[r], derivative(literal, outputs[r]), rtol=1e-13)


def test_no_error_no_loss() -> None:
    error = np.full((2, 3, 1), np.nan)
    same = np.ones((2, 3, 1))
    assert half_mean_squared_error(same, same, error).tolist() == [0.0, 0.0]
    assert not error.any()
