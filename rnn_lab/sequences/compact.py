"""Dates written as numbers: 19810321, 200612, 2006.12; told from numbers that are no dates, or refused."""

import re
from collections.abc import Sequence

import numpy as np

from rnn_lab.errors import BadInput
from rnn_lab.sequences.dates import DateFormat, parsed

USUAL = {6: "%Y%m", 8: "%Y%m%d", 10: "%Y%m%d%H", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
"""Formats by length: dates if half of the cells are."""
RARE = {
    (6, -1): ("%y%m%d",), (7, -1): ("%Y%j",), (8, -1): ("%d%m%Y", "%m%d%Y"), (7, 4): ("%Y.%m",), (7, 2): ("%m.%Y",),
}  # fmt: skip
"""Formats by the cells' length and the position of their point: dates if every cell is one, and they step as numbers
would not."""
YEAR_AND_PART = {5: (10, 4, "quarter"), 6: (100, 53, "week")}
"""By length: what the year is multiplied by, how many parts it has, and of what; no format reads them."""
MONTH = np.timedelta64(31, "D")


def compact_format(cells: Sequence[str], decimal: str = ".", key: str = "data.index") -> str | None:
    """Return the format of dates that are written as numbers; None where they are numbers.

    Args:
        cells: numbers.
        decimal: their decimal mark.
        key: what the column is called in messages.

    Raises:
        BadInput: they may be either; or are dates that no format reads.

    Example:
        >>> compact_format(["200611", "200612", "200701"]), compact_format(["200099", "200100", "200101"])
        ('%Y%m', None)
        >>> compact_format(["2006.11", "2006.12", "2007.01"]), compact_format(["2006.5", "2007.5", "2008.5"])
        ('%Y.%m', None)
    """
    plain, tail = _whole(cells, decimal)
    shapes = {(len(cell), cell.find(".")) for cell in plain}
    if shapes == {(6, 4), (7, 4)}:
        return _uneven(plain, decimal, key)
    if len(shapes) > 1:
        return None
    shape = shapes.pop()
    usual, certain = _usual(plain)
    found = usual if certain else _rare(plain, RARE.get(shape, ()), usual, key, tail) or usual
    if found is None:
        _refuse_parts(plain, key)
    return None if found is None else found.replace(".", decimal) + tail


def _whole(cells: Sequence[str], decimal: str) -> tuple[list[str], str]:
    """Return the cells without the ``.0`` that all of them end in, as in a column of floats, and this end."""
    plain = [cell.replace(decimal, ".") for cell in cells] if decimal != "." else list(cells)
    end = re.search(r"\.0+$", plain[0])
    if end is None or not all(cell.endswith(end[0]) and "." not in cell[: -len(end[0])] for cell in plain):
        return plain, ""
    return [cell[: -len(end[0])] for cell in plain], end[0].replace(".", decimal)


def _usual(cells: list[str]) -> tuple[str | None, bool]:
    """Return the format of whole numbers that begin with a year, if half of them are dates; and whether all are."""
    pattern = USUAL.get(len(cells[0]))
    if pattern is None or not all(cell.isdecimal() and "1600" <= cell[:4] < "2200" for cell in cells):
        return None, False
    wrong = np.count_nonzero(parsed(cells, pattern).isna())
    return (None if 2 * wrong > len(cells) else pattern), not wrong


def _rare(cells: list[str], patterns: Sequence[str], usual: str | None, key: str, tail: str) -> str | None:
    """Return the one rare format that all cells have, if no numbers would step as they do.

    Evenly spaced numbers that may be days or months (240101, 240102) are refused; those that would be the same day of
    each year are numbers, and so is a single cell.
    """
    if len(cells) < 2:
        return None
    fitting = [pattern for pattern in patterns if _fits(cells[:99], pattern) and _fits(cells, pattern)]
    if not fitting:
        return None
    written, found = cells[0] + tail, parsed(cells, fitting[0])
    if len(fitting) > 1:
        raise BadInput(f"{key}: dates such as {written!r} may be {' or '.join(fitting)}: say data.date_format")
    numbers = np.array(cells, float)
    even = np.ptp(np.diff(numbers)) < 1e-6 and not any(re.match(r"0\d", cell) for cell in cells)
    if not even:
        return fitting[0]
    if usual or (np.diff(found.to_numpy()) > MONTH).any():
        return None
    raise BadInput(
        f"{key}: numbers such as {written!r} may be dates: say data.date_format={fitting[0]}{tail}, or data.index=null,"
        " which counts the rows"
    )


def _fits(cells: list[str], pattern: str) -> bool:
    """Return whether all cells are increasing dates of a format, and are written just so."""
    found = parsed(cells, pattern)
    if found.isna().any() or not (found.is_monotonic_increasing and found.is_unique):
        return False
    return found[0].year >= 1600 and found[-1].year < 2200 and DateFormat(pattern).write(found) == cells


def _uneven(cells: list[str], decimal: str, key: str) -> str | None:
    """Return the format of years and months such as 2000.9, 2000.10; refuse those of which October lost its zero."""
    if not all(re.fullmatch(r"(1[6-9]|2[01])\d\d\.(0?[1-9]|1[0-2])", cell) for cell in cells):
        return None
    found = parsed(cells, "%Y.%m")
    if found.is_monotonic_increasing and found.is_unique:
        return f"%Y{decimal}%m"
    if {cell[4:] for cell in cells if len(cell) == 6} == {".1"}:
        raise BadInput(
            f"{key}: '{cells[0][:4]}.1' and the like may be January or October: write 2000.10, or say data.index=null,"
            " which counts the rows"
        )
    return None


def _refuse_parts(cells: list[str], key: str) -> None:
    """Refuse years with a quarter or a week (20064, 202352), for which dates have no format."""
    unit, most, what = YEAR_AND_PART.get(len(cells[0]), (0, 0, ""))
    if not unit or len(cells) < 2 or not all(cell.isdecimal() for cell in cells):
        return
    years, parts = np.divmod(np.array(cells, int), unit)
    if not ((years >= 1600) & (years < 2200) & (parts >= 1) & (parts <= most)).all():
        return
    if np.median(np.diff(years * most + parts)) == 1:
        raise BadInput(
            f"{key}: numbers such as {cells[0]!r} may be a year and its {what}, which no data.date_format reads:"
            " data.index=null counts the rows"
        )
