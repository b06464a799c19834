"""The calendar of a series: by which step its dates go, where rows are lacking, and which dates come next."""

import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnn_lab.sequences.dates import DateFormat

if TYPE_CHECKING:
    import pandas as pd

WEEK = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
RUN = 8
"""Consecutive rows that suggest a step: more than a working week, less than a year of months."""


@dataclass(frozen=True, eq=False)
class Calendar:
    """Step, gaps, time zone and format of a series' dates.

    Args:
        step: pandas' alias (``B``, ``ME``, ``20min``); the days of a week such as ``Sun Mon Tue Wed Thu``; or
            ``3 months`` for dates such as each month's 15th; None: they go by no step.
        holes: dates that the step passes and the series lacks.
        first_hole: the first of them, as the file would write it.
        strays: dates of the series beside its step, such as the one Saturday of business days.
        first_stray: likewise.
        zone: a tzinfo; None: the dates have none.
        format: how the file writes them.
        months: the step in months, where it is no alias of pandas.
        day: the day of the month that such a step aims at.
    """

    step: str | None
    holes: int = 0
    first_hole: str = ""
    strays: int = 0
    first_stray: str = ""
    zone: Any = None
    format: DateFormat = field(default_factory=lambda: DateFormat(None))
    months: int = 0
    day: int = 0

    def following(self, last: np.datetime64, count: int) -> NDArray[Any] | None:
        """Return the ``count`` dates after the last one, as datetime64 in UTC (or without a zone); None: no step.

        Of a local time that summer time skips it takes the first there is after it, and of one that comes twice the
        first, as pandas' ``shift_forward`` and ``ambiguous=True`` do.

        Raises:
            OverflowError: the dates leave what can be represented.
        """
        import pandas as pd

        if self.step is None:
            return None
        start = self._local(np.array([last]))[0]
        try:
            if self.months:
                ahead = pd.DatetimeIndex([_aimed(start, self.months * (i + 1), self.day) for i in range(count)])
            else:
                ahead = _range(start, self.step, periods=count + 1)  # without the start where that is a stray
                ahead = ahead[ahead > start][:count]
        except (ValueError, pd.errors.OutOfBoundsDatetime) as error:
            raise OverflowError(str(error)) from None
        if len(ahead) and ahead[-1].year > 9999:
            raise OverflowError("the year 9999 is the last that is written")
        plain = ahead if ahead.tz is None else ahead.tz_convert("UTC").tz_localize(None)
        return plain.to_numpy().astype("datetime64[us]")

    def write(self, dates: NDArray[Any]) -> list[str]:
        """Write dates as the file does, in its zone."""
        return self.format.write(self._local(dates))

    def _local(self, dates: NDArray[Any]) -> "pd.DatetimeIndex":
        import pandas as pd

        index = pd.DatetimeIndex(dates)
        return index if self.zone is None else index.tz_localize("UTC").tz_convert(self.zone)

    @property
    def recipe(self) -> dict[str, Any]:
        """The step and form that another series of the kind has in common with it: JSON-able, for `recognise`."""
        return {"step": self.step, "months": self.months, "day": self.day, "format": self.format.pattern}

    @property
    def note(self) -> str:
        """A sentence for the reader: the step, or that there is none; its exceptions; that it is UTC's."""
        if self.step is None:
            said = "the dates go by no regular step: what follows the series is numbered"
        else:
            said = f"the dates go by {self.step}"
            said += _counted(self.holes, "lacking", self.first_hole)
            said += _counted(self.strays, "beside that", self.first_stray)
        if self.format.mixed:
            said += "; their offsets from UTC differ, so they are in UTC: data.tz=Europe/Berlin, say, keeps local days"
        return said


def recognise(
    dates: "pd.DatetimeIndex",
    format: DateFormat | None = None,  # noqa: A002 - the field's name
    usual: Mapping[str, Any] | None = None,
) -> Calendar:
    """Recognise the calendar of increasing dates: the step with the fewest exceptions, holes and strays.

    Of 20 dates one may be a stray, such as a single Saturday of business days; and one of fewer that are a stretch.

    Args:
        dates: of the series.
        format: how the file writes them.
        usual: the `Calendar.recipe` of a series of the kind; its step is taken if it has no exception, and a stray is
            one however short the series.

    Example:
        >>> import pandas as pd
        >>> recognise(pd.DatetimeIndex(["2024-01-31", "2024-02-29", "2024-03-31"])).step
        'ME'
        >>> week = pd.date_range("2024-01-01", "2024-01-05")
        >>> recognise(week).step, recognise(week, usual={"step": "B"}).step
        ('D', 'B')
    """
    writer = format or DateFormat(None)
    known = _usual(dates, usual or {})
    if known is not None and known.dates.equals(dates):
        return known.calendar(dates, writer)
    if len(dates) == 1:
        return Calendar(_finest(writer), zone=dates.tz, format=writer)
    found = [_dense(dates, step) for step in _inferences(dates)]
    if len(found) == 1 and found[0] is not None and found[0].dates.equals(dates):
        return found[0].calendar(dates, writer)
    found += [_monthly(dates), _weekly(dates)]
    found += [_dense(dates, step) for step in (_commonest(dates), "SME", "SMS")]
    rare = max(len(dates) // 20, int(len(dates) > RUN))
    fitting = [one for one in found if one is not None and one.exceptions(dates)[1] <= rare]
    if known is not None and known.exceptions(dates)[1] <= max(1, rare):
        fitting.insert(0, known)
    best = min(fitting, key=lambda one: sum(one.exceptions(dates)), default=None)
    if best is None or len(best.dates) > 3 * len(dates):  # more holes than rows: no calendar to speak of
        return Calendar(None, zone=dates.tz, format=writer)
    return best.calendar(dates, writer)


def calendar_of(dates: NDArray[Any]) -> Calendar:
    """Recognise the calendar of datetime64."""
    import pandas as pd

    return recognise(pd.DatetimeIndex(dates))


def _range(start: Any, step: str, end: Any = None, periods: int | None = None) -> "pd.DatetimeIndex":
    """Return `pandas.date_range`; days and longer steps keep the time of day on the clock of the zone."""
    import pandas as pd

    week = step[:3] in WEEK
    offset = pd.offsets.CustomBusinessDay(weekmask=step) if week else pd.tseries.frequencies.to_offset(step)
    clock = isinstance(offset, pd.offsets.Tick) and not isinstance(offset, pd.offsets.Day)
    ends: dict[str, Any] = {"start": start, "end": end, "periods": periods, "freq": offset}
    if start.tz is None or clock:
        return pd.date_range(**ends)
    ends |= {"start": start.tz_localize(None), "end": None if end is None else end.tz_localize(None)}
    local = pd.date_range(**ends)
    return local.tz_localize(start.tz, nonexistent="shift_forward", ambiguous=np.ones(len(local), bool))


class _Dense(NamedTuple):
    """The dates from a series' first to its last by some step, without a hole."""

    step: str
    dates: "pd.DatetimeIndex"
    months: int = 0
    day: int = 0

    def exceptions(self, dates: "pd.DatetimeIndex") -> tuple[int, int]:
        """Count the holes and the strays of a series."""
        common = int(np.count_nonzero(_within(dates, self.dates)))
        return len(self.dates) - common, len(dates) - common

    def calendar(self, dates: "pd.DatetimeIndex", writer: DateFormat) -> Calendar:
        """Return the step as a series' calendar, which counts its exceptions."""
        lacking, beside = self.dates[~_within(self.dates, dates)], dates[~_within(dates, self.dates)]
        first_hole, first_stray = ("".join(writer.write(some[:1])) for some in (lacking, beside))
        return Calendar(
            self.step, len(lacking), first_hole, len(beside), first_stray, dates.tz, writer, self.months, self.day
        )  # fmt: skip


def _within(some: "pd.DatetimeIndex", others: "pd.DatetimeIndex") -> NDArray[np.bool_]:
    """Tell which dates are among increasing others; a sorted array needs no hash."""
    if not len(others):
        return np.zeros(len(some), bool)
    return np.asarray(others[np.minimum(others.searchsorted(some), len(others) - 1)] == some)


def _counted(number: int, what: str, first: str) -> str:
    """Say how many exceptions there are, if there are any."""
    return f"; {number} date{'s are' if number > 1 else ' is'} {what}, first {first}" if number else ""


def _dense(dates: "pd.DatetimeIndex", step: str | None) -> _Dense | None:
    if step is None:
        return None
    try:
        return _Dense(step, _range(dates[0], step, end=dates[-1]))
    except (ValueError, OverflowError):
        return None


def _usual(dates: "pd.DatetimeIndex", usual: Mapping[str, Any]) -> _Dense | None:
    """Return the dates by the step of a series of the kind."""
    if months := usual.get("months"):
        return _by_months(dates, months, usual["day"], usual["step"])
    return _dense(dates, usual.get("step"))


def _finest(writer: DateFormat) -> str:
    """Return the step of a single date: a day, or what the format can tell apart."""
    pattern = writer.pattern or "%d"
    return "D" if re.search("%[dj]", pattern) else "MS" if re.search("%[mbB]", pattern) else "YS"


def _inferences(dates: "pd.DatetimeIndex") -> list[str]:
    """Return the steps that pandas infers for the whole series, or else for stretches of it."""
    if step := _inferred(dates):
        return [step]
    starts = np.unique(np.linspace(0, max(0, len(dates) - RUN), 40).astype(int))
    steps = [_inferred(dates[start : start + RUN]) for start in starts]
    return [step for step in dict.fromkeys(steps) if step]


def _inferred(dates: "pd.DatetimeIndex") -> str | None:
    """Return what pandas infers, as text: its later versions give an offset."""
    import pandas as pd

    if len(dates) < 3:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found: Any = pd.infer_freq(dates)
    return None if found is None else str(getattr(found, "freqstr", found))


def _commonest(dates: "pd.DatetimeIndex") -> str | None:
    """Return the commonest difference of two dates as a step; None where it is too small for the whole span."""
    import pandas as pd

    differences, counts = np.unique(np.diff(dates.as_unit("us").asi8), return_counts=True)
    common = pd.Timedelta(int(differences[np.argmax(counts)]), unit="us")
    if (dates[-1] - dates[0]) / common > 3 * len(dates):
        return None
    days, rest = divmod(common, pd.Timedelta(1, unit="D"))
    if not rest:  # of the calendar, whatever a day's length in summer time
        return "D" if days == 1 else f"{days}D"
    return str(pd.tseries.frequencies.to_offset(common).freqstr)


def _weekly(dates: "pd.DatetimeIndex") -> _Dense | None:
    """Return the dates on the days of the week that occur, if there are some weeks of them and few are lacking."""
    counts = np.bincount(dates.day_of_week, minlength=7)
    days = np.flatnonzero(counts)
    if not 1 < len(days) < 7 or counts[days].min() < 2:
        return None
    dense = _dense(dates, " ".join(WEEK[day] for day in days))
    few = dense is not None and len(dates) <= len(dense.dates) <= len(dates) * 1.1  # else days are closed by chance
    return dense if few else None


def _monthly(dates: "pd.DatetimeIndex") -> _Dense | None:
    """Return the dates that go by months to one day of the month, or to its last where it is shorter."""
    strides = np.diff(np.asarray(dates.year * 12 + dates.month))
    if not (strides > 0).all():
        return None
    months = int(np.gcd.reduce(strides))
    return _by_months(dates, months, int(dates.day.max()), {1: "month", 12: "year"}.get(months, f"{months} months"))


def _by_months(dates: "pd.DatetimeIndex", months: int, day: int, name: str) -> _Dense | None:
    """Return the dates that go by so many months to a day; None where far more are lacking than are there."""
    import pandas as pd

    number = (12 * (dates[-1].year - dates[0].year) + dates[-1].month - dates[0].month) // months + 1
    if number > 3 * len(dates):
        return None
    return _Dense(name, pd.DatetimeIndex([_aimed(dates[0], months * i, day) for i in range(number)]), months, day)


def _aimed(start: Any, months: int, day: int) -> Any:
    """Return the date so many months later, on the day aimed at or the month's last."""
    import pandas as pd

    month = (start.replace(day=1) if start.tz is None else start.tz_localize(None).replace(day=1)) + pd.DateOffset(
        months=months
    )
    moved = month.replace(day=min(day, month.days_in_month))
    return moved if start.tz is None else moved.tz_localize(start.tz, nonexistent="shift_forward", ambiguous=True)
