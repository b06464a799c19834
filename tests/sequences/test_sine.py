"""Sine waves held to their linear recurrences."""

import numpy as np
import pytest

from rnn_lab.sequences import MSO, DampedSine, Sine

RNG = np.random.default_rng(0)
OMEGAS = [0.2, 0.311, 0.42, 0.51, 0.63, 0.74, 0.85, 0.97]


@pytest.mark.parametrize("omega", [1.0, 0.3, 2.9])
def test_two_past_values_foretell_a_sine(omega: float) -> None:
    x = Sine(length=300, amplitude=2.5, omega=omega, phase=0.7)(RNG)[:, 0]
    np.testing.assert_allclose(x[2:], 2 * np.cos(omega) * x[1:-1] - x[:-2], atol=1e-12)


def test_one_past_value_does_not() -> None:
    """The best AR(1) leaves sin(omega) / sqrt 2, since x_{n+1} = cos(omega) x_n + sin(omega) cos(omega n)."""
    x = Sine(length=100_000)(RNG)[:, 0]
    coefficient = x[:-1] @ x[1:] / (x[:-1] @ x[:-1])
    residual = np.sqrt(np.mean((x[1:] - coefficient * x[:-1]) ** 2))
    np.testing.assert_allclose(residual, np.sin(1.0) / np.sqrt(2), rtol=1e-4)


def test_amplitude_and_phase() -> None:
    np.testing.assert_allclose(Sine(length=2, amplitude=3.0, phase=np.pi / 2)(RNG)[0, 0], 3.0)


def test_a_damped_sine_lies_within_its_envelope_and_touches_it() -> None:
    """At omega = pi / 2 every odd row lies on the envelope, with alternating sign."""
    x = DampedSine(length=400, amplitude=2.0, omega=np.pi / 2, decay=0.01)(RNG)[:, 0]
    n = np.arange(400)
    envelope = 2.0 * 0.99004983374916811**n  # e^-0.01
    assert (np.abs(x) <= envelope * (1 + 1e-12)).all()
    np.testing.assert_allclose(x[1::2], envelope[1::2] * (-1.0) ** (n[1::2] // 2), rtol=1e-12)


def test_two_past_values_foretell_a_damped_sine() -> None:
    x = DampedSine(length=200, omega=0.4, phase=0.2, decay=0.03)(RNG)[:, 0]
    forecast = 2 * np.exp(-0.03) * np.cos(0.4) * x[1:-1] - np.exp(-0.06) * x[:-2]
    np.testing.assert_allclose(x[2:], forecast, atol=1e-13)


@pytest.mark.parametrize("count", [1, 2, 8])
def test_twice_as_many_past_values_as_oscillators_foretell_their_sum(count: int) -> None:
    """The polynomial with the roots e^(+-i omega) annihilates the series, and no shorter one does."""
    x = MSO(length=400, omegas=OMEGAS[:count])(RNG)[:, 0]
    polynomial = np.ones(1)
    for omega in OMEGAS[:count]:
        polynomial = np.convolve(polynomial, [1.0, -2 * np.cos(omega), 1.0])
    residual = np.convolve(x, polynomial, mode="valid")
    np.testing.assert_allclose(residual / np.abs(polynomial).sum(), 0.0, atol=1e-13)
    lags = np.lib.stride_tricks.sliding_window_view(x, 2 * count)
    assert np.linalg.matrix_rank(lags, tol=1e-9) == 2 * count


def test_mso_is_the_sum_of_its_sines() -> None:
    x = MSO(length=50, omegas=[0.2, 0.311])(RNG)
    np.testing.assert_allclose(x, Sine(length=50, omega=0.2)(RNG) + Sine(length=50, omega=0.311)(RNG))


def test_mso_has_the_published_eight_by_default() -> None:
    assert MSO(length=1).omegas == OMEGAS
