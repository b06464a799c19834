"""Sums and products of series, and what they refuse to join."""

import numpy as np
import pytest

from rnn_lab.errors import BadInput
from rnn_lab.sequences import ARMA, Henon, Product, RandomWalk, Sine, Sum
from rnn_lab.sequences.composition import Composition

SLOW, FAST = Sine(length=100, omega=0.1), Sine(length=100, omega=1.3, phase=0.4)


def test_a_product_of_sines_is_a_sum_of_sines() -> None:
    """2 sin a sin b = cos(a - b) - cos(a + b)."""
    product = Product(length=100, parts=[SLOW, FAST])(np.random.default_rng(0))
    n = np.arange(100)
    expected = (np.cos(-1.2 * n - 0.4) - np.cos(1.4 * n + 0.4)) / 2
    np.testing.assert_allclose(product[:, 0], expected, atol=1e-13)


def test_sums_nest_and_take_several_columns() -> None:
    henon = Henon(length=100)
    inner = Sum(length=100, parts=[henon, henon])
    total = Sum(length=100, parts=[inner, henon])
    assert total.columns == ("x", "y")
    np.testing.assert_allclose(total(np.random.default_rng(0)), 3 * henon(np.random.default_rng(0)))


def test_each_part_has_its_own_random_stream() -> None:
    """The same process twice is not twice the same series, and a part does not shift the parts after it."""
    walk = RandomWalk(length=100)
    zero = Sine(length=100, amplitude=0.0)
    one, other = Sum(length=100, parts=[walk, zero]), Sum(length=100, parts=[zero, walk])
    both = Sum(length=100, parts=[walk, walk])(np.random.default_rng(3))
    first, second = (series(np.random.default_rng(3)) for series in (one, other))
    assert np.abs(first - second).max() > 1
    np.testing.assert_allclose(both, first + second)
    longer = Sum(length=100, parts=[ARMA(length=100, ar=[0.5, 0.1, 0.1]), walk])(np.random.default_rng(3))
    arma = Sum(length=100, parts=[ARMA(length=100, ar=[0.5, 0.1, 0.1]), zero])(np.random.default_rng(3))
    np.testing.assert_allclose(longer - arma, second, atol=1e-12)


def test_parts_keep_their_noise_and_the_whole_may_have_more() -> None:
    quiet = Sine(length=20_000, amplitude=0.0)
    noisy = Sine(length=20_000, amplitude=0.0, noise=3.0)
    total = Sum(length=20_000, parts=[quiet, noisy], noise=4.0)(np.random.default_rng(0))
    assert abs(total.std() / 5.0 - 1) < 4 / np.sqrt(2 * 20_000)  # 3-4-5: variances add


@pytest.mark.parametrize("kind", [Sum, Product])
def test_parts_of_other_lengths_or_columns_are_refused(kind: type[Composition]) -> None:
    with pytest.raises(BadInput, match=r"data\.series\.parts\.1\.length=50 must equal data\.series\.length=100"):
        kind(length=100, parts=[SLOW, Sine(length=50)])(np.random.default_rng(0))
    with pytest.raises(BadInput, match=r"data\.series\.parts\.1 has 2 columns, but the first part has 1"):
        kind(length=100, parts=[SLOW, Henon(length=100)])(np.random.default_rng(0))
    with pytest.raises(ValueError, match="parts"):
        kind(length=100, parts=[])
