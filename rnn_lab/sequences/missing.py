"""Missing cells: refused, carried forward, interpolated or dropped, and which windows may know what was made up."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rnn_lab.sequences.scaling import Array

Missing = Literal["refuse", "interpolate", "forward_fill", "drop"]
WORDS = frozenset(
    ("", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA",
     "NULL", "NaN", "None", "n/a", "nan", "null")
)  # fmt: skip
"""Words that pandas takes for missing, unless it is told otherwise."""


def fill(values: Array, how: Literal["interpolate", "forward_fill"]) -> Array:
    """Return the rows with each gap (``nan``) filled, column by column, as pandas' ``ffill`` and ``interpolate`` do.

    A gap at the beginning stays, and interpolation leaves one at the end: nothing known lies beyond it.

    Args:
        values: (L, C).
        how: ``forward_fill`` repeats the last known value; ``interpolate`` draws a straight line over the rows to the
            next known one. A record whose window ends inside such a gap would know that later value: see `admissible`.

    Example:
        >>> x = np.array([[1.0], [np.nan], [3.0], [np.nan]])
        >>> fill(x, "interpolate")[:, 0].tolist(), fill(x, "forward_fill")[:, 0].tolist()
        ([1.0, 2.0, 3.0, nan], [1.0, 1.0, 3.0, 3.0])
    """
    filled, rows = values.copy(), np.arange(len(values))
    for j in range(values.shape[1]):
        known = np.flatnonzero(~np.isnan(values[:, j]))
        if not len(known):
            continue
        if how == "forward_fill":
            at = np.maximum.accumulate(np.where(np.isnan(values[:, j]), known[0], rows))
            filled[:, j] = np.where(rows < known[0], np.nan, values[at, j])
        else:
            between = (rows > known[0]) & (rows < known[-1]) & np.isnan(values[:, j])
            filled[between, j] = np.interp(rows[between], known, values[known, j])
    return filled


def admissible(
    filled: NDArray[np.bool_], inputs: list[int], targets: list[int], lag: int, horizon: int
) -> NDArray[np.bool_]:
    """Return which windows (N,) may be records, of N = L - lag: their target was observed, and they know no later row.

    An interpolated cell is made of the next known one. A window that ends on a row whose inputs were all observed holds
    no gap that a later row closes; any other would see its own future, and is no record.

    Args:
        filled: (L, C), the cells that were made up.
        inputs, targets: positions among the C.
        lag: T - 1 + horizon.
        horizon: how many rows after the window's last the target lies.

    Example:
        >>> gap = np.array([[False], [False], [True], [False], [False], [False]])
        >>> admissible(gap, [0], [0], lag=2, horizon=1).tolist()  # T = 2
        [False, False, True, True]
    """
    count = len(filled) - lag
    fit = ~filled[lag:, targets].any(axis=1)
    return np.asarray(fit & ~filled[lag - horizon : lag - horizon + count, inputs].any(axis=1))
