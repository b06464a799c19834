"""The steps of a long series, read lane by lane: what training on a stream sees of one split."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_lab.errors import BadInput
from rnn_lab.sequences.disk_rows import DiskRows
from rnn_lab.sequences.scaling import Array

Reading = Callable[[NDArray[Any]], NDArray[Any]]
"""Makes inputs (..., D) or targets (..., O) or classes (...) of stored rows (..., C)."""


@dataclass(frozen=True, eq=False)
class Rows:
    """The steps of one split, in the order of time: step t reads row t, and its target lies in row t + horizon.

    Example:
        >>> stored = DiskRows([np.arange(10.0)[:, None]], width=1)
        >>> rows = Rows(stored, first=2, length=7, horizon=1, inputs=lambda x: x, targets=lambda x: x)
        >>> X, Y = rows.read(np.array([0, 4]), steps=3)
        >>> X[:, :, 0].tolist(), Y[:, 1, 0].tolist()
        ([[2.0, 6.0], [3.0, 7.0], [4.0, 8.0]], [7.0, 8.0, 9.0])
    """

    stored: DiskRows
    """Every split's rows."""
    first: int
    """The row of what is stored that is this split's row 0."""
    length: int
    """Steps with a target inside the split."""
    horizon: int
    inputs: Reading
    targets: Reading

    def read(self, starts: NDArray[np.int64], steps: int) -> tuple[Array, NDArray[Any]]:
        """Return ``steps`` consecutive steps of B lanes, time first, scaled: X (steps, B, D) and Y.

        Args:
            starts: (B,), the step at which each lane starts; negative ones lie before the split, in the series.
            steps: >= 1; no lane may go beyond ``length``.

        Returns:
            X (steps, B, D) and Y, numbers (steps, B, O) float64 or classes (steps, B) int64, both C-contiguous.

        Raises:
            IndexError: a lane goes beyond the split, or begins before the series.
        """
        self._inside(starts, steps)
        rows = self.stored.read(self.first + starts, steps + self.horizon).swapaxes(0, 1)
        X, Y = self.inputs(rows[:steps]), self.targets(rows[self.horizon :])
        return np.ascontiguousarray(X), np.ascontiguousarray(Y)

    def read_targets(self, start: int, steps: int) -> NDArray[Any]:
        """Return the targets alone of one lane, likewise: (steps, O), or classes (steps,)."""
        self._inside(starts := np.array([start]), steps)
        return self.targets(self.stored.read(self.first + self.horizon + starts, steps)[0])

    def _inside(self, starts: NDArray[np.int64], steps: int) -> None:
        if steps < 1 or self.first + starts.min() < 0 or starts.max() + steps > self.length:
            raise IndexError(f"{steps} steps from {starts.min()}..{starts.max()} of {self.length}")

    def last(self, most: int) -> "Rows":
        """Return the last steps, ``most`` of them if there are so many."""
        steps = min(self.length, most)
        return replace(self, first=self.first + self.length - steps, length=steps)

    @property
    def shown(self) -> int:
        """Predictions that a plot of them shows, the first ones."""
        return 300

    def accept(self, visitor: Any) -> Any:
        """Let it do what it does with the steps of a stream; see `rnn_lab.sequences.records.SplitVisitor`."""
        return visitor.of_rows(self)


def cut(
    stored: DiskRows, parts: tuple[slice, ...], horizon: int, inputs: Reading, targets: Reading, unit: str = "row"
) -> list[Rows | None]:
    """Make the Rows of each split's rows, None where there is none; ``unit`` is what a row is called in messages.

    Raises:
        BadInput: a split is too short to hold a row and its target.
    """
    for name, part in zip(("train", "validation", "test"), parts, strict=True):
        if 0 < (rows := part.stop - part.start) <= horizon:
            raise BadInput(
                f"data.{name} holds {rows} {unit}{'s' * (rows > 1)}; it needs at least {horizon + 1}: a {unit} and its"
                f" target {horizon} later"
            )
    return [
        Rows(stored, part.start, part.stop - part.start - horizon, horizon, inputs, targets)
        if part.stop > part.start
        else None
        for part in parts
    ]
