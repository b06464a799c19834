"""The rows along which a network runs freely: of a series in windows, or the last ones of a stream."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnn_lab.sequences.dataset import Data, Dataset, SeriesDataset, StreamDataset

Array = NDArray[np.float64]

WARM_UP = 500
"""Rows of a stream that are read before a free run: what lies further back is taken to be forgotten."""


@dataclass(frozen=True, eq=False)
class Segment:
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

    def stretches(self, starts: NDArray[np.int64], first: int, last: int) -> Array:
        """Cut the rows ``start + first`` .. ``start + last - 1`` of each start: (K, last - first, O)."""
        return np.asarray(self.series[starts[:, None] + np.arange(first, last)])


def segment_of(data: Data) -> Segment | None:
    """Find the rows of the split that is judged last; None where a free run makes no sense.

    That is where an input is no target that could be fed back, where there is no series of numbers, and where a target
    is constant, so that its errors have no scale. Of a stream they are the steps on which it is scored.
    """
    return None if obstacle(data) else data.accept(_Find(list(data.scored)[-1]))


def obstacle(data: Data) -> str | None:
    """Say why a free run makes no sense, if it makes none."""
    if not data.lags:
        return "the targets are no later numbers of a series that is read"
    if unseen := [name for name in data.inputs if name not in data.targets]:
        return f"the network reads {unseen[0]}, which it does not forecast"
    found = data.accept(_Find(list(data.scored)[-1]))
    if found is None:
        return "there is no series of numbers to go on with"
    extremes = zip(data.targets, found.series.min(axis=0), found.series.max(axis=0), strict=True)
    flat = [name for name, low, high in extremes if low == high]
    return f"the target {flat[0]} is constant" if flat else None


@dataclass(frozen=True)
class _Find:
    split: str

    def of_series(self, data: SeriesDataset) -> Segment:
        series, at = data.history(data.scored[self.split])
        return self._segment(data, series, int(at[0]), len(at), data.context - 1 + data.horizon)

    def of_stream(self, data: StreamDataset) -> Segment:
        rows = data.scored[self.split]
        first = min(rows.first, max(WARM_UP, data.horizon))
        series = data.target_scaler.undo(rows.read_targets(-first, first + rows.length))
        return self._segment(data, series, first, rows.length, first)

    def of_task(self, data: Dataset) -> None:
        return None

    def _segment(self, data: Data, series: Array, first: int, length: int, warm_up: int) -> Segment:
        return Segment(series, [data.targets.index(name) for name in data.inputs], self.split, first, length, warm_up)
