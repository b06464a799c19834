"""Behaviour of every activation function: in place, its slope from its output alone, harmless at every input."""

from abc import ABC, abstractmethod
from dataclasses import asdict

import numpy as np
import pytest
from pydantic import ValidationError

from rnn_lab.network.activations import Activation, Array

POINTS = np.linspace(-6, 6, 50)
"""Inputs; 0, where there may be a kink, is not among them."""


class ActivationContract(ABC):
    """Tests of an activation function: derive ``TestMine`` from it and define `make`."""

    @abstractmethod
    def make(self) -> Activation:
        """The activation function to be tested."""

    def applied(self, a: Array) -> Array:
        """f(a), by `apply`, in memory of its own."""
        h = a.copy()
        self.make().apply(h)
        return h

    def slopes(self, h: Array) -> Array:
        """f'(a) by h = f(a), written into what holds no number yet."""
        out = np.full_like(h, np.nan)
        self.make().slope(h, out)
        return out

    def test_slope_from_the_output_alone(self) -> None:
        """Compared with central differences."""
        step = 1e-5
        expected = (self.applied(POINTS + step) - self.applied(POINTS - step)) / (2 * step)
        np.testing.assert_allclose(self.slopes(self.applied(POINTS)), expected, rtol=1e-6, atol=1e-8)

    def test_slope_leaves_the_output_alone(self) -> None:
        """States are read again."""
        h = self.applied(POINTS)
        before = h.copy()
        self.slopes(h)
        np.testing.assert_array_equal(h, before)

    def test_calling_it_is_the_same_in_memory_of_its_own(self) -> None:
        """Of complex numbers too: the derivative by a complex step is the slope.

        A cell's equation is differentiated so.
        """
        a = POINTS.copy()
        h = self.make()(a)
        np.testing.assert_array_equal(a, POINTS)
        np.testing.assert_allclose(h, self.applied(POINTS), rtol=1e-12, atol=1e-15)
        moved = self.make()(POINTS + 1e-30j)
        # 1 - h^2 and the like lose digits where h is close to 1.
        np.testing.assert_allclose(moved.imag / 1e-30, self.slopes(self.applied(POINTS)), rtol=1e-9, atol=1e-14)

    def test_works_in_place_on_views_and_keeps_the_precision(self) -> None:
        """Float32 stays float32, and a neighbour is not touched."""
        whole = np.linspace(-3, 3, 24, dtype="float32").reshape(2, 3, 4)
        before = whole.copy()
        self.make().apply(whole[:, 1])
        np.testing.assert_array_equal(whole[:, [0, 2]], before[:, [0, 2]])
        np.testing.assert_allclose(whole[:, 1], self.applied(before[:, 1].astype(float)), rtol=1e-6, atol=1e-7)
        slopes = np.full((2, 3, 4), np.nan, "float32")
        self.make().slope(whole[:, 1], slopes[:, 1])
        assert np.isfinite(slopes[:, 1]).all()
        assert np.isnan(slopes[:, [0, 2]]).all()

    def test_the_largest_inputs_are_harmless(self) -> None:
        """No overflow and no warning on the way to a finite state."""
        with np.errstate(all="raise", under="ignore"):
            assert np.isfinite(self.applied(np.array([-1e308, -1e3, 0.0, 1e3, 1e308]))).all()

    def test_what_is_not_a_number_stays_visible(self) -> None:
        """A network that diverged says so."""
        assert np.isnan(self.applied(np.array([np.nan]))).all()

    def test_an_unknown_argument_is_refused_by_name(self) -> None:
        """None is ignored."""
        activation = self.make()
        with pytest.raises(ValidationError, match="wobble"):
            type(activation)(**{**asdict(activation), "wobble": 1})
