"""Scaling of columns, fitted on training rows alone, undone for every figure and error that a user sees."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from rnn_lab.errors import BadInput

Array = NDArray[np.float64]
Scaling = Literal["none", "standard", "minmax"]


@dataclass(frozen=True, eq=False)
class Scaler:
    """The affine map z = (x - shift) / scale of each column, and its inverse.

    Example:
        >>> scaler = fit_scaler("minmax", np.array([[2.0], [6.0]]), ("x",))
        >>> scaler.apply(np.array([[2.0], [5.0]])).tolist()
        [[0.0], [0.75]]
        >>> scaler.undo(np.array([[0.75]])).tolist()
        [[5.0]]
    """

    kind: Scaling
    shift: Array
    """(C,)"""
    scale: Array
    """(C,), positive."""

    def apply(self, values: Array) -> Array:
        """Map original units -> scaled; ``values`` (..., C)."""
        return (values - self.shift) / self.scale

    def undo(self, values: Array) -> Array:
        """Map scaled -> original units; ``values`` (..., C)."""
        return values * self.scale + self.shift

    def select(self, positions: list[int]) -> "Scaler":
        """Return the scaler of some of the columns, in the order asked for."""
        return Scaler(self.kind, self.shift[positions], self.scale[positions])

    def recipe(self) -> dict[str, Any]:
        """Return JSON-able numbers; ``scaler_from`` rebuilds the same scaler from it, to the last bit."""
        return {"kind": self.kind, "shift": self.shift.tolist(), "scale": self.scale.tolist()}


def scaler_from(recipe: dict[str, Any]) -> Scaler:
    """Rebuild the scaler that ``Scaler.recipe`` described.

    Example:
        >>> scaler = scaler_from({"kind": "standard", "shift": [1.0], "scale": [2.0]})
        >>> scaler.apply(np.array([[5.0]])).tolist()
        [[2.0]]
    """
    return Scaler(recipe["kind"], np.array(recipe["shift"], float), np.array(recipe["scale"], float))


def unscaled(columns: int) -> Scaler:
    """Return the scaler that leaves its columns as they are.

    Example:
        >>> unscaled(2).apply(np.array([[3.0, 4.0]])).tolist()
        [[3.0, 4.0]]
    """
    return Scaler("none", np.zeros(columns), np.ones(columns))


def fit_scaler(kind: Scaling, rows: Array, columns: tuple[str, ...]) -> Scaler:
    """Fit a scaler to the columns of ``rows`` (n, C).

    ``none`` leaves the data as it is; ``standard`` gives each column mean 0 and (population) standard deviation
    1; ``minmax`` maps its least value to 0 and its greatest to 1. Later rows may leave that range.

    Raises:
        BadInput: a column is constant, so that no scale can be given to it.
    """
    # Column by column: sums do not depend on how the table lies in memory, and it is not copied as a whole.
    fitted = [_fit_column(kind, np.ascontiguousarray(rows[:, [c]]), column) for c, column in enumerate(columns)]
    return Scaler(kind, *(np.concatenate([getattr(each, part) for each in fitted]) for part in ("shift", "scale")))


def _fit_column(kind: Scaling, rows: Array, column: str) -> Scaler:
    return fit_scaler_to_blocks(kind, lambda: [rows], (column,))


def fit_scaler_to_blocks(kind: Scaling, blocks: Callable[[], Iterable[Array]], columns: tuple[str, ...]) -> Scaler:
    """Fit the same to rows that come in blocks (n, C), which ``blocks()`` gives anew for each of two passes.

    The second pass sums the squares of what the mean leaves over, so that a large offset costs no digits.

    Example:
        >>> fit_scaler_to_blocks("standard", lambda: [np.array([[1e9]]), np.array([[1e9 + 2.0]])], ("x",)).scale.item()
        1.0
    """
    C = len(columns)
    if kind == "none":
        return unscaled(C)
    low, high, total, count = np.full(C, np.inf), np.full(C, -np.inf), np.zeros(C), 0
    for block in blocks():
        low, high = np.minimum(low, block.min(axis=0)), np.maximum(high, block.max(axis=0))
        total, count = total + block.sum(axis=0), count + len(block)
    if kind == "standard":
        shift = total / count
        scale = np.sqrt(sum((np.square(block - shift).sum(axis=0) for block in blocks()), np.zeros(C)) / count)
    else:
        shift, scale = low, high - low
    for column, constant, first in zip(columns, (low == high) | (scale == 0.0), low, strict=True):
        # The standard deviation of a constant column need not round to zero; equal extremes are exact.
        if constant:
            raise BadInput(
                f"data.scaling={kind} cannot scale column {column!r}: it is constant ({first + 0.0:g}) over the"
                " training rows; choose data.scaling=none or leave it out of data.columns and data.target"
            )
    return Scaler(kind, shift, scale)
