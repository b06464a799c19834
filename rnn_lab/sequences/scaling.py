"""Scaling of columns, fitted on training rows alone, undone for every figure and error that a user sees."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from rnn_lab.component import BadInput

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
    if kind == "none":
        return unscaled(rows.shape[1])
    low, high = rows.min(axis=0), rows.max(axis=0)
    if kind == "standard":
        shift, scale = rows.mean(axis=0), rows.std(axis=0)
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
