"""The numbers of a table: cells become floats by one strict grammar; what is missing is refused, filled or dropped."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rnn_lab.errors import BadInput
from rnn_lab.sequences.csv_text import CsvText
from rnn_lab.sequences.missing import WORDS, Missing, fill
from rnn_lab.sequences.scaling import Array

NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
NUMBERS = re.compile(rf"(?:{NUMBER.pattern}\n)*+", re.ASCII)
"""Many of them, a line each."""
LARGEST = 1e150
"""Of what is larger the squares are infinite."""
NaValues = str | int | float | list[str | int | float] | None


@dataclass
class Column:
    """The cells of one column, block by block, become numbers; those that are none are kept with their rows."""

    name: str
    strange: dict[int, str] = field(default_factory=dict)
    rows: int = 0

    def read(self, cells: list[str], decimal: str, thousands: str | None) -> Array:
        """Return the next rows, ``nan`` where a cell is no finite number."""
        plain = (
            cells if decimal == "." and not thousands else [plain_number(cell, decimal, thousands) for cell in cells]
        )
        if NUMBERS.fullmatch("\n".join([*plain, ""])):  # the usual case, in one go
            block = np.array([float(cell) for cell in plain])
        else:
            fits = NUMBER.fullmatch
            block = np.array([float(cell) if fits(cell) else np.nan for cell in plain])
        block[~np.isfinite(block)] = np.nan
        for n in np.flatnonzero(~(np.abs(block) < LARGEST)).tolist():
            self.strange[self.rows + n] = cells[n]
        self.rows += len(cells)
        return block


class Spot:
    """Says where a cell stands; the file is gone through again, since it is said at most once."""

    def __init__(self, text: CsvText, header: bool) -> None:
        self.text, self.header = text, header
        self.lines: NDArray[np.int64] | None = None
        self.path = text.path

    def row(self, n: int) -> int:
        """Return the line of data row ``n``."""
        return self.text.number(self.place(n) + self.header)

    def place(self, n: int) -> int:
        """Return the position of data row ``n`` among those of the file."""
        return n if self.lines is None else int(self.lines[n])

    def cell(self, n: int, column: str) -> str:
        """Return the beginning of a sentence about a cell of data row ``n``."""
        return f"data.path={self.path}: the cell in row {self.row(n)}, column {column!r}"


class Marks:
    """Texts and numbers that stand for a missing cell beside the usual ones: ``data.na_values``.

    Attributes:
        words: all texts that do.
        idle: marks that no cell held so far.
    """

    def __init__(self, na_values: NaValues) -> None:
        self.idle = [] if na_values is None else na_values if isinstance(na_values, list) else [na_values]
        self.words = WORDS | {str(mark) for mark in self.idle}
        self.sentinels = {_number(mark) for mark in self.idle if NUMBER.fullmatch(str(mark))}

    def strike(self, used: list[Column], values: Array) -> None:
        """Make ``nan``, in place, of the numbers (L, C) that stand for a missing cell: cells that hold nothing."""
        texts = {cell for column in used for cell in column.strange.values()}
        self.idle = [mark for mark in self.idle if str(mark) not in texts and not (values == _number(mark)).any()]
        for j, column in enumerate(used):
            for sentinel in self.sentinels:
                for n in np.flatnonzero(values[:, j] == sentinel).tolist():
                    values[n, j] = np.nan
                    column.strange[n] = ""

    def refuse_idle(self, names: Sequence[str]) -> None:
        """Refuse a mark that no cell of these columns held.

        Raises:
            BadInput: there is one.
        """
        if self.idle:
            raise BadInput(f"data.na_values names {self.idle[0]!r}, which no cell of {', '.join(names)} holds")


def _number(mark: str | int | float) -> float:
    return float(mark) if NUMBER.fullmatch(str(mark)) else np.nan


def numbers(
    spot: Spot,
    used: list[Column],
    values: Array,
    missing: Missing,
    marks: Marks,
    unknown: Sequence[str],
) -> tuple[NDArray[np.bool_], tuple[str, ...]]:
    """Refuse or fill missing cells of ``values`` (L, C), in place; return which there were, and how many in words.

    Args:
        spot: says where a cell stands.
        used: the C columns.
        values: their numbers; what a mark stands for is ``nan`` already.
        missing: what becomes of a missing cell.
        marks: further words for one.
        unknown: columns of which any cell may be unknown.
    """
    for j, column in enumerate(used):
        if column.name in unknown:
            values[list(column.strange), j] = np.nan
            continue
        for n in sorted(column.strange):
            cell = column.strange[n]
            if missing == "refuse" or cell not in marks.words:
                said = f"holds {cell!r}, which is no finite number" if cell else "is missing"
                if cell and np.isfinite(values[n, j]):
                    said = f"holds {cell!r}, too large to compute with (data.na_values makes it a missing cell)"
                raise BadInput(f"{spot.cell(n, column.name)} {said}{_way_out(cell, column, n, spot)}")
    must_be_known = np.array([column.name not in unknown for column in used])
    if not any(np.isnan(values[:, j]).any() for j in np.flatnonzero(must_be_known)):
        return np.broadcast_to(np.False_, values.shape), ()
    lacking = np.isnan(values) & must_be_known
    count = int(lacking.sum())
    notes = (f"{count} missing cell{'s' if count > 1 else ''} in {int(lacking.any(axis=1).sum())} rows ({missing})",)
    if missing == "drop":
        return lacking, notes
    assert missing != "refuse"
    for j in np.flatnonzero(lacking.any(axis=0)).tolist():
        values[lacking[:, j], j] = fill(values[:, [j]], missing)[lacking[:, j], 0]
    if (still := np.isnan(values) & lacking).any():
        j = int(still.any(axis=0).argmax())
        n = int(still[:, j].argmax())
        why = (
            "no known value comes before it"
            if n == 0 or np.isnan(values[:n, j]).all()
            else "it would need a later value"
        )
        raise BadInput(f"{spot.cell(n, used[j].name)} is missing, and data.missing={missing} cannot fill it: {why}")
    return lacking, notes


def _way_out(cell: str, column: Column, n: int, spot: Spot) -> str:
    """Say which key may read a cell that is no number, if its look suggests one."""
    line = spot.row(n)
    if line == 1:
        return " (if this is a header: data.header=true)"
    if cell in WORDS:
        return " (data.missing=interpolate, forward_fill or drop)"
    if spot.header and spot.place(n) == 0 and 1 not in column.strange and not re.search(r"\d", cell):
        return f" (if it is a unit: data.header=false data.skiprows={line} begins below, with columns by position)"
    if re.fullmatch(r"[+-]?[\d. ]+,\d+", cell, re.ASCII) and spot.text.decimal == ".":
        return " (data.decimal=, reads a decimal comma)"
    if len(parts := cell.split()) > 1 and all(map(NUMBER.fullmatch, parts)):
        return " (data.delimiter=' ' cuts at blanks)"
    return "" if re.search(r"^[^#]*\d", cell) else " (data.na_values names what stands for a missing cell)"


def still_to_come(
    spot: Spot, used: list[Column], known: Sequence[str], rows: int, words: Collection[str] = WORDS
) -> int:
    """Count the rows at the end that lack every column but the known ones; those cells are no odd ones any more.

    Args:
        spot: says where a cell stands.
        used: the columns, once `Marks.strike` has gone through them.
        known: names of those that are known in advance.
        rows: how many there are.
        words: texts that stand for a missing cell.

    Raises:
        BadInput: a known cell is missing there.

    Example:
        >>> open_, close = Column("open"), Column("close", {1: "", 3: "", 4: "NA"})
        >>> still_to_come(None, [open_, close], ["open"], 5), close.strange
        (2, {1: ''})
    """
    others = [column for column in used if column.name not in known]
    count = 0
    while others and count < rows and all(column.strange.get(rows - count - 1) in words for column in others):
        count += 1
    for column in used:
        for row in range(rows - count, rows):
            if column.strange.pop(row, None) is not None and column.name in known:
                raise BadInput(
                    f"{spot.cell(row, column.name)} is no number, but {column.name!r} is known in advance (data.known):"
                    " each row to come must give it"
                )
    return count


def refuse_one_mark(decimal: str, thousands: str | None) -> None:
    """Refuse one character for two marks of a number.

    Raises:
        BadInput: it is so.
    """
    if thousands == decimal:
        raise BadInput(f"data.thousands and data.decimal are both {decimal!r}: a number could not be told")


def plain_number(cell: str, decimal: str, thousands: str | None) -> str:
    """Return a number as Python writes it, or a text that is none.

    Example:
        >>> plain_number("1.234,5", ",", "."), plain_number("1,5", ".", ",")
        ('1234.5', '?')
    """
    whole, *rest = cell.split(decimal, 1)
    if thousands and thousands in whole:
        mark = re.escape(thousands)
        if not re.fullmatch(rf"[+-]?\d{{1,3}}(?:{mark}\d{{2,3}})*{mark}\d{{3}}", whole, re.ASCII):
            return "?"
        whole = whole.replace(thousands, "")
    if decimal != "." and "." in cell.replace(thousands or "\0", ""):
        return "?"
    return ".".join([whole, *rest])
