"""Dates written as numbers go on as dates, or are refused; numbers stay numbers."""

import numpy as np
import pandas as pd
import pytest

from rnn_lab.errors import BadInput
from rnn_lab.sequences import read_csv


def read(tmp_path, cells, **reading):
    (tmp_path / "when.csv").write_text("t;x\n" + "".join(f"{cell};{n}\n" for n, cell in enumerate(cells)))
    return read_csv(tmp_path / "when.csv", index="t", delimiter=";", **reading)


@pytest.mark.parametrize("decimal", [".", ","])
@pytest.mark.parametrize(
    ("pattern", "start", "frequency"),
    [
        ("%Y%m%d.0", "1981-03-28", "D"),
        ("%Y%m.00", "1981-03-01", "MS"),
        ("%Y%j", "2023-12-20", "D"),
        ("%Y%j.0", "2023-12-20", "B"),
        ("%y%m%d", "2024-01-25", "D"),
        ("%Y.%m", "2006-11-01", "MS"),
        ("%Y.%m", "2006-03-01", "QS"),
        ("%m.%Y", "2022-02-01", "MS"),
        ("%d%m%Y", "2024-01-25", "D"),
    ],
)
def test_they_go_on_as_dates(tmp_path, pattern, start, frequency, decimal):
    dates = pd.date_range(start, periods=24, freq=frequency)
    cells = [text.replace(".", decimal) for text in dates.strftime(pattern)]
    series = read(tmp_path, cells[:20], decimal=decimal)
    assert (series.index == dates[:20].to_numpy()).all()
    following = series.calendar.following(series.index[-1], 4)
    assert series.calendar.write(series.index) + series.calendar.write(following) == cells


def test_months_without_a_zero(tmp_path):
    cells = [f"{year}.{month}" for year in (2000, 2001) for month in range(1, 13)]
    series = read(tmp_path, cells)
    assert series.calendar.step == "MS"
    assert series.calendar.write(series.index) == cells


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        (["20063", "20064", "20071"], "a year and its quarter, .*null"),
        (["202351", "202352", "202401", "202402"], "holds '202351', .* data.index=null counts the rows"),
        ([f"2023{week}" for week in range(10, 53)], "a year and its week"),
        (["2000.08", "2000.09", "2000.1", "2000.11"], "'2000.1' and the like may be January or October: .*index=null"),
        (["240101", "240102", "240103"], "may be dates: say data.date_format=%y%m%d, or data.index=null"),
        (["2023001", "2023002", "2023003"], "may be dates: say data.date_format=%Y%j, or data.index=null"),
        (["2006.01", "2006.02"], "may be dates: say data.date_format=%Y.%m, or data.index=null"),
        (["10.2022", "11.2022", "12.2022"], "may be dates: say data.date_format=%m.%Y, or data.index=null"),
        (["01012024", "02022024", "03032024"], "may be %d%m%Y or %m%d%Y: say data.date_format"),
    ],
)
def test_what_may_be_either_is_refused(tmp_path, cells, sentence):
    with pytest.raises(BadInput, match=sentence):
        read(tmp_path, cells)


@pytest.mark.parametrize(
    "numbers",
    [
        np.arange(40),
        np.arange(1700, 2009),
        np.arange(1700, 2009) + 0.5,
        np.arange(20) / 2,
        1749 + np.arange(1, 60, 2) / 24,
        2000 + np.arange(40) / 100,
        1700 + np.arange(40) / 4,
        1990.12 + np.arange(9),
        0.1 * np.arange(100, 140),
        60.0 * np.arange(3000, 3040),
        1_700_000_000 + 3600 * np.arange(40),
        45_000 + np.arange(40),
        16_001 + 10 * np.arange(40),
        200_090 + np.arange(30),
        2_000_000 + np.arange(40),
        np.sort(np.random.default_rng(0).uniform(1, 13, 30)).round(4),
        [200_101.0],
    ],
    ids=lambda numbers: str(numbers[0]),
)
def test_numbers_stay_numbers(tmp_path, numbers):
    series = read(tmp_path, [repr(float(x)).removesuffix(".0") for x in numbers])
    if len(numbers) > 1:
        assert series.calendar is None
        np.testing.assert_array_equal(series.index, numbers)
