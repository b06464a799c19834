"""Spectral radii of matrices whose eigenvalues are known."""

import numpy as np

from rnn_lab.observers.spectral_radius import spectral_radius


def test_spectral_radius() -> None:
    rotation = 3 * np.array([[np.cos(1), np.sin(1)], [-np.sin(1), np.cos(1)]])
    broken = np.array([[1.0, np.nan], [0.0, 1.0]])
    endless = np.array([[1.0, 0.0], [-np.inf, 1.0]])
    shear = np.array([[-0.5, 1e3], [0.0, 0.25]])
    found = spectral_radius(np.stack([rotation, broken, shear, endless, 0 * shear]))
    np.testing.assert_allclose(found, [3.0, np.nan, 0.5, np.nan, 0.0], rtol=1e-12)
    assert np.isnan(spectral_radius(broken[None])).all()
