"""Records side by side: the inputs and targets of one split of a series or a task.

A split is read in one of two ways: `Records` side by side, or `Rows` along a stream. Whoever does something else for
each offers a method for each, and lets the split choose by its `accept`.
"""

from dataclasses import dataclass, replace
from typing import Any, Protocol, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from rnn_lab.sequences.rows import Rows
from rnn_lab.sequences.scaling import Array, Scaler
from rnn_lab.sequences.transform import NONE, Transform

SHOWN = 300
"""Predictions, as many as a plot can hold of what is no series in windows."""

Result_co = TypeVar("Result_co", covariant=True)


class SplitVisitor(Protocol[Result_co]):
    """Something that is done in another way for each way to read a split."""

    def of_records(self, records: "Records") -> Result_co:
        """Do it with records that lie side by side."""

    def of_rows(self, rows: Rows) -> Result_co:
        """Do it with the steps of a stream."""


@dataclass(frozen=True, eq=False, repr=False)
class Records:
    """The inputs and targets of one split, scaled, float64.

    Those of a series are no arrays of their own but `rnn_lab.sequences.frames.Frames`, cut out of its rows on demand.
    """

    X: Array
    """(N, T, D): T time steps of the D inputs; of a series, T consecutive rows."""
    Y: NDArray[Any]
    """Outputs that are right, after the last step or at each step: numbers (N, O) or (N, T, O), float64; of
    classes their positions among the O names, (N,) or (N, T), int64."""
    at: NDArray[np.int64]
    """(N,): the row of the series at which each target lies (the last one, if there is one at each step); where there
    is no series, the record's number."""
    mask: NDArray[np.bool_] | None = None
    """(N, T): the steps whose target counts, at least one a record; None: all. Only with targets at each step."""

    def __len__(self) -> int:
        return len(self.at)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(X {self.X.shape}, Y {self.Y.shape})"

    @property
    def each_step(self) -> bool:
        """True where there is a target at each time step, False where there is one after the last."""
        return self.Y.ndim == (2 if self.Y.dtype.kind == "i" else 3)

    def first(self, count: int) -> Self:
        """The first records."""
        mask = None if self.mask is None else self.mask[:count]
        return replace(self, X=self.X[:count], Y=self.Y[:count], at=self.at[:count], mask=mask)

    def counted(self, values: NDArray[Any]) -> NDArray[Any]:
        """Gather the predictions that errors are taken of: (..., N, T, O) -> (..., M, O).

        They are those of the steps that count, one record after the other; and all of (..., N, O), where there is one
        after the last step.
        """
        if not self.each_step:
            return values
        if self.mask is None:
            return values.reshape(*values.shape[:-3], -1, values.shape[-1])
        return np.asarray(values[..., self.mask, :])

    def undo(self, scaler: Scaler, values: Array) -> Array:
        """Map targets or outputs that count, scaled, to original units: (..., M, O)."""
        return scaler.undo(values)

    @property
    def shown(self) -> int | None:
        """Predictions that a plot of them shows, the first ones; None: all."""
        return SHOWN

    def accept(self, visitor: SplitVisitor[Result_co]) -> Result_co:
        """Let it do what it does with records."""
        return visitor.of_records(self)


@dataclass(frozen=True, eq=False, repr=False)
class Windows(Records):
    """Windows of a series: of each the last target counts, which lies at ``at``, so that baselines have the same."""

    transform: Transform = NONE
    """Change to the series before it was scaled."""
    base: Array | None = None
    """(N, O): what a difference was taken to, of the targets that count; None: none was."""

    def counted(self, values: NDArray[Any]) -> NDArray[Any]:
        """Gather each window's last prediction: (..., N, T, O) -> (..., N, O)."""
        return values[..., -1, :] if self.each_step else values

    def undo(self, scaler: Scaler, values: Array) -> Array:
        """Undo the transform too: (..., N, O)."""
        return self.transform.undo(scaler.undo(values), self.base)

    def reduce(self, values: Array) -> Array:
        """Transform values of the targets that count, from original units: what `undo` undoes, but for the scaler."""
        return self.transform.reduce(values, self.base)

    def first(self, count: int) -> Self:
        """The first windows."""
        return replace(super().first(count), base=None if self.base is None else self.base[:count])

    @property
    def shown(self) -> None:
        """A plot shows the whole series."""


Split = Records | Rows
