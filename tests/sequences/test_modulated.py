"""The chirp's instantaneous frequency, the modulated carrier's sidebands."""

import numpy as np

from rnn_lab.sequences import AmplitudeModulated, Chirp

RNG = np.random.default_rng(0)


def test_a_chirps_frequency_grows_linearly() -> None:
    """A quarter of a turn ahead it is the cosine: together they give the argument, whose growth is the frequency."""
    sine, cosine = (
        Chirp(length=200, omega=0.05, rate=0.002, phase=phase)(RNG)[:, 0] for phase in (0.3, 0.3 + np.pi / 2)
    )
    argument = np.unwrap(np.arctan2(sine, cosine))
    midway = np.arange(199) + 0.5  # of a quadratic, the difference is the derivative midway
    np.testing.assert_allclose(np.diff(argument), 0.05 + 0.002 * midway, atol=1e-10)
    np.testing.assert_allclose(argument[0], 0.3)


def test_a_modulated_carrier_has_two_sidebands() -> None:
    """Whole numbers of cycles in 1000 rows: the discrete Fourier transform is exact."""
    length, carrier, modulation = 1000, 80, 6
    turn = 2 * np.pi / length
    x = AmplitudeModulated(length=length, amplitude=2.0, omega=carrier * turn, depth=0.5, omega_m=modulation * turn)(
        RNG
    )[:, 0]
    amplitudes = 2 / length * np.abs(np.fft.rfft(x))
    expected = np.zeros(length // 2 + 1)
    expected[[carrier - modulation, carrier, carrier + modulation]] = 0.5, 2.0, 0.5
    np.testing.assert_allclose(amplitudes, expected, atol=1e-10)
