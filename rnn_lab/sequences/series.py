"""A multivariate time series, as it is read or generated."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_lab.sequences.calendar import Calendar
from rnn_lab.sequences.scaling import Array


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
    """(L, C): the cells that were missing and made up; None: none was. Without the rows to come."""
    carried: bool = False
    """True where these repeat an earlier cell alone, False where a later one made them too."""
    known: tuple[str, ...] = ()
    """Inputs that are known in advance, and so given for rows to come."""
    ahead: int = 0
    """Rows at the end that are still to come: the known inputs are given there, all other columns are ``nan``."""
    notes: tuple[str, ...] = ()
    """Sentences for the reader: missing cells, the calendar, holes in it."""
