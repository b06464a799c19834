"""Spectral radii of matrices whose eigenvalues are known."""

import numpy as np

from rnn_lab.network import Elman, Network
from rnn_lab.observers import SpectralRadius
from rnn_lab.observers.spectral_radius import spectral_radius
from rnn_lab.sequences import Generated, Sine
from rnn_lab.training import Adam, Trainer, fit


def test_spectral_radius() -> None:
    rotation = 3 * np.array([[np.cos(1), np.sin(1)], [-np.sin(1), np.cos(1)]])
    broken = np.array([[1.0, np.nan], [0.0, 1.0]])
    endless = np.array([[1.0, 0.0], [-np.inf, 1.0]])
    shear = np.array([[-0.5, 1e3], [0.0, 0.25]])
    found = spectral_radius(np.stack([rotation, broken, shear, endless, 0 * shear]))
    np.testing.assert_allclose(found, [3.0, np.nan, 0.5, np.nan, 0.0], rtol=1e-12)
    assert np.isnan(spectral_radius(broken[None])).all()


def test_large_matrices_are_measured_at_the_epochs_whose_weights_are_kept() -> None:
    data = Generated(name="sine", series=Sine(length=30), window=3, train=8, validation=4).dataset()

    def measured(hidden_dim: int, every: int | str) -> list[int]:
        network = Network(Elman(hidden_dim=hidden_dim), inputs=1, outputs=1, window=3)
        watched = {"radius": SpectralRadius(every=every)}
        state = fit(network, data, Trainer(epochs=100, batch_size=8), Adam(), observers=watched)
        return np.flatnonzero(np.isfinite(state.curves["weights/spectral_radius"][:, 0])).tolist()

    assert measured(64, "auto") == list(range(101))
    assert measured(65, "auto") == list(range(0, 101, 2))
    assert measured(4, 40) == [0, 40, 80, 100]
