"""Forecasting of measured series: a user's own file, and the yearly sunspot numbers shipped with the lab."""

from collections.abc import Mapping
from dataclasses import fields, replace
from importlib.resources import as_file, files
from inspect import signature
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.sequences.csv_file import read_csv
from rnn_lab.sequences.csv_numbers import NaValues
from rnn_lab.sequences.forecasting import Forecasting
from rnn_lab.sequences.missing import Missing
from rnn_lab.sequences.scaling import Scaling
from rnn_lab.sequences.series import Series


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Table(Forecasting):
    """Forecasting of columns of a CSV file, one row a time step, the oldest first.

    Args:
        path: the file; a relative path starts from the working directory.
        header: whether the first row names the columns; without one they are called "0", "1", ...
        index: the column that says when (numbers, or dates), by name or position, increasing from row to row. It serves
            the figures' x axis and is no input unless ``columns`` names it. None: the rows are counted.
        delimiter: the one character between two cells; a backslash and a t stand for the tabulator. None: the one of
            comma, semicolon, tabulator and ``|`` that the first rows are cut by.
        decimal: the decimal mark.
        thousands: the mark between groups of digits.
        encoding: of the file's characters.
        comment: from this character on a line is not read.
        skiprows, skipfooter: lines left out at the file's beginning and end.
        compression: ``infer`` (by the file's suffix), ``gzip``, ``bz2``, ``xz``, ``zip`` or None.
        date_format: how the index' dates are written, such as ``%d.%m.%Y``; None finds it.
        tz: the zone of the index' dates, such as Europe/Berlin; None: what they say themselves.
        na_values: texts or numbers that stand for a missing cell, beside those that pandas knows (``NA``, ``NaN``).
        missing: of missing cells in the columns used: ``refuse``; ``forward_fill`` repeats the last known value;
            ``interpolate`` draws a line to the next known one; ``drop`` leaves their rows out. A record's target is
            always an observed one, and no window ends inside a gap that a later value closes: see `admissible`.

    Raises:
        BadInput: on reading, a file, column or cell that does not serve; see ``read_csv``.
    """

    one_unit: ClassVar[bool] = False

    path: str
    header: bool = True
    index: str | int | None = None
    delimiter: str | None = None
    decimal: str = Field(default=".", min_length=1, max_length=1)
    thousands: str | None = Field(default=None, min_length=1, max_length=1)
    encoding: str = "utf-8"
    comment: str | None = Field(default=None, min_length=1, max_length=1)
    skiprows: int = Field(default=0, ge=0)
    skipfooter: int = Field(default=0, ge=0)
    compression: Literal["infer", "gzip", "bz2", "xz", "zip"] | None = "infer"
    date_format: str | None = None
    tz: str | None = None
    na_values: NaValues = None
    missing: Missing = "refuse"
    scaling: Scaling = "standard"

    def read(self) -> Series:
        """Read the file; the first note says which it was and what was taken from it."""
        reading = {key: getattr(self, key) for key in READING}
        series = read_csv(Path(self.path), columns=self.columns, target=self.target, **reading)
        inputs, targets = ", ".join(series.inputs), ", ".join(series.targets)
        what = f"inputs and targets {inputs}" if inputs == targets else f"inputs {inputs}; targets {targets}"
        return replace(series, notes=(f"{self.path}: {len(series.values)} rows; {what}", *series.notes))

    def fit(self, filled: NDArray[np.bool_], inputs: list[int], targets: list[int]) -> NDArray[np.int64]:
        """See `Forecasting`; a value carried forward was known, so that windows may end on it."""
        return super().fit(filled, [] if self.missing == "forward_fill" else inputs, targets)


READING: Mapping[str, Any] = {
    field.name: parameter.default
    for field in fields(Table)
    if (parameter := signature(read_csv).parameters.get(field.name)) and field.name not in {"path", "columns", "target"}
}
"""Options for reading a file, but for which file and columns: keyword arguments of `read_csv`, and their defaults."""


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Sunspots(Forecasting):
    """Forecasting of the yearly mean sunspot number, 1700-2008: 309 values, column SUNACTIVITY, index YEAR.

    The file ships inside the package. Source: Wolf's relative sunspot numbers, as compiled by the Solar
    Influences Data Center (SIDC), Royal Observatory of Belgium; public domain. Yule (1927) invented the
    autoregressive model for them.

    Example:
        >>> data = Sunspots(name="sunspots", window=12, train=209, validation=88).dataset()
        >>> data.series.shape, data.targets, data.index[data.train.at[-1]].item()
        ((309, 1), ('SUNACTIVITY',), 1920.0)
    """

    scaling: Scaling = "standard"

    def read(self) -> Series:
        """Read the package's own file, wherever the package is installed."""
        with as_file(files("rnn_lab.sequences") / "sunspots.csv") as path:
            return read_csv(path, columns=self.columns, target=self.target, index="YEAR")
