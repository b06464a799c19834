"""What a network is trained on: splits of inputs and targets, their scaling, and a fingerprint of it all.

A split is read in one of two ways: `Records` side by side, or `Rows` along a stream. Data is one of three kinds:
windows of a series, records of a task, or a stream. Whoever does something else for each way or kind offers a method
for each, and lets the split or the data choose by its `accept`.
"""

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from rnn_lab.errors import BadInput
from rnn_lab.sequences.calendar import Calendar
from rnn_lab.sequences.rows import Rows
from rnn_lab.sequences.scaling import Array, Scaler
from rnn_lab.sequences.transform import NONE, Transform

SPLITS = {"train": "train", "validation": "val", "test": "test"}
"""The splits in the order of time, and what each is called in the names of metrics."""

SHOWN = 300
"""Predictions, as many as a plot can hold of what is no series in windows."""

Result_co = TypeVar("Result_co", covariant=True)


def metric(split: str, score: str) -> str:
    """Return the name of a score on a split.

    Example:
        >>> metric("validation", "rmse")
        'val/rmse'
    """
    return f"{SPLITS[split]}/{score}"


class SplitVisitor(Protocol[Result_co]):
    """Something that is done in another way for each way to read a split."""

    def of_records(self, records: "Records") -> Result_co:
        """Do it with records that lie side by side."""

    def of_rows(self, rows: Rows) -> Result_co:
        """Do it with the steps of a stream."""


class DataVisitor(Protocol[Result_co]):
    """Something that is done in another way for each kind of data."""

    def of_series(self, data: "SeriesDataset") -> Result_co:
        """Do it with windows of a series."""

    def of_task(self, data: "Dataset") -> Result_co:
        """Do it with records of a task."""

    def of_stream(self, data: "StreamDataset") -> Result_co:
        """Do it with a stream."""


@dataclass(frozen=True, eq=False)
class Series:
    """A multivariate time series in its own units, one row a time step, oldest first."""

    values: Array
    """(L, C) float64."""
    columns: tuple[str, ...]
    """C names."""
    inputs: tuple[str, ...]
    """Names of the D columns that the network sees."""
    targets: tuple[str, ...]
    """Names of the O columns that it forecasts."""
    index: NDArray[Any] | None = None
    """(L,) numbers or datetime64, for a plot's x axis; None counts the rows."""
    index_name: str = "n"
    calendar: Calendar | None = None
    """By which step an index of dates goes, and how the file writes it."""
    filled: NDArray[np.bool_] | None = None
    """(L, C): the cells that were missing and made up; None: none was."""
    notes: tuple[str, ...] = ()
    """Sentences for the reader: missing cells, the calendar, holes in it."""


@dataclass(frozen=True, eq=False)
class Records:
    """The inputs and targets of one split, scaled, float64 and C-contiguous."""

    X: Array
    """(N, T, D): T time steps of the D inputs; of a series, T consecutive rows."""
    Y: NDArray[Any]
    """What the network should give, after the last step or at each step: numbers (N, O) or (N, T, O), float64; of
    classes their positions among the O names, (N,) or (N, T), int64."""
    at: NDArray[np.int64]
    """(N,): the row of the series at which each target lies (the last one, if there is one at each step); where there
    is no series, the record's number."""
    mask: NDArray[np.bool_] | None = None
    """(N, T): the steps whose target counts, at least one a record; None: all. Only with targets at each step."""

    def __len__(self) -> int:
        return len(self.at)

    @property
    def each_step(self) -> bool:
        """Whether there is a target at each time step, or one after the last."""
        return self.Y.ndim == (2 if self.Y.dtype.kind == "i" else 3)

    def first(self, count: int) -> "Records":
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


@dataclass(frozen=True, eq=False)
class Windows(Records):
    """Windows of a series: of each the last target counts, which lies at ``at``, so that baselines have the same."""

    transform: Transform = NONE
    """What was done to the series before it was scaled."""
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

    def first(self, count: int) -> "Windows":
        """The first windows."""
        few = super().first(count)
        assert isinstance(few, Windows)
        return replace(few, base=None if self.base is None else self.base[:count])

    @property
    def shown(self) -> None:
        """A plot shows the whole series."""


Split = Records | Rows


@dataclass(frozen=True, eq=False, kw_only=True)
class Data(ABC):
    """What is known of any data."""

    name: str
    inputs: tuple[str, ...]
    """D names."""
    targets: tuple[str, ...]
    """O names: of the target columns, or of the classes."""
    classes: bool = False
    """Whether a target is one of the O classes, or O numbers."""
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
    """Whether all targets have one unit, so that their errors may be added up; the columns of a file have not."""
    horizon: int = 1
    """How many rows after a step's own, or after a window's last, its target lies."""
    fresh: Callable[[int], Any] | None = None
    """Training records of each epoch, from 1; None: always ``train``, which is what epoch 1 has."""

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
        """What is looked at after each epoch: of training and of validation."""
        return {name: split for name, split in self.scored.items() if name != "test"}

    @property
    def window(self) -> int | None:
        """T; None for a stream."""
        return None

    @property
    def each_step(self) -> bool:
        """Whether there is a target at each time step, or one after the last."""
        return True

    @property
    def feeds_back(self) -> bool:
        """Whether the output at each step is a forecast of the next input, that could be read in its place."""
        return False

    @property
    @abstractmethod
    def size(self) -> str:
        """How much there is of it, in words."""

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
    def criteria(self) -> tuple[str, ...]:
        """Names of the data's own criteria: ``success`` of a task, otherwise none."""
        return ()

    def success(self, outputs: NDArray[Any], records: Any) -> NDArray[np.bool_] | None:
        """(R, N) which records are solved by the task's own criterion, from outputs (R, N, ...); None: it has none."""
        return None

    def yardsticks(self, split: Any) -> dict[str, dict[str, float]]:
        """Scores of certain answers that are known exactly, by their names: none, but for tasks."""
        return {}


@dataclass(frozen=True, eq=False, kw_only=True)
class Dataset(Data):
    """Everything that training and evaluation know of data in records."""

    train: Records
    validation: Records
    test: Records | None

    @property
    def watched(self) -> dict[str, Records]:
        """Where each epoch trains on fresh records, as many of the first epoch's as there are for validation."""
        train = self.train if self.fresh is None else self.train.first(len(self.validation))
        return {"train": train, "validation": self.validation}

    @property
    def window(self) -> int:
        """T."""
        return int(self.train.X.shape[1])

    @property
    def each_step(self) -> bool:
        """Whether there is a target at each time step, or one after the last."""
        return self.train.each_step

    @property
    def shapes(self) -> dict[str, dict[str, tuple[int, ...]]]:
        """The shapes of X and Y in each split."""
        return {name: {"X": part.X.shape, "Y": part.Y.shape} for name, part in self.splits.items()}


@dataclass(frozen=True, eq=False, kw_only=True)
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

    @property
    def scored(self) -> dict[str, Rows]:
        """The last `MOST` steps of each split."""
        return {name: rows.last(self.MOST) for name, rows in self.splits.items()}

    @property
    def feeds_back(self) -> bool:
        """Whether the output at each step is a forecast of the next input."""
        return self.horizon == 1 and self.inputs == self.targets

    @property
    def size(self) -> str:
        """How much there is of it, in words."""
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


@dataclass(frozen=True, eq=False, kw_only=True)
class SymbolDataset(StreamDataset):
    """A stream with one of the classes as the target of every step."""

    classes: bool = True

    @property
    def scored(self) -> dict[str, Rows]:
        """All of validation and test, and of training as many of the last steps as validation has."""
        return {**self.splits, "train": self.train.last(self.validation.length)}

    @property
    def feeds_back(self) -> bool:
        """What a network says of a class are logits, and no input."""
        return False

    @property
    def lags(self) -> int:
        """Classes are no numbers: a linear model is given none."""
        return 0


@dataclass(frozen=True, eq=False, kw_only=True)
class TextDataset(SymbolDataset):
    """A stream of characters: at every step the next one is to be foretold."""

    @property
    def size(self) -> str:
        """How much there is of it, in words."""
        return f"{self.train.length} training and {self.validation.length} validation characters"


@dataclass(frozen=True, eq=False, kw_only=True)
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
    """See `Series`."""
    notes: tuple[str, ...] = ()
    """See `Series`."""
    transform: Transform = NONE
    """What was done to the series before it was scaled."""

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
        """Whether the output at each step is a forecast of the next input, that could be read in its place."""
        return self.each_step and self.horizon == 1 and self.inputs == self.targets

    @property
    def size(self) -> str:
        """How much there is of it, in words."""
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

    def history(self, split: Records) -> tuple[Array, NDArray[np.int64]]:
        """The whole series, and ``at``."""
        return self.series[:, [self.columns.index(name) for name in self.targets]], split.at


def fingerprint(recipe: dict[str, Any], series: Series) -> str:
    """Return the SHA-256 of a series and of what was done to it, in 64 hexadecimal digits.

    A file's path is left out: where data lies is not what it says; a copied project keeps its fingerprints.

    Example:
        >>> one = Series(np.zeros((3, 1)), ("x",), ("x",), ("x",))
        >>> fingerprint({"window": 2}, one) == fingerprint({"window": 3}, one)
        False
    """
    return digest(recipe, series.values, series.index)


def digest(recipe: dict[str, Any], *arrays: NDArray[Any] | None) -> str:
    """Return the same of arrays; None is none."""
    there = [array for array in arrays if array is not None]
    return fingerprint_blocks(recipe, *((array.dtype, array.shape, [array]) for array in there))


def fingerprint_blocks(
    recipe: dict[str, Any], *arrays: tuple[np.dtype[Any], tuple[int, ...], Iterable[NDArray[Any]]]
) -> str:
    """Return the same of arrays that come in blocks, each as its dtype, its shape and its blocks along the first axis.

    Example:
        >>> x = np.arange(4.0)
        >>> whole = fingerprint_blocks({}, (x.dtype, x.shape, [x]))
        >>> whole == fingerprint_blocks({}, (x.dtype, x.shape, [x[:1], x[1:]]))
        True
    """
    digest = hashlib.sha256(json.dumps(_without_paths(recipe), sort_keys=True).encode())
    for dtype, shape, blocks in arrays:
        digest.update(f"{dtype.str}{shape}".encode())
        for block in blocks:
            digest.update(np.ascontiguousarray(block).tobytes())
    return digest.hexdigest()


def _without_paths(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _without_paths(value) for key, value in node.items() if key != "path"}
    return node
