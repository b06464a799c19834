"""What a network is trained on: inputs and targets, their scaling, and a fingerprint of it all."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

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


@dataclass(frozen=True, eq=False, kw_only=True)
class SeriesDataset(Dataset):
    """Windows of one series, each with a later row as its target."""

    series: Array
    """(L, C): every column, in original units."""
    columns: tuple[str, ...]
    index: NDArray[Any] | None
    index_name: str
    horizon: int


def fingerprint(recipe: dict[str, Any], series: Series) -> str:
    """Return the SHA-256 of a series and of what was done to it, in 64 hexadecimal digits.

    A file's path is left out: where data lies is not what it says; a copied project keeps its fingerprints.

    Example:
        >>> one = Series(np.zeros((3, 1)), ("x",), ("x",), ("x",))
        >>> fingerprint({"window": 2}, one) == fingerprint({"window": 3}, one)
        False
    """
    arrays = [array for array in (series.values, series.index) if array is not None]
    return fingerprint_blocks(recipe, *((array.dtype, array.shape, [array]) for array in arrays))


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
