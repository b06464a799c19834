"""The recurrent matrix: its singular values, and how far it is from normal."""

import numpy as np
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.network.parameters import numbered
from rnn_lab.observers.observer import Array, Observer, Snapshot, Training, Watcher
from rnn_lab.observers.probe import every_nth


@dataclass(frozen=True, kw_only=True, config=STRICT)
class RecurrentMatrix(Observer):
    """Singular values and departure from normality of each layer's W_hh, or of its block that proposes the new state.

        weights/singular_max, weights/singular_min    how much one step can stretch or shrink a state at most
        weights/non_normality                         sqrt(|W|_F^2 - sum |lambda|^2) / |W|_F, in [0, 1); 0: normal
        singular_values (R, H)                        an array, the largest first

    A normal matrix stretches by its spectral radius and no more; one far from normal may first grow what it will
    forget. Of a further layer the names end in its number. Cost: one decomposition of an H x H matrix.

    Args:
        every: epochs between two measurements.

    Reference: Henrici, "Bounds for iterates, inverses, spectral variation and fields of values of non-normal matrices"
    (1962).
    """

    every: int = Field(default=1, ge=1)

    def watch(self, training: Training) -> Watcher:
        """Begin to watch a run."""
        model = training.network.model

        def measure(snapshot: Snapshot) -> tuple[dict[str, Array], dict[str, Array]]:
            metrics, arrays = {}, {}
            for number in range(1, model.layers + 1):
                W = model.candidate(snapshot.parameters.layer(number))
                values, departure = decompose(W)
                metrics[numbered("weights/singular_max", number)] = values[:, 0]
                metrics[numbered("weights/singular_min", number)] = values[:, -1]
                metrics[numbered("weights/non_normality", number)] = departure
                arrays[numbered("singular_values", number)] = values
            return metrics, arrays

        return every_nth(self.every, training.epochs, measure)


def decompose(W: Array) -> tuple[Array, Array]:
    """Singular values (R, H), the largest first, and the departure from normality (R,); NaN where not finite.

    Example:
        >>> values, departure = decompose(np.array([[[0.0, 1.0], [0.0, 0.0]], [[0.0, 2.0], [-2.0, 0.0]]]))
        >>> values.tolist(), departure.round(6).tolist()
        ([[1.0, 0.0], [2.0, 2.0]], [1.0, 0.0])
    """
    finite = np.isfinite(W).all(axis=(1, 2))
    values, departure = np.full(W.shape[:2], np.nan), np.full(len(W), np.nan)
    values[finite] = np.linalg.svd(W[finite], compute_uv=False)
    normal = (np.abs(np.linalg.eigvals(W[finite])) ** 2).sum(axis=1)
    square = (W[finite] ** 2).sum(axis=(1, 2))
    departure[finite] = np.sqrt(np.maximum(square - normal, 0.0) / np.where(square > 0, square, 1.0))
    return values, departure
