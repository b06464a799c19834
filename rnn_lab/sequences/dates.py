"""Dates as files have them: their format found from the whole column, their zone kept, and written back the same."""

import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta, timezone
from itertools import islice, product
from typing import TYPE_CHECKING, Any

import numpy as np

from rnn_lab.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

OTHERS = (
    "%m/%d/%y",
    "%d/%m/%y",
    "%d.%m.%y",
    "%d-%m-%y",
    "%Y/%m",
    "%m/%Y",
    "%m-%Y",
    "%b %Y",
    "%B %Y",
    "%b-%Y",
    "%b-%y",
    "%m.%Y",
    "%Y.%m",
    "%d-%b-%y",
    "%d %b %y",
    "%Y-%b",
    "%Y %b",
    "%YM%m",
)
PIECE = 32_768
"""Dates parsed at a time."""
OFFSET = re.compile(r"[T ]\d\d[\d:.,]*\s?([+-]\d\d(?::?\d\d)?|Z|UTC|GMT)$")
FRACTION = re.compile(r"[.,](\d+)[^.,]*$")
HALVES = re.compile(r"\b\d?\d((?::\d\d)+ ?)[ap]m\b", re.IGNORECASE)
"""A time of day on a clock of twelve hours."""
NAMES = ("Z", "UTC", "GMT")
"""Of the offset that is none."""


@dataclass(frozen=True)
class DateFormat:
    """Format in which a file writes its dates.

    Example:
        >>> import pandas as pd
        >>> DateFormat("%d.%m.%Y").write(pd.DatetimeIndex(["2024-01-31"]))
        ['31.01.2024']
    """

    pattern: str | None
    """For strftime; None: ISO 8601, as long as it need be."""
    digits: int = 6
    """Of ``%f``."""
    offset: str = "+hhmm"
    """Of ``%z``: ``+hh:mm``, ``+hhmm`` or ``+hh``; or what UTC is called: ``Z``, ``UTC`` or ``GMT``."""
    bare: bool = False
    """True where days, months and hours have no leading zero."""
    lower: bool = False
    """True where AM and PM are am and pm."""
    mixed: bool = False
    """True where the file has several offsets from UTC and no zone, so that its dates are written in UTC."""

    def write(self, index: "pd.DatetimeIndex") -> list[str]:
        """Write dates as the file does."""
        return [self._one(when) for when in index]

    def _one(self, when: Any) -> str:
        if self.pattern is None:
            bare = when == when.normalize() and when.tzinfo is None
            return str(when.date()) if bare else str(when.isoformat())
        text = re.sub(r"%([dmHI])", r"%-\1", self.pattern) if self.bare else self.pattern
        text = text.replace("%p", when.strftime("%p").lower()) if self.lower else text
        text = text.replace("%f", f"{when.microsecond:06d}{when.nanosecond:03d}"[: self.digits])
        if zone := when.strftime("%z"):
            if self.offset in NAMES:  # of a date that data.tz moved elsewhere it would be wrong
                shown = f"{zone[:3]}:{zone[3:5]}" if when.utcoffset() else self.offset
                text = text.replace("%z", shown).replace("%Z", shown)
            shapes = {"+hh:mm": f"{zone[:3]}:{zone[3:5]}", "+hh": zone[:3]}
            text = text.replace("%z", shapes.get(self.offset, zone))
        return str(when.strftime(text))


class NoDate(Exception):
    """A cell that is no date, or no time of its zone.

    Attributes:
        position: of the cell among its column's.
        why: the rest of a sentence about it; empty where it is no date of the format.
    """

    def __init__(self, position: int, why: str = "") -> None:
        super().__init__(position, why)
        self.position, self.why = position, why


def read_dates(
    cells: Sequence[str], key: str, date_format: str | None = None, tz: str | None = None, usual: str | None = None
) -> "tuple[pd.DatetimeIndex, DateFormat]":
    """Return the dates of cells and their `DateFormat`.

    A day and a month that could change places (01.02.2009) are told apart by the rest of the column: by a day above 12,
    by which reading increases, or by the only one that goes by a regular step.

    Args:
        cells: text, without blanks around it.
        key: what the column is called in messages.
        date_format: as of `pandas.to_datetime`, but for ``mixed``; None finds it.
        tz: the dates' zone; None: what the cells say.
        usual: the format in which a series of the kind had its dates: theirs too, if all of them fit it and increase.

    Raises:
        NoDate: a cell is none, or the zone has no such time.
        BadInput: two readings serve; the zone is unknown.
    """
    import pandas as pd

    if date_format == "mixed":
        raise BadInput(
            "data.date_format=mixed would guess day and month cell by cell: give one format such as %d.%m.%Y"
        )
    if date_format is None and usual is not None and fits(cells, usual):
        date_format = usual
    tried: list[tuple[str | None, pd.DatetimeIndex]] = []
    named = date_format is not None and date_format != "ISO8601"
    for pattern in [date_format] if named else _patterns(cells, date_format == "ISO8601"):
        utc = _offset(cells[0]) != "" and (pattern is None or "%z" in pattern.lower())
        try:
            found = parsed(cells, pattern or "ISO8601", utc)
        except ValueError:
            if named:
                raise BadInput(f"data.date_format={date_format!r} is no format of dates such as %d.%m.%Y") from None
            continue
        tried.append((pattern, found))
    whole = [(pattern, found) for pattern, found in tried if not found.isna().any()]
    if not whole:
        raise NoDate(max((int(found.isna().argmax()) for _, found in tried), default=0))
    rising = [(p, f) for p, f in whole if f.is_monotonic_increasing and f.is_unique] or whole
    if len(rising) > 1 and rising[1][0] is not None and not (rising[0][1] == rising[1][1]).all():
        regular = [(p, f) for p, f in rising if len(f) > 2 and _regular(f)]
        if len(regular) != 1:
            raise BadInput(
                f"{key}: dates such as {cells[0]!r} may be {rising[0][0]} or {rising[1][0]}: say data.date_format"
            )
        rising = regular
    pattern, found = rising[0]
    placed = _placed(found, cells, tz)
    mixed = tz is None and found.tz is not None and len({_offset(cell) for cell in cells}) > 1
    return placed, replace(_written(pattern, cells, placed), mixed=mixed)


def fits(cells: Sequence[str], pattern: str) -> bool:
    """Return whether all cells are increasing dates of a format."""
    found = parsed(cells, pattern, utc="%z" in pattern.lower())
    return bool(not found.isna().any() and found.is_monotonic_increasing and found.is_unique)


def _regular(found: "pd.DatetimeIndex") -> bool:
    """Return whether dates go by one difference, or by months to one day: the two ways to read 01/01, 02/01, ..."""
    months = found.year * 12 + found.month
    same = found.day.nunique() == 1 and (found - found.normalize()).nunique() == 1
    return bool((found[1:] - found[:-1]).nunique() == 1 or (same and (months[1:] - months[:-1]).nunique() == 1))


def parsed(cells: Sequence[str], pattern: str, utc: bool = False) -> "pd.DatetimeIndex":
    """Parse dates, some at a time; what is none becomes NaT."""
    import pandas as pd

    found, waiting = [], iter(cells)
    while piece := list(islice(waiting, PIECE)):
        found.append(pd.DatetimeIndex(pd.to_datetime(piece, format=pattern, errors="coerce", utc=utc)))
    return pd.DatetimeIndex(found[0].append(found[1:]))


def _patterns(cells: Sequence[str], iso: bool = False) -> list[str | None]:
    """Return formats that the first cell may have, None for ISO 8601, which is all that there is if so asked."""
    from pandas.tseries.api import guess_datetime_format

    found: list[str | None] = []
    cell = HALVES.sub(r"11\1AM", cells[0])  # the one hour of a half that is told from those of 24
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of day and month, which the column decides
        for dayfirst in (False, True):
            guess = guess_datetime_format(cell, dayfirst=dayfirst)
            if guess and not re.match(r"%Y.%d", guess) and guess not in found:
                found.append(guess)
    if iso or re.match(r"\d{4}-\d\d", cells[0]):
        return [*(p for p in found if str(p).startswith("%Y")), None]
    if found:
        swapped = [str(p).replace("%d", "%0").replace("%m", "%d").replace("%0", "%m") for p in found]
        return list(dict.fromkeys([*found, *(p for p in swapped if not re.match(r"%Y.%d", p) and "%b" not in p)]))
    return list(OTHERS)


def _placed(found: "pd.DatetimeIndex", cells: Sequence[str], tz: str | None) -> "pd.DatetimeIndex":
    """Give the dates their zone: the one asked for, or the one offset that all cells have; else UTC."""
    try:
        if tz is not None:
            found[:0].tz_localize(None).tz_localize(tz)
    except Exception:  # zoneinfo's and pandas' have no base of their own
        raise BadInput(f"data.tz={tz!r} is no time zone, such as Europe/Berlin") from None
    if found.tz is None:
        return found if tz is None else _localized(found, tz)
    if tz is not None:
        return found.tz_convert(tz)
    offsets = {_offset(cell) for cell in cells}
    if len(offsets) > 1 or not offsets.isdisjoint(("", *NAMES)):
        return found
    text = offsets.pop()
    minutes = int(text[:3]) * 60 + int(text[0] + (text[3:].strip(":") or "0"))
    return found.tz_convert(timezone(timedelta(minutes=minutes)))


def _localized(found: "pd.DatetimeIndex", tz: str) -> "pd.DatetimeIndex":
    """Take dates for local times.

    Of one time of day, which summer time may skip or double once a year, they are those by which `Calendar.following`
    goes on. Of a clock that goes round, times that come twice are told apart by their order, and none is skipped.

    Raises:
        NoDate: a time is skipped, or it comes twice in the zone but not in the file.
    """
    first = np.ones(len(found), bool)
    if (found - found.normalize()).nunique() == 1:
        return found.tz_localize(tz, nonexistent="shift_forward", ambiguous=first)
    skipped = np.flatnonzero(found.tz_localize(tz, nonexistent="NaT", ambiguous=first).isna())
    if len(skipped):
        raise _no_time(found, int(skipped[0]), tz, f"the change to summer time skips in data.tz={tz}")
    twice = np.flatnonzero(found.tz_localize(tz, ambiguous="NaT").isna())
    for day in found[twice].normalize().unique():
        night = twice[found[twice].normalize() == day]
        try:
            found[night].tz_localize(tz, ambiguous="infer")
        except ValueError:
            what = f"comes twice in data.tz={tz}, and the rows do not tell which of the two it is"
            raise _no_time(found, int(night[0]), tz, what) from None
    return found.tz_localize(tz, ambiguous="infer")


def _no_time(found: "pd.DatetimeIndex", position: int, tz: str, what: str) -> NoDate:
    """Return the refusal of a local time, with the zone that a clock without summer time has there."""
    when: Any = found[[position]].tz_localize(tz, nonexistent="shift_forward", ambiguous=np.ones(1, bool))[0]
    clock = timezone(when.utcoffset() - when.dst())
    return NoDate(position, f"which {what}: a clock without summer time goes by data.tz={clock}, or by none")


def _written(pattern: str | None, cells: Sequence[str], found: Any) -> DateFormat:
    """Return the format that gives the first cells back, as fine as the finest cell.

    Days and months without a leading zero are included. Cells of ISO 8601 that differ in length are all written as the
    longest, so that each reads back as the same moment.
    """
    from pandas.tseries.api import guess_datetime_format

    longest = max(cells, key=len)
    pattern = pattern or guess_datetime_format(longest)
    if pattern is None:
        return DateFormat(None)
    offset = _offset(longest)
    shape = offset if offset in NAMES else {3: "+hh", 6: "+hh:mm"}.get(len(offset), "+hhmm")
    fractions = (FRACTION.search(cell) for cell in cells) if "%f" in pattern else ()
    digits = max((len(fraction[1]) for fraction in fractions if fraction), default=6)
    few = found[:50]
    formats = [
        DateFormat(pattern, digits, shape, bare, lower) for bare, lower in product((False, True), repeat=2)
    ]  # fmt: skip
    return max(formats, key=lambda f: sum(a == b for a, b in zip(f.write(few), cells, strict=False)))


def _offset(cell: str) -> str:
    """Return what a time of day ends with that says its zone: Z, UTC, GMT, +02:00, +0200, +02; or ''."""
    match = OFFSET.search(cell)
    return match[1] if match else ""
