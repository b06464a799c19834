"""The rows along which a network runs freely: of a series in windows, or the last ones of a stream."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnn_lab.evaluation.baselines import rows, targets
from rnn_lab.sequences import Data, SeriesDataset, StreamDataset
from rnn_lab.training.survey import scored

Array = NDArray[np.float64]

WARM_UP = 500
"""Rows of a stream that are read before a free run: what lies further back is taken to be forgotten."""


@dataclass(frozen=True, eq=False)
class Track:
    """Consecutive rows of the targets in original units, every input among them.

    Attributes:
        series: (L, O).
        inputs: positions of the D inputs among the O targets.
        split: ``validation`` or ``test``, whose targets are to be forecast.
        first, length: where in the series those targets lie.
        warm_up: rows that are read before the first row of a free run; there are so many before ``first``.
    """

    series: Array
    inputs: list[int]
    split: str
    first: int
    length: int
    warm_up: int


def track_of(data: Data) -> Track | None:
    """Find the rows of the split that is judged last; None where a free run makes no sense.

    That is where an input is no target that could be fed back, where there is no series of numbers, and where a target
    is constant, so that its errors have no scale. Of a stream they are the steps on which it is scored.
    """
    if not set(data.inputs) <= set(data.targets) or data.classes:
        return None
    split = "validation" if getattr(data, "test", None) is None else "test"
    match data:
        case SeriesDataset():
            at = rows(data)[split]
            series, first, length, warm_up = targets(data), int(at[0]), len(at), data.window - 1 + data.horizon
        case StreamDataset():
            steps = scored(data)[split]
            first = warm_up = min(steps.first, max(WARM_UP, data.horizon))
            length = steps.length
            series = data.target_scaler.undo(steps.read_targets(-first, first + length))
        case _:
            return None
    if not (series.std(axis=0) > 0).all():
        return None
    return Track(series, [data.targets.index(name) for name in data.inputs], split, first, length, warm_up)


def stretches(series: Array, starts: NDArray[np.int64], first: int, last: int) -> Array:
    """Cut the rows ``start + first`` to ``start + last``, the last left out, of each start: (K, last - first, C)."""
    return np.asarray(series[starts[:, None] + np.arange(first, last)])
