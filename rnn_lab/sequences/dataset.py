"""What a network is trained on: windows and targets of one series, its scaling, and its fingerprint."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
    """The windows and targets of one split, scaled, float64 and C-contiguous."""

    X: Array
    """(N, T, D): T consecutive rows of the input columns."""
    Y: Array
    """(N, O): the target columns, ``horizon`` rows after the window's last."""
    at: NDArray[np.int64]
    """(N,): the row of the series at which each target lies."""

    def __len__(self) -> int:
        return len(self.at)


@dataclass(frozen=True, eq=False)
class Dataset:
    """Everything that training, evaluation and figures know of the data."""

    name: str
    train: Records
    validation: Records
    test: Records | None
    series: Array
    """(L, C): every column, in original units."""
    columns: tuple[str, ...]
    inputs: tuple[str, ...]
    targets: tuple[str, ...]
    index: NDArray[Any] | None
    index_name: str
    window: int
    horizon: int
    input_scaler: Scaler
    target_scaler: Scaler
    recipe: dict[str, Any]
    """JSON-able: the component and its arguments, the columns, the scalers as fitted."""
    fingerprint: str
    """SHA-256, hexadecimal, of the series and of the recipe."""


def fingerprint(recipe: dict[str, Any], series: Series) -> str:
    """Return the SHA-256 of a series and of what was done to it, in 64 hexadecimal digits.

    A file's path is left out: where data lies is not what it says; a copied project keeps its fingerprints.

    Example:
        >>> one = Series(np.zeros((3, 1)), ("x",), ("x",), ("x",))
        >>> fingerprint({"window": 2}, one) == fingerprint({"window": 3}, one)
        False
    """
    digest = hashlib.sha256(json.dumps(_without_paths(recipe), sort_keys=True).encode())
    for array in (series.values, series.index):
        if array is not None:
            digest.update(f"{array.dtype.str}{array.shape}".encode())
            digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def _without_paths(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _without_paths(value) for key, value in node.items() if key != "path"}
    return node
