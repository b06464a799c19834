"""Reading a series from comma-separated values, suspicious of every cell."""

import csv
import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_lab.errors import BadInput
from rnn_lab.sequences.dataset import Series
from rnn_lab.sequences.forecasting import Selection, choose, pick
from rnn_lab.sequences.scaling import Array


class Row(NamedTuple):
    """A row's number as an editor counts the file's lines (from 1, the header included), and its cells."""

    number: int
    cells: list[str]


def read_csv(
    path: Path,
    *,
    columns: Selection = None,
    target: Selection = None,
    header: bool = True,
    index: str | int | None = None,
    delimiter: str = ",",
) -> Series:
    """Read the columns that are used; the others need not be numeric. The arguments are ``Table``'s.

    Raises:
        BadInput: the file cannot be read; a column is unknown; a cell is missing or no number; rows differ in
            length; the index does not increase. The message names the file, the row and the column.
    """
    rows = _rows(path, delimiter)
    names = _names(path, rows.pop(0)) if header else tuple(str(i) for i in range(len(rows[0].cells)))
    if not rows:
        raise BadInput(f"data.path={path} holds a header but no data")
    for row in rows:
        if len(row.cells) != len(names):
            raise BadInput(
                f"data.path={path}: row {row.number} has {len(row.cells)} cells instead of {len(names)}"
                f" (data.delimiter={delimiter!r})"
            )
    index_name = None if index is None else pick(names, index, "data.index")[0]
    inputs, targets = choose(names, columns, target, apart=index_name)
    used = tuple(dict.fromkeys(inputs + targets))
    values = np.empty((len(rows), len(used)))
    for j, name in enumerate(used):
        values[:, j] = _numbers(path, rows, names.index(name), name)
    if index_name is None:
        return Series(values, used, inputs, targets)
    when = _index(path, rows, names.index(index_name), index_name)
    return Series(values, used, inputs, targets, when, index_name)


def _rows(path: Path, delimiter: str) -> list[Row]:
    try:
        with path.expanduser().open(newline="", encoding="utf-8-sig") as file:  # a spreadsheet's mark is no text
            reader = csv.reader(file, delimiter=delimiter, strict=True)
            rows = [Row(reader.line_num, [cell.strip() for cell in cells]) for cells in reader]
    except OSError as error:
        raise BadInput(f"data.path={path} cannot be read: {error.strerror or error}") from None
    except (ValueError, TypeError, csv.Error) as error:  # not UTF-8; no possible delimiter; torn quotes
        raise BadInput(f"data.path={path} is no CSV in UTF-8 with data.delimiter={delimiter!r}: {error}") from None
    while rows and not any(rows[-1].cells):
        rows.pop()
    if not rows:
        raise BadInput(f"data.path={path} is empty")
    return rows


def _names(path: Path, row: Row) -> tuple[str, ...]:
    """Return the header's names; a nameless column (as pandas writes its index) is called by its position."""
    names = tuple(cell or str(position) for position, cell in enumerate(row.cells))
    if all(_number(cell) is not None for cell in row.cells):
        raise BadInput(f"data.path={path}: the first row holds numbers, not names: data.header=false reads it as data")
    if twice := [name for name in names if names.count(name) > 1]:
        raise BadInput(f"data.path={path}: the header names column {twice[0]!r} more than once")
    return names


def _number(cell: str) -> float | None:
    """Return the finite number that a cell holds, or None."""
    try:
        number = float(cell)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _numbers(path: Path, rows: list[Row], position: int, name: str) -> Array:
    numbers = np.empty(len(rows))
    for n, row in enumerate(rows):
        cell = row.cells[position]
        if (number := _number(cell)) is None:
            found = f"holds {cell!r}, which is no finite number" if cell else "is missing"
            header = " (if this is a header: data.header=true)" if row.number == 1 else ""
            raise BadInput(f"data.path={path}: the cell in row {row.number}, column {name!r} {found}{header}")
        numbers[n] = number
    return numbers


def _moment(cell: str) -> datetime:
    """Return a date or time of ISO 8601, in UTC if it names a zone; a month (1949-01) stands for its first day."""
    moment = datetime.fromisoformat(f"{cell}-01" if len(cell) == len("1949-01") else cell)
    return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)


def _index(path: Path, rows: list[Row], position: int, name: str) -> NDArray[Any]:
    """Return numbers if the first cell is one, else dates; increasing, since splits follow the rows' order."""
    index: NDArray[Any]
    if _number(rows[0].cells[position]) is not None:
        index = _numbers(path, rows, position, name)
    else:
        index = np.empty(len(rows), "datetime64[us]")
        for n, row in enumerate(rows):
            try:
                index[n] = _moment(row.cells[position])
            except ValueError:
                raise BadInput(
                    f"data.path={path}: the cell in row {row.number}, column {name!r} holds"
                    f" {row.cells[position]!r}, but data.index={name} must be numbers or dates such as 2024-01-31"
                ) from None
    if (late := ~(index[1:] > index[:-1])).any():
        row = rows[int(np.argmax(late)) + 1]
        raise BadInput(
            f"data.path={path}: data.index={name} does not increase at row {row.number}"
            f" ({row.cells[position]!r}): the rows must run from the oldest to the newest"
        )
    return index
