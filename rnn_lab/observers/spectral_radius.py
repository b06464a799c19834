"""The spectral radius of each recurrent matrix."""

import numpy as np
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.network.parameters import numbered
from rnn_lab.observers.observer import Array, Observer, Seen, Snapshot, Training, Watcher


@dataclass(frozen=True, kw_only=True, config=STRICT)
class SpectralRadius(Observer):
    """Largest |eigenvalue| of each layer's W_hh, or of the block of it that proposes the new state.

    It is measured each epoch as ``weights/spectral_radius``, of a further layer ``weights/spectral_radius.2``. Above 1
    a linear recurrence would grow without end; far below 1 it forgets, and so do gradients.
    """

    def watch(self, training: Training) -> Watcher:
        """Begin to watch a run."""
        model = training.network.model

        def measure(snapshot: Snapshot) -> Seen:
            radii = {
                numbered("weights/spectral_radius", number): spectral_radius(
                    model.candidate(snapshot.parameters.layer(number))
                )
                for number in range(1, model.layers + 1)
            }
            return Seen(metrics=radii)

        return measure


def spectral_radius(W: Array) -> Array:
    """Largest |eigenvalue| of each matrix, (R, H, H) -> (R,); NaN where an entry is not finite.

    Example:
        >>> spectral_radius(np.array([[[0.0, 2.0], [-2.0, 0.0]], [[np.inf, 0.0], [0.0, 1.0]]]))
        array([ 2., nan])
    """
    finite = np.isfinite(W).all(axis=(1, 2))
    radius = np.full(len(W), np.nan)
    radius[finite] = np.abs(np.linalg.eigvals(W[finite])).max(axis=1)  # eigvals refuses what is not finite
    return radius
