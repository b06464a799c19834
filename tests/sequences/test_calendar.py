"""Calendars: recognised, continued as pandas.date_range does, written as the file writes them, holes said."""

import numpy as np
import pandas as pd
import pytest

from rnn_lab.errors import BadInput
from rnn_lab.sequences import read_csv
from rnn_lab.sequences.calendar import recognise

FREQUENCIES = [
    "ms", "100ms", "s", "10s", "min", "10min", "20min", "h", "6h", "D", "B", "W-SUN", "W-WED", "MS", "ME", "BMS", "BME",
    "QS-JAN", "QE-DEC", "QE-JAN", "YS-JAN", "YE-DEC", "YS-FEB", "YE-JUN", "2D", "2W-MON", "SME",
]  # fmt: skip
STARTS = ["2024-02-20", "2023-02-20", "2024-03-28 22:00", "2024-10-25 23:00"]


@pytest.mark.parametrize("zone", [None, "Europe/Berlin"])
@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("frequency", FREQUENCIES)
def test_dates_go_on_as_pandas_own_range(frequency, start, zone):
    """Both sides of a leap day and of both changes of summer time."""
    whole = pd.date_range(start, periods=60, freq=frequency, tz=zone)
    if whole.has_duplicates:
        pytest.skip("no series")
    seen = whole[:24]
    calendar = recognise(seen)
    plain = whole if zone is None else whole.tz_convert("UTC").tz_localize(None)
    following = calendar.following(plain.to_numpy()[23], 36)
    assert following is not None
    np.testing.assert_array_equal(following, plain.to_numpy()[24:])
    assert calendar.holes == 0


@pytest.mark.parametrize(
    ("dates", "following"),
    [
        (["2006-06-30", "2006-07-31", "2006-08-31"], ["2006-09-30", "2006-10-31"]),
        (["2023-11-30", "2023-12-30", "2024-01-30"], ["2024-02-29", "2024-03-30"]),
        (["2023-04-15", "2023-07-15", "2023-10-15"], ["2024-01-15", "2024-04-15"]),
        (["2023-10-01", "2023-11-01"], ["2023-12-01", "2024-01-01"]),
        (["2024-02-28"], ["2024-02-29", "2024-03-01"]),
    ],
)
def test_short_and_uneven_months(dates, following):
    index = pd.DatetimeIndex(dates)
    found = recognise(index).following(index.to_numpy()[-1], 2)
    assert found is not None
    assert [str(day)[:10] for day in found] == following


def read(tmp_path, cells, **reading):
    (tmp_path / "when.csv").write_text("t;x\n" + "".join(f"{cell};{n}\n" for n, cell in enumerate(cells)))
    return read_csv(tmp_path / "when.csv", index="t", delimiter=";", **reading)


@pytest.mark.parametrize(
    ("cells", "following"),
    [
        (["1949-01", "1949-02", "1949-03"], "1949-04"),
        (["19810321", "19810322", "19810323"], "19810324"),
        (["200610", "200611", "200612"], "200701"),
        (["28-12-2017", "29-12-2017", "30-12-2017"], "31-12-2017"),
        (["01.01.2009 00:10:00", "01.01.2009 00:20:00", "01.01.2009 00:30:00"], "01.01.2009 00:40:00"),
        ([f"{day:02}.01.2009" for day in range(1, 20)], "20.01.2009"),
        ([f"0{day}/01/2024 {hour:02}:00" for day in (1, 2, 3) for hour in range(24)], "04/01/2024 00:00"),
        (["12/29/99", "12/30/99", "12/31/99"], "01/01/00"),
        (["1/29/2024", "1/30/2024", "1/31/2024"], "2/1/2024"),
        ([f"1/25/2024 {hour}:30:00 PM" for hour in (12, 1, 2, 3)], "1/25/2024 4:30:00 PM"),
        ([f"01/25/2024 {hour:02}:30 AM" for hour in (9, 10, 11)], "01/25/2024 12:30 PM"),
        ([f"2024-01-25 {hour}:00:00 am" for hour in ("12", "01", "02")], "2024-01-25 03:00:00 am"),
        (["1/29/2024 12:00:00AM", "1/30/2024 12:00:00AM", "1/31/2024 12:00:00AM"], "2/1/2024 12:00:00AM"),
        (["29-Jan-24", "30-Jan-24", "31-Jan-24"], "01-Feb-24"),
        (["2020M11", "2020M12", "2021M01"], "2021M02"),
        (["2020 Nov", "2020 Dec", "2021 Jan"], "2021 Feb"),
        (["2024-01-01 10:00:00.1", "2024-01-01 10:00:00.2", "2024-01-01 10:00:00.3"], "2024-01-01 10:00:00.4"),
        (["2024-01-01T10:00:00+02:00", "2024-01-01T11:00:00+02:00", "2024-01-01T12:00:00+02:00"],
         "2024-01-01T13:00:00+02:00"),
        (["2024-01-01T10:00Z", "2024-01-01T10:01Z", "2024-01-01T10:02Z"], "2024-01-01T10:03Z"),
        (["1949-12"], "1950-01"),
        (["Jan 2009", "Feb 2009", "Mar 2009"], "Apr 2009"),
        ([f"2024-01-01 0{hour}:00:00 UTC" for hour in range(4)], "2024-01-01 04:00:00 UTC"),
        ([f"2024-01-01T0{hour}:00 GMT" for hour in range(4)], "2024-01-01T04:00 GMT"),
        (["2024-01-01 00:00:00 UTC"], "2024-01-02 00:00:00 UTC"),
    ],
)  # fmt: skip
def test_dates_are_written_as_the_file_writes_them(tmp_path, cells, following):
    series = read(tmp_path, cells)
    assert series.calendar.write(series.index) == cells
    assert series.calendar.write(series.calendar.following(series.index[-1], 1)) == [following]


@pytest.mark.parametrize(
    "cells",
    [
        ["2024-01-01", "2024-01-02", "2024-01-03"],
        ["20240101", "20240102", "20240103"],
        ["2024-01-01 10:00", "2024-01-01 10:30"],
        ["2024-01-01T10:00:00.5Z", "2024-01-01T10:00:01.0Z"],
        ["2024-01", "2024-02"],
    ],
)
def test_iso_dates_that_are_asked_for_keep_the_files_own_form(tmp_path, cells):
    series = read(tmp_path, cells, date_format="ISO8601")
    assert series.calendar.write(series.index) == cells


@pytest.mark.parametrize(
    ("cells", "written"),
    [
        (["2024-01-01 10:00:00.1", "2024-01-01 10:00:00.35", "2024-01-01 10:00:00.6"],
         ["2024-01-01 10:00:00.10", "2024-01-01 10:00:00.35", "2024-01-01 10:00:00.60", "2024-01-01 10:00:00.85"]),
        (["2024-01-01 10:00:00", "2024-01-01 10:00:00.250000", "2024-01-01 10:00:00.500000"],
         [f"2024-01-01 10:00:00.{ms}000" for ms in ("000", "250", "500", "750")]),
        (["2024-01-01T10:00:00.5+02:00", "2024-01-01T10:00:01+02:00"],
         ["2024-01-01T10:00:00.5+02:00", "2024-01-01T10:00:01.0+02:00", "2024-01-01T10:00:01.5+02:00"]),
        (["01.02.2024 23:59:59.25", "01.02.2024 23:59:59.5", "01.02.2024 23:59:59.75"],
         ["01.02.2024 23:59:59.25", "01.02.2024 23:59:59.50", "01.02.2024 23:59:59.75", "02.02.2024 00:00:00.00"]),
        (["2024-01-01", "2024-01-01 12:00", "2024-01-02"],
         ["2024-01-01 00:00", "2024-01-01 12:00", "2024-01-02 00:00", "2024-01-02 12:00"]),
    ],
)  # fmt: skip
def test_dates_that_differ_in_length_are_written_alike_and_read_back_the_same(tmp_path, cells, written):
    reading = {"date_format": "%d.%m.%Y %H:%M:%S.%f"} if cells[0][2] == "." else {}
    series = read(tmp_path, cells, **reading)
    calendar = series.calendar
    assert calendar.write(series.index) + calendar.write(calendar.following(series.index[-1], 1)) == written
    assert (read(tmp_path, written[:-1], **reading).index == series.index).all()


@pytest.mark.parametrize("end", ["Z", " UTC", " GMT"])
def test_dates_in_utc_that_a_zone_moves_say_so(tmp_path, end):
    cells = [f"2024-07-0{day} 23:30:00{end}" for day in range(1, 5)]
    series = read(tmp_path, cells, tz="Europe/Berlin")
    written = series.calendar.write(series.index)
    assert written[0] == f"2024-07-02 01:30:00{end[: -len(end.strip())]}+02:00"
    assert (pd.to_datetime(written, utc=True) == pd.to_datetime(cells, utc=True)).all()


@pytest.mark.parametrize("start", ["2024-03-20", "2024-10-15"])
def test_days_across_summer_time_are_utc_s_or_those_of_the_zone(tmp_path, start):
    """As pandas writes them, offsets differ within the file."""
    cells = [str(day) for day in pd.date_range(start, periods=30, tz="Europe/Berlin")]
    note = read(tmp_path, cells[:25]).notes[0]
    assert note.endswith("offsets from UTC differ, so they are in UTC: data.tz=Europe/Berlin, say, keeps local days")
    series = read(tmp_path, cells[:25], tz="Europe/Berlin")
    assert series.notes == ("t: the dates go by D",)
    following = series.calendar.following(series.index[-1], 5)
    assert series.calendar.write(series.index) + series.calendar.write(following) == cells


def test_holes_are_said_with_the_first(tmp_path):
    days = [str(day)[:10] for day in pd.bdate_range("2024-06-03", periods=40) if str(day)[:10] != "2024-07-04"]
    series = read(tmp_path, days)
    assert series.notes == ("t: the dates go by B; 1 date is lacking, first 2024-07-04",)
    months = ["2024-01", "2024-02", "2024-04", "2024-05", "2024-06"]
    assert read(tmp_path, months).notes[0].endswith("1 date is lacking, first 2024-03")


@pytest.mark.parametrize("stray", ["2024-06-22", "2024-07-27"])
def test_one_saturday_leaves_business_days(tmp_path, stray):
    """The second is the last date of all: what follows is the Monday after it."""
    days = pd.bdate_range("2024-06-03", periods=40).union([pd.Timestamp(stray)])
    series = read(tmp_path, [str(day)[:10] for day in days])
    assert series.notes == (f"t: the dates go by B; 1 date is beside that, first {stray}",)
    following = series.calendar.following(series.index[-1], 30)
    np.testing.assert_array_equal(following, pd.bdate_range("2024-07-29", periods=30))


def test_a_stray_is_rare(tmp_path):
    hours = pd.date_range("2024-01-01", periods=60, freq="h")
    halves = [hours[n] + pd.Timedelta(minutes=30) for n in (7, 20, 33)]
    assert (
        recognise(hours.union(halves)).note == "the dates go by h; 3 dates are beside that, first 2024-01-01T07:30:00"
    )
    assert recognise(hours.union([hours[n] + pd.Timedelta(minutes=30) for n in range(7, 40, 4)])).step is None
    fridays = pd.date_range("2024-01-05", periods=20, freq="W-FRI").to_series()
    fridays.iloc[12] -= pd.Timedelta(days=1)
    note = recognise(pd.DatetimeIndex(fridays)).note
    assert note.startswith("the dates go by W-FRI; 1 date is lacking, first 2024-03-29; 1 date is beside that, first")
    week = pd.DatetimeIndex(["2024-06-07", "2024-06-08", "2024-06-10"])  # Friday, Saturday, Monday
    assert [recognise(week, usual=usual).step for usual in (None, {"step": "B"})] == ["D", "B"]


@pytest.mark.parametrize("zone", [None, "Europe/Berlin"])
@pytest.mark.parametrize("days", ["Mon Tue Wed Thu Fri Sat", "Mon Tue Wed Thu Sun", "Tue Fri"])
def test_weeks_with_closed_days(days, zone):
    dates = pd.date_range("2024-03-04 10:00", periods=60, freq=pd.offsets.CustomBusinessDay(weekmask=days)).tz_localize(
        zone
    )
    plain = dates if zone is None else dates.tz_convert("UTC").tz_localize(None)
    for seen in (12, 40):
        calendar = recognise(dates[:seen])
        assert (calendar.step, calendar.holes) == (days, 0)
        assert (calendar.following(plain.to_numpy()[seen - 1], 20) == plain.to_numpy()[seen : seen + 20]).all()
    calendar = recognise(dates[:40].delete(7))
    assert (calendar.step, calendar.holes) == (days, 1)
    assert recognise(dates[20:22], usual=calendar.recipe).step == days


def test_days_that_lack_by_chance_are_no_closed_days():
    dates = pd.date_range("2024-03-04", periods=30).delete([1, 4, 8, 11, 15, 17, 22, 24, 29])
    assert recognise(dates).step == "D"


def test_irregular_dates_are_numbered_and_the_note_says_so(tmp_path):
    series = read(tmp_path, ["2024-01-01", "2024-01-02", "2024-03-17", "2024-08-02", "2024-08-03", "2027-01-01"])
    assert series.calendar.following(series.index[-1], 1) is None
    assert "no regular step" in series.notes[0]


def test_a_zone_is_given_and_a_night_in_october_is_read(tmp_path):
    cells = [f"2024-10-27 {hour:02}:00" for hour in (0, 1, 2, 2, 3, 4)]
    series = read(tmp_path, cells, tz="Europe/Berlin")
    assert series.calendar.step == "h"
    assert series.calendar.write(series.index) == cells


@pytest.mark.parametrize(
    ("zone", "start", "frequency"),
    [
        ("Europe/Berlin", "2024-03-10 02:30", "D"),
        ("Europe/Berlin", "2024-10-06 02:30", "D"),
        ("Europe/Berlin", "2024-03-11 02:30", "B"),
        ("America/Sao_Paulo", "2018-10-16", "D"),
        ("America/Sao_Paulo", "2018-02-01", "D"),
        ("Europe/Berlin", "2023-01-31 02:30", "ME"),
        ("Europe/Berlin", "2022-03-27 02:45", "27th"),
    ],
)
def test_times_that_summer_time_skips_or_doubles_are_those_of_pandas(zone, start, frequency):
    if frequency == "27th":
        plain = pd.DatetimeIndex([pd.Timestamp(start) + pd.DateOffset(months=n) for n in range(-12, 40)])
    else:
        plain = pd.date_range(start, periods=52, freq=frequency)
    whole = plain.tz_localize(zone, nonexistent="shift_forward", ambiguous=np.ones(52, bool))
    changes = 0
    for seen in range(10, 40):
        if plain[seen - 1] != whole[seen - 1].tz_localize(None):
            changes += 1
            continue  # the time of day is not to be known from such a last row
        calendar = recognise(whole[:seen])
        ahead = calendar.following(whole.tz_convert("UTC").tz_localize(None).to_numpy()[seen - 1], 12)
        assert calendar.holes == 0
        assert (ahead == whole.tz_convert("UTC").tz_localize(None).to_numpy()[seen : seen + 12]).all()
    assert changes < 2


@pytest.mark.parametrize(
    ("zone", "form", "start"),
    [
        ("America/Sao_Paulo", "%Y-%m-%d", "2018-11-01"),  # its midnight is skipped on the 4th
        ("America/Havana", "%Y-%m-%d", "2023-11-01"),  # and comes twice on the 5th
        ("Europe/Berlin", "%Y-%m-%d %H:%M", "2024-03-25 02:30"),
        ("Europe/Berlin", "%d.%m.%Y %H:%M", "2024-10-20 02:30"),
    ],
)
def test_a_time_of_day_that_one_day_lacks_or_has_twice_is_read_as_it_is_forecast(tmp_path, zone, form, start):
    clock = pd.date_range(start, periods=24)
    series = read(tmp_path, [when.strftime(form) for when in clock[:12]], tz=zone)
    moments = clock.tz_localize(zone, nonexistent="shift_forward", ambiguous=np.ones(24, bool))
    plain = moments.tz_convert("UTC").tz_localize(None).to_numpy()
    np.testing.assert_array_equal(series.index, plain[:12])
    assert series.notes == ("t: the dates go by D",)
    np.testing.assert_array_equal(series.calendar.following(series.index[-1], 12), plain[12:])
    # What a forecast's file has for such days is read as the same moments.
    written = series.calendar.write(plain)
    np.testing.assert_array_equal(read(tmp_path, written, tz=zone).index, plain)


@pytest.mark.parametrize("zone", ["", "../etc", "/etc", "Europe", "nowhere"])
def test_what_is_no_zone_is_said(tmp_path, zone):
    for cell in ("2024-01-01", "2024-01-01T00:00Z"):
        with pytest.raises(BadInput, match=f"data.tz='{zone}' is no time zone, such as Europe/Berlin"):
            read(tmp_path, [cell], tz=zone)


@pytest.mark.parametrize(
    ("cells", "reading", "sentence"),
    [
        (["01.02.2009", "02.03.2009", "03.04.2009"], {}, "may be .* or .*: say data.date_format"),
        ([f"{n:02}/01/2024" for n in range(1, 13)], {}, "may be %m/%d/%Y or %d/%m/%Y: say data.date_format"),
        ([f"{n:02}.02.2024" for n in range(1, 4)], {}, "may be .* or .*: say data.date_format"),
        (["2024-01-01"] * 2, {}, "does not increase at row 3"),
        (["2024-01-01"], {"tz": "Europe/Atlantis"}, "'Europe/Atlantis' is no time zone"),
        (
            [f"2024-03-31 0{hour}:30" for hour in range(5)],
            {"tz": "Europe/Berlin"},
            r"row 4, column 't' holds '2024-03-31 02:30', which the change to summer time skips in data.tz="
            r"Europe/Berlin: a clock without summer time goes by data.tz=UTC\+01:00, or by none$",
        ),
        (
            [f"2024-10-27 0{hour}:30" for hour in range(5)],
            {"tz": "Europe/Berlin"},
            r"row 4, column 't' holds '2024-10-27 02:30', which comes twice in data.tz=Europe/Berlin, and",
        ),
        (["31.01.2024"], {"date_format": "%Y"}, r"row 2, column 't' holds '31.01.2024', .* dates such as %Y"),
        (["31.01.2024"], {"date_format": "%Q"}, "data.date_format='%Q' is no format"),
        (["200612", "200601"], {}, "does not increase"),
        (
            ["24-01-20", "24-02-01"],
            {},
            r"does not increase at row 3 .* \(its dates are read as %d-%m-%y: data.date_format",
        ),
        (["31.01.2024"], {"date_format": "mixed"}, "date_format=mixed would guess day and month cell by cell"),
        (
            ["31.01.2024"],
            {"date_format": "ISO8601"},
            "holds '31.01.2024', but data.index=t must be dates such as ISO8601",
        ),
        (["31.01.2024", "31.02.2024"], {}, r"row 3, column 't' holds '31.02.2024'"),
    ],
)
def test_what_is_no_calendar_is_one_sentence(tmp_path, cells, reading, sentence):
    with pytest.raises(BadInput, match=sentence):
        read(tmp_path, cells, **reading)
