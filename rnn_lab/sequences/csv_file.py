"""Reading a series from a table of delimited cells, suspicious of every one of them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import compress, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rnn_lab.errors import BadInput
from rnn_lab.sequences.calendar import Calendar, recognise
from rnn_lab.sequences.compact import compact_format
from rnn_lab.sequences.csv_numbers import (
    NUMBER,
    Column,
    Marks,
    NaValues,
    Spot,
    numbers,
    plain_number,
    refuse_one_mark,
    still_to_come,
)
from rnn_lab.sequences.csv_text import CsvText
from rnn_lab.sequences.dates import NoDate, fits, read_dates
from rnn_lab.sequences.forecasting import Selection, choose, pick
from rnn_lab.sequences.missing import Missing
from rnn_lab.sequences.series import Series
from rnn_lab.sequences.texts import Texts

if TYPE_CHECKING:
    import pandas as pd


DATE = re.compile(r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}(?:[T ].*)?", re.ASCII)
"""Rough shape of one, which no column is called by beside numbers."""
HOUR = np.timedelta64(1, "h")


def read_csv(
    path: Path,
    *,
    columns: Selection = None,
    target: Selection = None,
    header: bool = True,
    index: str | int | None = None,
    delimiter: str | None = None,
    decimal: str = ".",
    thousands: str | None = None,
    encoding: str = "utf-8",
    comment: str | None = None,
    skiprows: int = 0,
    skipfooter: int = 0,
    compression: str | None = "infer",
    date_format: str | None = None,
    tz: str | None = None,
    na_values: NaValues = None,
    missing: Missing = "refuse",
    optional: Sequence[str] | None = None,
    known: Sequence[int] = (),
    usual: Mapping[str, Any] | None = None,
) -> Series:
    """Read the columns that are used; the others need not be numeric. The arguments are ``Table``'s.

    Args:
        optional: more target columns, taken if the file has them. Unless it is None, cells of targets that are no
            inputs may be unknown: what is no number there is ``nan``.
        known: positions of the inputs that are known in advance. Rows at the end that lack every other column used are
            still to come; without such inputs a missing cell there is one.
        usual: the `Calendar.recipe` of a series of the kind, which decides where this file alone does not.

    Raises:
        BadInput: the file cannot be read; a column is unknown; a cell is missing or no number; rows differ in
            length; the index does not increase. The message names the file, the row and the column.
    """
    refuse_one_mark(decimal, thousands)
    text = CsvText(
        path=path, delimiter=delimiter, decimal=decimal, encoding=encoding, comment=comment, skiprows=skiprows,
        skipfooter=skipfooter, compression=compression,
    )  # fmt: skip
    names: tuple[str, ...] = ()
    used: list[Column] = []
    when = Texts()
    unknown: list[str] = []
    index_name, rows, values = None, 0, np.empty((0, 0))
    for block in text.blocks():
        if not names:
            names, index_name = named(path, block, header, index)
            inputs, targets = choose(names, columns, target, apart=index_name)
            if optional is not None:
                targets += tuple(name for name in optional if name in names and name not in targets)
                unknown = [name for name in targets if name not in inputs]
            used = [Column(name) for name in dict.fromkeys(inputs + targets)]
            values = np.empty((0, len(used)))
            block = block[1:] if header else block
        values.resize((rows + len(block), len(used)), refcheck=False)  # in place: never two tables at a time
        for j, column in enumerate(used):
            values[rows:, j] = column.read(list(block[:, names.index(column.name)]), decimal, thousands)
        if index_name is not None:
            when.add(list(block[:, names.index(index_name)]))
        rows += len(block)
    if not names:
        raise BadInput(f"data.path={path} is empty")
    if not rows:
        raise BadInput(f"data.path={path} holds a header but no data")
    spot = Spot(text, header)
    marks = Marks(na_values)
    marks.strike(used, values)
    if optional is None:
        marks.refuse_idle([column.name for column in used])
    ahead = 0
    if known:
        given = [name for position, name in enumerate(inputs) if position in known]
        ahead = still_to_come(spot, used, given, rows, marks.words)
    filled, notes = numbers(spot, used, values[: rows - ahead], missing, marks, unknown)
    notes = (*text.notes(), *notes)
    if missing == "drop":
        kept = np.append(~filled.any(axis=1), np.ones(ahead, bool))
        spot.lines = np.flatnonzero(kept)
        values, cells, when = values[kept], compress(when, kept), Texts()
        while piece := list(islice(cells, 4096)):
            when.add(piece)
        if not len(values):
            raise BadInput(f"data.path={path}: every row lacks a cell, so data.missing=drop leaves none")
    gaps = filled if missing in ("interpolate", "forward_fill") and filled.any() else None
    found = Series(
        values, tuple(column.name for column in used), inputs, targets, filled=gaps, carried=missing == "forward_fill",
        ahead=ahead, notes=notes,
    )  # fmt: skip
    if index_name is None:
        return found
    moments, calendar = read_index(spot, when, index_name, date_format, tz, decimal, thousands, usual)
    if calendar is not None:
        notes = (*notes, f"{index_name}: {calendar.note}")
    return replace(found, index=moments, index_name=index_name, calendar=calendar, notes=notes)


def named(path: Path, block: NDArray[Any], header: bool, index: str | int | None) -> tuple[tuple[str, ...], str | None]:
    """Return the names of all columns, and of the one that says when, from a file's first rows."""
    names = _names(path, list(block[0])) if header else tuple(str(i) for i in range(block.shape[1]))
    return names, None if index is None else pick(names, index, "data.index")[0]


def _names(path: Path, cells: list[str]) -> tuple[str, ...]:
    """Return the header's names; a nameless column (as pandas writes its index) is called by its position.

    Where another has that name, it is called as pandas does, ``Unnamed: 0``.
    """
    names = tuple(
        cell or (str(position) if str(position) not in cells else f"Unnamed: {position}")
        for position, cell in enumerate(cells)
    )
    if all(NUMBER.fullmatch(cell) or DATE.fullmatch(cell) for cell in cells) and any(map(NUMBER.fullmatch, cells)):
        raise BadInput(f"data.path={path}: the first row holds numbers, not names: data.header=false reads it as data")
    if re.fullmatch(r"sep=.?", cells[0], re.IGNORECASE):
        raise BadInput(f"data.path={path}: the first row, {cells[0]!r}, is for Excel: data.skiprows=1 leaves it out")
    if twice := [name for name in names if names.count(name) > 1]:
        raise BadInput(f"data.path={path}: the header names column {twice[0]!r} more than once")
    return names


def read_index(
    spot: Spot,
    cells: Texts,
    name: str,
    date_format: str | None,
    tz: str | None,
    decimal: str,
    thousands: str | None,
    usual: Mapping[str, Any] | None = None,
) -> tuple[NDArray[Any], Calendar | None]:
    """Return numbers if the first cell is one, else dates in UTC; increasing, since splits follow the rows' order."""
    numeric = NUMBER.fullmatch(plain_number(cells[0], decimal, thousands)) is not None
    key = f"data.path={spot.path}, column {name!r}"
    known = (usual or {}).get("format")
    pattern = date_format
    if numeric and pattern is None:
        pattern = known if known and fits(cells, known) else compact_format(cells, decimal, key)
    calendar = None
    try:
        if numeric and pattern is None:
            moments = _counted(Column(name), cells, decimal, thousands)
        else:
            dates, form = read_dates(cells, key, pattern, tz, known)
            moments, calendar = _moments(dates), partial(recognise, dates, form, usual)
    except NoDate as odd:
        kind = f"dates such as {pattern}" if pattern else "numbers or dates such as 2024-01-31"
        most = "" if date_format or not pattern else ", as most of its cells are"
        why = odd.why or f"but data.index={name} must be {kind}{most}; data.index=null counts the rows"
        raise BadInput(f"{spot.cell(odd.position, name)} holds {cells[odd.position]!r}, {why}") from None
    if (late := ~(moments[1:] > moments[:-1])).any():
        n = int(np.argmax(late)) + 1
        night = calendar is not None and tz is None and np.timedelta64(0) < moments[n - 1] - moments[n] <= HOUR
        clock = ", and data.tz=Europe/Berlin, say, tells the hours of a night apart" if night else ""
        if calendar is not None and not date_format and form.pattern is not None:
            clock += f" (its dates are read as {form.pattern}: data.date_format)"
        raise BadInput(
            f"data.path={spot.path}: data.index={name} does not increase at row {spot.row(n)}"
            f" ({cells[n]!r}): the rows must run from the oldest to the newest{clock}"
        )
    return moments, None if calendar is None else calendar()


def _counted(column: Column, cells: Texts, decimal: str, thousands: str | None) -> NDArray[Any]:
    """Return the numbers of an index; raises `NoDate` of what is none."""
    found = column.read(list(cells), decimal, thousands)
    if column.strange:
        raise NoDate(min(column.strange))
    for n in np.flatnonzero(np.abs(found) > 2.0**53).tolist():
        if plain_number(cells[n], decimal, thousands) != str(int(found[n])):
            raise NoDate(n, "which has more digits than a number keeps: data.index=null counts the rows")
    return found


def _moments(dates: "pd.DatetimeIndex") -> NDArray[Any]:
    """Return dates as datetime64 in UTC; raises `NoDate` of what is finer than that."""
    if (finer := dates.nanosecond != 0).any():
        raise NoDate(
            int(finer.argmax()),
            "which is finer than a microsecond, and dates are kept in microseconds: give the times as numbers, or leave"
            " the column out of data.index and data.columns",
        )
    plain = dates if dates.tz is None else dates.tz_convert("UTC").tz_localize(None)
    return np.asarray(plain.to_numpy().astype("datetime64[us]"))
