"""Behaviour of every first-order optimizer: in place, each replica by itself, resumed from a checkpoint to the bit."""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_lab.network import Elman, Network
from rnn_lab.training import FirstOrder, TrainingState

Array = NDArray[Any]
R, P = 3, 4


class OptimizerContract(ABC):
    """Tests of an optimizer: derive ``TestMine`` from it and define `make`."""

    @abstractmethod
    def make(self) -> FirstOrder:
        """The optimizer to be tested."""

    def run(self, theta: Array, gradients: Array, rate: Array) -> Array:
        """Theta (R, P) after gradients (n, R, P) at rates (R, 1)."""
        optimizer, theta = self.make(), theta.copy()
        moments = optimizer.begin(theta)
        for count, gradient in enumerate(gradients, 1):
            optimizer.update(theta, gradient.copy(), rate, moments, count)
        return theta

    def problem(self, n: int, dtype: str = "float64") -> tuple[Array, Array, Array]:
        """Parameters, n gradients of each, and a rate for each replica."""
        rng = np.random.default_rng(0)
        theta, gradients = rng.standard_normal((R, P)), rng.standard_normal((n, R, P))
        return theta.astype(dtype), gradients.astype(dtype), np.array([[0.1], [0.01], [0.3]], dtype)

    def test_works_in_place(self) -> None:
        """Parameters and moments stay the arrays that they are, and no neighbour of theta's is touched."""
        optimizer, whole = self.make(), np.ones((R, 2 * P))
        theta, (_, gradients, rate) = whole[:, :P], self.problem(2)
        moments = optimizer.begin(theta)
        arrays = dict(moments)
        for count, gradient in enumerate(gradients, 1):
            before = theta.copy()
            optimizer.update(theta, gradient, rate, moments, count)
            assert (whole[:, :P] != before).all()
        assert (whole[:, P:] == 1).all()
        assert moments.keys() == arrays.keys()
        assert all(moments[name] is array for name, array in arrays.items())
        assert all(array.shape == (R, P) for array in arrays.values())

    def test_a_replica_among_others_is_as_it_is_alone(self) -> None:
        """Even beside one that diverges."""
        theta, gradients, rate = self.problem(4)
        gradients[2:, 1] = np.nan
        with np.errstate(invalid="ignore"):
            together = self.run(theta, gradients, rate)
        for r in (0, 2):
            alone = self.run(theta[r : r + 1], gradients[:, r : r + 1], rate[r : r + 1])
            np.testing.assert_array_equal(together[r], alone[0])

    def test_begins_anew_each_time(self) -> None:
        """Two trainings do the same."""
        np.testing.assert_array_equal(self.run(*self.problem(3)), self.run(*self.problem(3)))

    def test_goes_on_from_a_checkpoint(self, tmp_path: Path) -> None:
        """A state that is saved and loaded after every update ends at the same bits."""
        optimizer, parameters = self.make(), Network(Elman(hidden_dim=2), 1, 1, 3).initial([0, 1])
        state = TrainingState.before(parameters)
        optimizer.begin_training(state)
        gradients = np.random.default_rng(0).standard_normal((6, *parameters.flat.shape))
        rate = np.array([[0.1], [0.2]])
        expected = self.run(parameters.flat, gradients, rate)
        for count, gradient in enumerate(gradients, 1):
            optimizer.update(state.parameters.flat, gradient, rate, state.moments, count)
            state.save(tmp_path / "checkpoint.npz")
            state, _ = TrainingState.load(tmp_path / "checkpoint.npz")
        np.testing.assert_array_equal(state.parameters.flat, expected)

    def test_moments_hold_nothing_that_was_never_written(self) -> None:
        """They begin at 0, whatever the parameters are."""
        moments = self.make().begin(np.full((R, P), np.nan))
        assert not any(np.any(array) for array in moments.values())

    def test_float32_stays_float32_and_close(self) -> None:
        """Parameters and moments alike."""
        low = self.run(*self.problem(5, "float32"))
        assert low.dtype == "float32"
        assert {array.dtype.name for array in self.make().begin(low).values()} <= {"float32"}
        np.testing.assert_allclose(low, self.run(*self.problem(5)), rtol=0, atol=1e-5)

    def test_tiny_and_huge_gradients_give_finite_steps(self) -> None:
        """No step leads uphill, either."""
        gradients = np.array([[[1e-150, -1e-150, 1e150, -1e150]]] * 3)
        with np.errstate(under="ignore"):
            found = self.run(np.zeros((1, 4)), gradients, np.full((1, 1), 1e-3))
        assert np.isfinite(found).all()
        assert (np.sign(found) * -np.sign(gradients[0]) >= 0).all()

    def test_comes_down_a_quadratic(self) -> None:
        """L = sum lambda x^2 / 2, to a thousandth in 600 steps of rate 0.02."""
        slopes, theta = np.array([[0.1, 1.0, 3.0, 10.0]]), np.array([[1.0, -2.0, 0.5, 3.0]])
        optimizer, start = self.make(), float(np.sum(slopes * theta**2))
        moments = optimizer.begin(theta)
        for count in range(1, 601):
            optimizer.update(theta, slopes * theta, np.full((1, 1), 0.02), moments, count)
        assert float(np.sum(slopes * theta**2)) < 1e-3 * start
