"""Contract of every initialiser.

Moments are those of 400 x 300 draws with a fixed seed. Their standard errors are below 0.5 % of the standard
deviation for the mean and below 0.7 % for the variance, so that the tolerances of 2 % and 3 % are four of them.
"""

import numpy as np
import pytest

from rnn_lab.network.initializers import INITIALIZERS
from rnn_lab.rng import named_rng
from rnn_lab.testing.initializers import SHAPES, InitializerContract

MEAN_AND_VARIANCE = {
    "uniform": (0.5, 1 / 12),
    "glorot": (0.0, 2 / (400 + 300)),
    "lecun": (0.0, 1 / 400),
    "he": (0.0, 2 / 400),
    "orthogonal": (0.0, 1 / 400),  # every column has length 1
}


def rng(seed=0):
    return named_rng(seed, "initialisation")


def test_the_suite_knows_every_initializer() -> None:
    assert set(INITIALIZERS) == set(MEAN_AND_VARIANCE) | {"identity"}


class TestEveryInitializer(InitializerContract):
    @pytest.fixture(autouse=True, params=sorted(INITIALIZERS))
    def _one(self, request):
        self.initializer, self.random = INITIALIZERS[request.param], request.param != "identity"

    def make(self):
        return self.initializer


@pytest.mark.parametrize("name", MEAN_AND_VARIANCE)
def test_mean_and_variance(name) -> None:
    mean, variance = MEAN_AND_VARIANCE[name]
    W = INITIALIZERS[name](rng(), 400, 300)
    assert abs(W.mean() - mean) < 0.02 * np.sqrt(variance)
    assert abs(W.var() - variance) < 0.03 * variance


@pytest.mark.parametrize(("name", "low", "high"), [("uniform", 0.0, 1.0), ("glorot", -0.2, 0.2)])
def test_bounds_are_approached_and_kept(name, low, high) -> None:
    W = INITIALIZERS[name](rng(), 100, 50)  # glorot's bound is sqrt(6 / 150) = 0.2
    margin = 0.01 * (high - low)
    assert low <= W.min() < low + margin
    assert high - margin < W.max() <= high


@pytest.mark.parametrize("shape", SHAPES)
def test_orthogonal_has_singular_values_of_one(shape) -> None:
    W = INITIALIZERS["orthogonal"](rng(), *shape)
    np.testing.assert_allclose(np.linalg.svd(W, compute_uv=False), 1.0, rtol=1e-13)


def test_orthogonal_has_no_preferred_sign() -> None:
    """Unless the signs of R's diagonal are fixed, LAPACK's Q is not uniform over the group: its diagonal leans."""
    diagonals = np.array([np.diag(INITIALIZERS["orthogonal"](rng(seed), 3, 3)) for seed in range(400)])
    # Each entry of a uniform orthogonal 3 x 3 matrix is uniform on [-1, 1]: a standard error of 1 / sqrt(3 * 400).
    assert np.abs(diagonals.mean(axis=0)).max() < 4 / np.sqrt(3 * 400)


@pytest.mark.parametrize("shape", SHAPES)
def test_identity_copies(shape) -> None:
    W = INITIALIZERS["identity"](rng(), *shape)
    x = np.arange(1.0, shape[0] + 1)
    least = min(shape)
    np.testing.assert_array_equal((x @ W)[:least], x[:least])
    assert W.sum() == least
