"""Data sets: splits of inputs and targets, their scaling, and a fingerprint of it all.

Data is one of three kinds: windows of a series, records of a task, or a stream. Whoever does something else for each
kind offers a method for each, and lets the data choose by its `accept`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from rnn_lab.errors import BadInput
from rnn_lab.sequences.calendar import Calendar
from rnn_lab.sequences.missing import fill
from rnn_lab.sequences.records import Records, Windows
from rnn_lab.sequences.rows import Rows
from rnn_lab.sequences.scaling import Array, Scaler
from rnn_lab.sequences.transform import NONE, Transform

SPLITS = {"train": "train", "validation": "val", "test": "test"}
"""The splits in the order of time, and what each is called in the names of metrics."""

BOUNDS = ("ideal", "entropy")
"""Reference scores that are no baselines: the best answer that there is, on the same records or in expectation."""

Result_co = TypeVar("Result_co", covariant=True)


def metric(split: str, score: str) -> str:
    """Return the name of a score on a split.

    Example:
        >>> metric("validation", "rmse")
        'val/rmse'
    """
    return f"{SPLITS[split]}/{score}"


class DataVisitor(Protocol[Result_co]):
    """Something that is done in another way for each kind of data."""

    def of_series(self, data: "SeriesDataset") -> Result_co:
        """Do it with windows of a series."""

    def of_task(self, data: "Dataset") -> Result_co:
        """Do it with records of a task."""

    def of_stream(self, data: "StreamDataset") -> Result_co:
        """Do it with a stream."""


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Data(ABC):
    """Properties that any data has."""

    name: str
    inputs: tuple[str, ...]
    """D names."""
    targets: tuple[str, ...]
    """O names: of the target columns, or of the classes."""
    classes: bool = False
    """True where a target is one of the O classes, False where it is O numbers."""
    input_scaler: Scaler
    target_scaler: Scaler
    recipe: dict[str, Any]
    """JSON-able: the component and its arguments, the columns, the scalers as fitted."""
    fingerprint: str
    """SHA-256, hexadecimal, of the data and of the recipe."""
    train: Any
    validation: Any
    test: Any
    """None where there is no such split."""
    one_unit: bool = True
    """True where all targets have one unit, so that their errors may be added up; the columns of a file have not."""
    horizon: int = 1
    """Rows from a step's own, or from a window's last, to its target."""
    fresh: Callable[[int], Any] | None = None
    """Training records of each epoch, from 1; None: always ``train``, which is what epoch 1 has."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name}: {self.size})"

    @property
    def remarks(self) -> tuple[str, ...]:
        """Sentences about what was read: where from, and what was odd about it."""
        return ()

    @property
    def splits(self) -> Mapping[str, Any]:
        """Each split that there is, by its name, in the order of time."""
        return {name: split for name in SPLITS if (split := getattr(self, name)) is not None}

    @property
    def scored(self) -> Mapping[str, Any]:
        """The part of each split that networks and baselines alike are scored on."""
        return self.splits

    @property
    def watched(self) -> Mapping[str, Any]:
        """Parts of training and of validation that are evaluated after each epoch."""
        return {name: split for name, split in self.scored.items() if name != "test"}

    @property
    def window(self) -> int | None:
        """T; None for a stream."""
        return None

    @property
    def each_step(self) -> bool:
        """True where there is a target at each time step, False where there is one after the last."""
        return True

    @property
    def feeds_back(self) -> bool:
        """True where the output at each step is a forecast of the next input, that could be read in its place."""
        return False

    @property
    @abstractmethod
    def size(self) -> str:
        """Amount of data, in words."""

    @property
    @abstractmethod
    def shapes(self) -> dict[str, dict[str, tuple[int, ...]]]:
        """The shapes of X and Y in each split."""

    @abstractmethod
    def accept(self, visitor: DataVisitor[Result_co]) -> Result_co:
        """Let it do what it does with data of this kind."""

    @property
    def lags(self) -> int:
        """The most values of the past that a linear model is given; 0 where targets have no past."""
        return 0

    def history(self, split: Any) -> tuple[Array, NDArray[np.int64]]:
        """The target columns in their own units, (L, O), and where in them the targets of a split lie, (M,).

        Each of these has its ``lags`` before it. Only where ``lags`` is not 0; ``split`` is one of ``scored``.
        """
        raise TypeError(f"the targets of {self.name} have no past")

    @property
    def past(self) -> Array | None:
        """The training targets in the order of time, (L, O), in their own units; None where there is no such order.

        A cell that was missing and made up is NaN.
        """
        if not self.lags:
            return None
        series, at = self.history(self.scored["train"])
        return np.asarray(series[: at[-1] + 1])

    @property
    def criteria(self) -> tuple[str, ...]:
        """Names of the data's own criteria: ``success`` of a task, otherwise none."""
        return ()

    def success(self, outputs: NDArray[Any], records: Any) -> NDArray[np.bool_] | None:
        """Records (R, N) that are solved by the task's own criterion, from outputs (R, N, ...); None: it has none."""
        return None

    def yardsticks(self, split: Any) -> dict[str, dict[str, float]]:
        """Scores of certain answers that are known exactly, by their names: none, but for tasks."""
        return {}


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Dataset(Data):
    """Everything that training and evaluation know of data in records."""

    train: Records
    validation: Records
    test: Records | None

    @property
    def watched(self) -> dict[str, Records]:
        """All of both, or of fresh records the first epoch's, as many as there are for validation."""
        train = self.train if self.fresh is None else self.train.first(len(self.validation))
        return {"train": train, "validation": self.validation}

    @property
    def window(self) -> int:
        """T."""
        return int(self.train.X.shape[1])

    @property
    def each_step(self) -> bool:
        """True where there is a target at each time step, False where there is one after the last."""
        return self.train.each_step

    @property
    def shapes(self) -> dict[str, dict[str, tuple[int, ...]]]:
        """The shapes of X and Y in each split."""
        return {name: {"X": part.X.shape, "Y": part.Y.shape} for name, part in self.splits.items()}


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class StreamDataset(Data):
    """Everything that training and evaluation know of a stream: one long series with a target at every step.

    The series lies in a temporary file that is open as long as the dataset lives: it can be read from several threads
    and after a fork, and cannot be pickled.
    """

    MOST: ClassVar[int] = 20_000
    """Steps of a stream of numbers that are scored in a split, the last ones: a longer stream costs no more, and a
    standard error of a hundredth tells networks apart."""

    train: Rows
    validation: Rows
    test: Rows | None
    notes: tuple[str, ...] = ()
    """Sentences about what was read."""
    calendar: Calendar | None = None
    """Of a table's first rows; None: it has no dates."""

    @property
    def remarks(self) -> tuple[str, ...]:
        """The notes of the reading."""
        return self.notes

    @cached_property
    def scored(self) -> dict[str, Rows]:  # each time the same rows: it is by them that answers are remembered
        """The last `MOST` steps of each split."""
        return {name: rows.last(self.MOST) for name, rows in self.splits.items()}

    @property
    def feeds_back(self) -> bool:
        """True where the output at each step is a forecast of the next input."""
        return self.horizon == 1 and self.inputs == self.targets

    @property
    def size(self) -> str:
        """Amount of data, in words."""
        return f"{self.train.length} training and {self.validation.length} validation steps, horizon {self.horizon}"

    @property
    def shapes(self) -> dict[str, dict[str, tuple[int, ...]]]:
        """The shapes of X and Y in each split, (steps, D) and (steps, O)."""
        widths = {"X": len(self.inputs), "Y": len(self.targets)}
        return {
            name: {array: (rows.length, width) for array, width in widths.items()} for name, rows in self.splits.items()
        }

    def accept(self, visitor: DataVisitor[Result_co]) -> Result_co:
        """Let it do what it does with a stream."""
        return visitor.of_stream(self)

    @property
    def lags(self) -> int:
        """At most 10 log10 of the number of training targets."""
        length = self.scored["train"].length
        return max(1, min(int(10 * np.log10(length)), (length - self.horizon) // 2))

    def history(self, split: Rows) -> tuple[Array, NDArray[np.int64]]:
        """If the series begins with the split, its first targets have too little of a past, and are left out.

        Raises:
            BadInput: training is so short that nothing could be fitted to what is left.
        """
        if self.train.length < self.horizon + 2:
            raise BadInput(
                f"data.train holds {self.train.length} steps, too few for an autoregression at"
                f" data.horizon={self.horizon}: it needs at least {self.horizon + 2}"
            )
        before = self.horizon + self.lags - 1
        past = min(split.first, before)
        count = split.length + past - before
        series = self.target_scaler.undo(split.read_targets(-past, before + count))
        return series, np.arange(before, before + count)


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class SeriesDataset(Dataset):
    """Windows of one series, each with a later row as its target."""

    train: Windows
    validation: Windows
    test: Windows | None
    series: Array
    """(L, C): every column, in original units."""
    columns: tuple[str, ...]
    index: NDArray[Any] | None
    index_name: str
    calendar: Calendar | None = None
    """The series' own, by which a forecast goes on; None: rows are numbered."""
    notes: tuple[str, ...] = ()
    """Sentences about what was read."""
    transform: Transform = NONE
    """Change to the series before it was scaled."""
    known: tuple[str, ...] = ()
    """See `Series`."""
    filled: NDArray[np.bool_] | None = None
    """(L, C): the cells that were missing and made up; None: none was."""
    carried: bool = False
    """True where these repeat an earlier cell alone, False where a later one made them too."""

    def origins(self, split: Windows) -> NDArray[np.int64]:
        """Rows of a split from which a forecast may be judged that knows the rows before it and no other.

        The targets of the row itself were observed, and the row before holds no cell that a later one made. Where
        nothing was made up those are all rows of the split.
        """
        rows = np.arange(split.at[0], split.at[-1] + 1)
        if self.filled is None:
            return rows
        inputs, targets = ([self.columns.index(name) for name in names] for names in (self.inputs, self.targets))
        fit = ~self.filled[rows][:, targets].any(axis=1)
        if not self.carried:
            fit &= ~self.filled[rows - 1][:, inputs + targets].any(axis=1)
        return rows[fit]

    @property
    def context(self) -> int:
        """Rows of the series that a window is made of: T, and those that a difference reaches back."""
        return self.window + self.transform.lost

    @property
    def remarks(self) -> tuple[str, ...]:
        """The notes of the reading."""
        return self.notes

    @property
    def feeds_back(self) -> bool:
        """True where the output at each step is a forecast of the next input, that could be read in its place."""
        return self.each_step and self.horizon == 1 and self.inputs == self.targets

    @property
    def size(self) -> str:
        """Amount of data, in words."""
        each = ", a target after each step" if self.each_step else ""
        return (
            f"{len(self.train)} training and {len(self.validation)} validation windows of {self.window} steps, "
            f"horizon {self.horizon}{each}"
        )

    def accept(self, visitor: DataVisitor[Result_co]) -> Result_co:
        """Let it do what it does with windows of a series."""
        return visitor.of_series(self)

    @property
    def lags(self) -> int:
        """T: a linear model sees no more of the past than the network does."""
        return self.window

    @property
    def past(self) -> Array | None:
        """The training targets as they were observed."""
        found = super().past
        if found is None or self.filled is None:
            return found
        chosen = [self.columns.index(name) for name in self.targets]
        return np.where(self.filled[: len(found), chosen], np.nan, found)

    def history(self, split: Records) -> tuple[Array, NDArray[np.int64]]:
        """The whole series, which is not copied where all of its columns are targets, and ``at``.

        An interpolated cell of a target that is no input repeats the last observed one: a window may end inside such a
        gap, and what closes it is not known there.
        """
        if self.targets == self.columns:
            return self.series, split.at
        chosen = [self.columns.index(name) for name in self.targets]
        series, unseen = self.series[:, chosen], [name not in self.inputs for name in self.targets]
        if self.filled is not None and not self.carried:
            series = fill(np.where(self.filled[:, chosen] & unseen, np.nan, series), "forward_fill")
        return series, split.at
