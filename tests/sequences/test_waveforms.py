"""Square, sawtooth and triangle: their period, their symmetries, their harmonics."""

import numpy as np
import pytest

from rnn_lab.sequences import Sawtooth, Sine, Square, Triangle
from rnn_lab.sequences.waveforms import Waveform

RNG = np.random.default_rng(0)
WAVES = [Square, Sawtooth, Triangle]


def harmonics(kind: type[Waveform], period: int) -> np.ndarray:
    """Amplitude of harmonic k = 0 .. period / 2 of one sampled period."""
    x = kind(length=period, period=float(period))(RNG)[:, 0]
    return 2 / period * np.abs(np.fft.rfft(x))


@pytest.mark.parametrize("kind", WAVES)
@pytest.mark.parametrize("period", [4, 14, 20, 23])
def test_the_period_is_the_shortest_after_which_it_repeats(kind: type[Waveform], period: int) -> None:
    x = kind(length=5 * period, period=float(period), amplitude=3.0)(RNG)[:, 0]
    repeats = [shift for shift in range(1, 2 * period) if np.allclose(x[shift:], x[:-shift], atol=1e-9)]
    assert repeats == [period]
    assert np.abs(x).max() <= 3.0


@pytest.mark.parametrize("kind", WAVES)
def test_a_whole_number_of_steps_repeats_for_ever(kind: type[Waveform]) -> None:
    """No jump moves by a step, however far out: n / period is rounded, yet exact where the wave jumps."""
    x = kind(length=60_000, period=6.0)(RNG)[:, 0].reshape(-1, 6)
    np.testing.assert_allclose(x, np.broadcast_to(x[0], x.shape), atol=1e-9)


@pytest.mark.parametrize("kind", [Square, Triangle])
def test_square_and_triangle_have_odd_harmonics_only(kind: type[Waveform]) -> None:
    even = harmonics(kind, 64)[::2]
    np.testing.assert_allclose(even, 0.0, atol=1e-12)


def test_harmonics_of_the_sampled_waves() -> None:
    """Of P samples a period: geometric sums in closed form, which for P -> infinity are 4/(pi k), 2/(pi k), ..."""
    period = 64
    k = np.arange(1, period // 2)
    odd = k % 2 == 1
    sine = np.sin(np.pi * k / period)
    np.testing.assert_allclose(harmonics(Square, period)[1:-1], np.where(odd, 4 / period / sine, 0.0), atol=1e-12)
    np.testing.assert_allclose(harmonics(Sawtooth, period)[1:-1], 2 / period / sine, atol=1e-12)
    np.testing.assert_allclose(
        harmonics(Triangle, period)[1:-1], np.where(odd, 8 / period**2 / sine**2, 0.0), atol=1e-12
    )


def test_square_and_triangle_have_a_sines_sign() -> None:
    sine = Sine(length=99, omega=2 * np.pi / 33, phase=0.4)(RNG)
    for kind in (Square, Triangle):
        np.testing.assert_array_equal(np.sign(kind(length=99, period=33.0, phase=0.4)(RNG)), np.sign(sine))


def test_the_sawtooth_rises_evenly_and_falls_once_a_period() -> None:
    steps = np.diff(Sawtooth(length=100, period=12.5)(RNG)[:, 0])
    falls = steps < 0
    assert falls.sum() == 7  # at 12.5, 25, ..., 87.5
    np.testing.assert_allclose(steps[~falls], 2 / 12.5)
    np.testing.assert_allclose(steps[falls], 2 / 12.5 - 2)
