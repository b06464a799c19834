"""What a network is trained on: inputs and targets, their scaling, and a fingerprint of it all."""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from rnn_lab.sequences.calendar import Calendar
from rnn_lab.sequences.rows import Rows
from rnn_lab.sequences.scaling import Array, Scaler


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

    def first(self, count: int) -> "Records":
        """The first records."""
        mask = None if self.mask is None else self.mask[:count]
        return Records(self.X[:count], self.Y[:count], self.at[:count], mask)


@dataclass(frozen=True, eq=False, kw_only=True)
class Data:
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

    @property
    def score(self) -> Literal["rmse", "loss"]:
        """What a network is judged by: its error in the data's own units, or of classes its cross-entropy."""
        return "loss" if self.classes else "rmse"

    @property
    def feeds_back(self) -> bool:
        """Whether the output at each step is a forecast of the next input, that could be read in its place."""
        return False


@dataclass(frozen=True, eq=False, kw_only=True)
class Dataset(Data):
    """Everything that training and evaluation know of data in records."""

    train: Records
    validation: Records
    test: Records | None
    window: int
    """T."""
    each_step: bool = False
    """Whether there is a target at each time step, or one after the last."""
    fresh: Callable[[int], Records] | None = None
    """Training records of each epoch, from 1; None: always ``train``, which is what epoch 1 has."""

    def judged(self, values: NDArray[Any], records: Records) -> NDArray[Any]:
        """Gather the predictions that errors are taken of: (..., N, T, O) -> (..., M, O).

        They are those of the steps that count, one record after the other; and all of (..., N, O), where there is one
        after the last step.
        """
        if not self.each_step:
            return values
        if records.mask is None:
            return values.reshape(*values.shape[:-3], -1, values.shape[-1])
        return np.asarray(values[..., records.mask, :])

    @property
    def shapes(self) -> dict[str, dict[str, tuple[int, ...]]]:
        """The shapes of X and Y in each split."""
        parts = {"train": self.train, "validation": self.validation, "test": self.test}
        return {name: {"X": part.X.shape, "Y": part.Y.shape} for name, part in parts.items() if part is not None}

    def success(self, outputs: NDArray[Any], records: Records) -> NDArray[np.bool_] | None:
        """(R, N) which records are solved by the task's own criterion, from outputs (R, N, ...); None: it has none."""
        return None


@dataclass(frozen=True, eq=False, kw_only=True)
class StreamDataset(Data):
    """Everything that training and evaluation know of a stream: one long series with a target at every step.

    The series lies in a temporary file that is open as long as the dataset lives: it can be read from several threads
    and after a fork, and cannot be pickled.
    """

    train: Rows
    validation: Rows
    test: Rows | None
    horizon: int
    """How many rows after a step's own its target lies."""

    @property
    def feeds_back(self) -> bool:
        """See `Data`. What a network says of a character are logits, and no input."""
        return self.horizon == 1 and self.inputs == self.targets and not self.classes

    @property
    def shapes(self) -> dict[str, dict[str, tuple[int, ...]]]:
        """The shapes of X and Y in each split, (steps, D) and (steps, O)."""
        parts = {"train": self.train, "validation": self.validation, "test": self.test}
        widths = {"X": len(self.inputs), "Y": len(self.targets)}
        return {
            name: {array: (part.length, width) for array, width in widths.items()}
            for name, part in parts.items()
            if part is not None
        }


@dataclass(frozen=True, eq=False, kw_only=True)
class SeriesDataset(Dataset):
    """Windows of one series, each with a later row as its target."""

    series: Array
    """(L, C): every column, in original units."""
    columns: tuple[str, ...]
    index: NDArray[Any] | None
    index_name: str
    horizon: int
    calendar: Calendar | None = None
    """See `Series`."""
    notes: tuple[str, ...] = ()
    """See `Series`."""

    @property
    def feeds_back(self) -> bool:
        """See `Data`."""
        return self.each_step and self.horizon == 1 and self.inputs == self.targets

    def judged(self, values: NDArray[Any], records: Records) -> NDArray[Any]:
        """Gather each window's last prediction, whose target lies at ``at``: so the baselines have the same targets."""
        return values[..., -1, :] if self.each_step else values


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
