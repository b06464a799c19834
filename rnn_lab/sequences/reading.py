"""Keys that say how a file of a table is read, the same wherever one is."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.sequences.csv_numbers import NaValues
from rnn_lab.sequences.missing import Missing


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Reading:
    """Arguments of a component that reads a table; most are `pandas.read_csv`'s.

    Args:
        header: whether the first row names the columns; without one they are called "0", "1", ...
        index: the column that says when (numbers, or dates), by name or position, increasing from row to row. It serves
            the figures' x axis and is no input unless ``columns`` names it. None: the rows are counted.
        delimiter: the one character between two cells, a blank any number of times; a backslash and a t stand for the
            tabulator. None: the one of comma, semicolon, tabulator and ``|`` that the first rows are cut by.
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
            ``interpolate`` draws a line to the next known one; ``drop`` leaves their rows out.
    """

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


READING: Mapping[str, Any] = {field.name: getattr(Reading(), field.name) for field in fields(Reading)}
"""Options for reading a file, but for which file and columns: keyword arguments of `read_csv`, and their defaults."""
