"""The spectral radius of each recurrent matrix."""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.network.parameters import numbered
from rnn_lab.observers.observer import Array, Observer, Seen, Snapshot, Training, Watcher
from rnn_lab.spaced_epochs import kept_epochs

CHEAP = 64
"""Hidden units up to which eigenvalues cost a few hundredths of an epoch."""


@dataclass(frozen=True, kw_only=True, config=STRICT)
class SpectralRadius(Observer):
    """Largest |eigenvalue| of each layer's W_hh, or of the block of it that proposes the new state.

    It is the metric ``weights/spectral_radius``, of a further layer ``weights/spectral_radius.2``; NaN: not measured.
    Above 1 a linear recurrence would grow without end; far below 1 it forgets, and so do gradients. Cost: O(H^3), at
    H = 256 that of an epoch of 100 records.

    Args:
        every: epochs between two measurements; ``auto`` measures each up to H = 64, and of a larger matrix the epochs
            that ``tracking.weights_every=auto`` keeps: each up to epoch 50, and 50 evenly spaced of a longer run.
    """

    every: Annotated[int, Field(ge=1)] | Literal["auto"] = "auto"

    def watch(self, training: Training) -> Watcher:
        """Begin to watch a run."""
        model = training.network.model
        every = 1 if self.every == "auto" and model.hidden_dim <= CHEAP else self.every
        spaced = kept_epochs("auto", training.epochs)

        def measure(snapshot: Snapshot) -> Seen:
            epoch = snapshot.epoch
            known = epoch in spaced if every == "auto" else epoch % every == 0 or epoch == training.epochs
            radii = {}
            for number in range(1, model.layers + 1):
                W = model.candidate(snapshot.parameters.layer(number))
                radii[numbered("weights/spectral_radius", number)] = (
                    spectral_radius(W) if known else np.full(len(W), np.nan)
                )
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
