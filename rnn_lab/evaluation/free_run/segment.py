"""The rows along which a network runs freely: of a series in windows, or the last ones of a stream."""

from dataclasses import dataclass, replace

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
        origins: rows that may be the first of a free run; without missing cells all of those targets'.
        observed: (L, O), the cells that were not made up; None: all.
    """

    series: Array
    inputs: list[int]
    split: str
    first: int
    length: int
    warm_up: int
    origins: NDArray[np.int64]
    observed: NDArray[np.bool_] | None = None

    @property
    def deviation(self) -> Array:
        """(O,) each target's standard deviation over the series."""
        return deviation(self.series, self.observed)

    @property
    def unbroken(self) -> "Segment":
        """The longest stretch of rows that may all be origins, so that no cell was made up on the way along it."""
        if self.observed is None:
            return self
        breaks = np.flatnonzero(np.diff(self.origins) > 1) + 1
        longest = max(np.split(self.origins, breaks), key=len)
        first = int(longest[0]) if len(longest) else self.first
        return replace(self, first=first, length=len(longest), origins=longest)

    def stretches(self, starts: NDArray[np.int64], first: int, last: int) -> Array:
        """Cut the rows ``start + first`` .. ``start + last - 1`` of each start: (K, last - first, O)."""
        return np.asarray(self.series[starts[:, None] + np.arange(first, last)])


def deviation(series: Array, observed: NDArray[np.bool_] | None) -> Array:
    """Each column's standard deviation (O,) over those cells of a series (L, O) that were observed; None: all."""
    if observed is None:
        return np.asarray(series.std(axis=0))
    return np.array([column[seen].std() for column, seen in zip(series.T, observed.T, strict=True)])


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


def too_broken(data: Data) -> str | None:
    """Say why missing cells leave no free run, if they do: along its rows none may be made up."""
    segment = segment_of(data)
    if segment is None or segment.observed is None or (most := segment.unbroken.length) > data.horizon:
        return None
    return (
        f"of the {segment.split} rows no more than {most} in a row lack no cell, and to feed a forecast back takes"
        f" {data.horizon + 1}"
    )


@dataclass(frozen=True)
class _Find:
    split: str

    def of_series(self, data: SeriesDataset) -> Segment:
        split = data.scored[self.split]
        series, at = data.history(split)
        first, length = int(at[0]), int(at[-1] - at[0]) + 1
        found = self._segment(data, series, first, length, data.context - 1 + data.horizon)
        if data.filled is None:
            return found
        observed = ~data.filled[:, [data.columns.index(name) for name in data.targets]]
        return replace(found, origins=data.origins(split), observed=observed)

    def of_stream(self, data: StreamDataset) -> Segment:
        rows = data.scored[self.split]
        first = min(rows.first, max(WARM_UP, data.horizon))
        series = data.target_scaler.undo(rows.read_targets(-first, first + rows.length))
        return self._segment(data, series, first, rows.length, first)

    def of_task(self, data: Dataset) -> None:
        return None

    def _segment(self, data: Data, series: Array, first: int, length: int, warm_up: int) -> Segment:
        inputs, rows = [data.targets.index(name) for name in data.inputs], np.arange(first, first + length)
        return Segment(series, inputs, self.split, first, length, warm_up, rows)
