import csv
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from rnn_lab.errors import BadInput
from rnn_lab.evaluation.forecast import continued, forecast_series, read_series
from rnn_lab.evaluation.forecaster import Forecaster
from rnn_lab.evaluation.trained_network import MODEL
from rnn_lab.network import Elman, Network
from rnn_lab.sequences import Series, Table
from rnn_lab.sequences.reading import READING
from rnn_lab.sequences.scaling import fit_scaler


def table(folder, name, columns, rows=40, *, header=True, delimiter=","):
    """Write a CSV of random numbers; returns its path and the values by column."""
    rng = np.random.default_rng(len(name))
    values = {
        column: [f"2024-01-{1 + row:02}" if column == "day" else repr(rng.normal()) for row in range(rows)]
        for column in columns
    }
    with (folder / name).open("w", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        if header:
            writer.writerow(columns)
        writer.writerows(zip(*values.values(), strict=True))
    return folder / name, {c: np.array(v, float) for c, v in values.items() if c != "day"}


def trained(path, seeds=(0, 1, 2), **arguments):
    """An untrained network is as good: its forecasts are numbers like any."""
    arguments = {"window": 6, "train": 15, "validation": 5, "scaling": "standard", **arguments}
    data = Table(name="table", path=str(path), **arguments).dataset()
    network = Network(Elman(hidden_dim=3), inputs=len(data.inputs), outputs=len(data.targets), window=data.window)
    return Forecaster.of(network, network.initial(seeds), data)


@pytest.fixture
def weather(tmp_path):
    return table(tmp_path, "weather.csv", ["day", "wind", "rain", "sun"], rows=30)


def test_every_array_lies_where_its_row_is(weather):
    path, values = weather
    forecaster = trained(path, columns=["wind", "rain"], target=["rain", "wind"], index="day", horizon=2)
    forecast = forecast_series(forecaster, read_series(forecaster, path), steps=9)
    inputs = np.column_stack([values["wind"], values["rain"]])
    assert (forecast.rows, forecast.horizon, forecast.index_name) == (30, 2, "day")
    assert forecast.observed.shape == (39, 2)
    assert forecast.observed[:30] == pytest.approx(inputs[:, ::-1])
    assert np.isnan(forecast.observed[30:]).all()
    for row in range(39):
        if 7 <= row < 32:  # its window ends two rows before it, and begins at row 0 at the earliest
            expected = forecaster.predict_each(inputs[None, row - 7 : row - 1])[:, 0]
            assert forecast.one_step[:, row] == pytest.approx(expected)
        else:
            assert np.isnan(forecast.one_step[:, row]).all()
    assert np.isnan(forecast.free_run[:, :30]).all()
    assert forecast.free_run[:, 30:] == pytest.approx(forecaster.free_run(inputs, 9))
    assert str(forecast.index[38].astype("datetime64[D]")) == "2024-02-08"


def test_no_steps_still_reach_as_far_as_the_horizon(weather):
    path, _ = weather
    forecaster = trained(path, columns="wind", horizon=3)
    forecast = forecast_series(forecaster, read_series(forecaster, path), steps=0)
    assert forecast.one_step.shape == (3, 33, 1)
    assert np.isfinite(forecast.one_step[:, 32]).all()
    assert np.isnan(forecast.free_run).all()


class TestReading:
    """A new file under the names that the network knows."""

    def test_as_the_training_file_was_read(self, tmp_path):
        path, values = table(tmp_path, "a.csv", ["day", "wind"], rows=30, header=False, delimiter=";")
        forecaster = trained(path, header=False, index=0, delimiter=";")
        series = read_series(forecaster, path)
        assert (series.inputs, series.targets, series.index_name) == (("1",), ("1",), "0")
        assert series.values[:, 0] == pytest.approx(values["wind"])

    def test_other_names_in_the_network_s_order(self, weather, tmp_path):
        forecaster = trained(weather[0], columns=["wind", "rain"], target=["sun", "rain"], index="day")
        path, values = table(tmp_path, "new.csv", ["a", "b", "c", "d"])
        series = read_series(
            forecaster, path, columns=["c", "a"], target=["d", "a"], reading={"index": None, "delimiter": ","}
        )
        assert series.inputs == ("wind", "rain")
        found = {name: series.values[:, i] for i, name in enumerate(series.columns)}
        for name, column in {"wind": "c", "rain": "a", "sun": "d"}.items():
            assert found[name] == pytest.approx(values[column])

    def test_a_target_is_compared_with_if_it_is_there(self, weather, tmp_path):
        forecaster = trained(weather[0], columns="wind", target="rain")
        with_rain, values = table(tmp_path, "with.csv", ["rain", "wind"])
        without, _ = table(tmp_path, "without.csv", ["wind"])
        forecast = forecast_series(forecaster, read_series(forecaster, with_rain), 1)
        assert forecast.observed[:40, 0] == pytest.approx(values["rain"])
        forecast = forecast_series(forecaster, read_series(forecaster, without), 1)
        assert np.isnan(forecast.observed).all()
        assert np.isfinite(forecast.one_step[:, 6:41]).all()

    def test_a_target_that_is_asked_for_must_be_there(self, weather):
        forecaster = trained(weather[0], columns="wind", target="rain")
        with pytest.raises(BadInput, match=r"data\.target names 'snow'"):
            read_series(forecaster, weather[0], target="snow")

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            (
                {"columns": ["wind", "sun"]},
                r"data\.columns names 2 columns \(wind, sun\), but the network reads 1: wind",
            ),
            (
                {"target": ["wind", "sun"]},
                r"data\.target names 2 columns \(wind, sun\), but the network forecasts 1: r",
            ),
            ({"columns": "gust"}, r"data\.columns names 'gust', which is no column"),
            ({"reading": {"index": "time"}}, r"data\.index names 'time', which is no column"),
        ],
    )
    def test_columns_that_do_not_fit(self, weather, options, message):
        forecaster = trained(weather[0], columns="wind", target="rain")
        with pytest.raises(BadInput, match=message):
            read_series(forecaster, weather[0], **options)

    def test_a_copied_network_reads_the_same(self, weather, tmp_path):
        forecaster = trained(weather[0], columns="wind", index="day")
        forecaster.save(tmp_path)
        assert Forecaster.load(tmp_path).reading == forecaster.reading == {**READING, "index": "day"}


class TestFile:
    """The CSV read back."""

    def read(self, path):
        with path.open(newline="") as file:
            return list(csv.DictReader(file))

    def test_every_number_survives_to_the_last_bit(self, weather, tmp_path):
        forecaster = trained(weather[0], columns=["wind", "rain"], index="day")
        forecast = forecast_series(forecaster, read_series(forecaster, weather[0]), 4)
        forecast.write_csv(tmp_path / "out.csv")
        rows = self.read(tmp_path / "out.csv")
        assert len(rows) == 34
        assert [rows[0]["day"], rows[-1]["day"]] == ["2024-01-01", "2024-02-03"]
        for o, name in enumerate(["wind", "rain"]):
            expected = {
                name: forecast.observed[:, o],
                f"{name}_one_step": forecast.one_step[:, :, o].mean(axis=0),
                f"{name}_one_step_sd": forecast.one_step[:, :, o].std(axis=0, ddof=1),
                f"{name}_free_run": forecast.free_run[:, :, o].mean(axis=0),
                f"{name}_free_run_sd": forecast.free_run[:, :, o].std(axis=0, ddof=1),
            }
            for column, values in expected.items():
                found = np.array([float(row[column] or "nan") for row in rows])
                assert np.array_equal(found, values, equal_nan=True), column
        assert sorted(path.name for path in tmp_path.iterdir()) == ["out.csv", "weather.csv"]

    def test_one_replica_has_no_standard_deviation(self, weather, tmp_path):
        forecaster = trained(weather[0], seeds=(0,), columns="wind")
        forecast_series(forecaster, read_series(forecaster, weather[0]), 1).write_csv(tmp_path / "out.csv")
        rows = self.read(tmp_path / "out.csv")
        assert list(rows[0]) == ["n", "wind", "wind_one_step", "wind_free_run"]
        assert (rows[0]["n"], rows[0]["wind_one_step"], rows[-1]["wind"]) == ("0", "", "")

    def test_a_free_run_that_blew_up_is_written_as_it_is(self, weather, tmp_path):
        forecaster = trained(weather[0], columns="wind")
        forecast = forecast_series(forecaster, read_series(forecaster, weather[0]), 2)
        spoiled = forecast.free_run.copy()
        spoiled[0, -1], spoiled[:, -2] = np.inf, 1e308
        replace(forecast, free_run=spoiled).write_csv(tmp_path / "out.csv")
        assert [row["wind_free_run"] for row in self.read(tmp_path / "out.csv")[-2:]] == ["inf", "inf"]

    def test_a_file_that_cannot_be_written(self, weather, tmp_path):
        forecaster = trained(weather[0], columns="wind")
        forecast = forecast_series(forecaster, read_series(forecaster, weather[0]), 2)
        with pytest.raises(BadInput, match="cannot be written: No such file"):
            forecast.write_csv(tmp_path / "nowhere" / "out.csv")
        (tmp_path / "folder.csv").mkdir()
        with pytest.raises(BadInput, match="cannot be written: Is a directory"):
            forecast.write_csv(tmp_path / "folder.csv")
        assert sorted(path.name for path in tmp_path.iterdir()) == ["folder.csv", "weather.csv"]


def indexed(index):
    values = np.zeros((len(index), 1))
    return Series(values, ("x",), ("x",), ("x",), np.array(index), "when")


@pytest.mark.parametrize(
    ("index", "last"),
    [
        (["2024-01-31", "2024-02-01", "2024-02-02"], "2024-02-05"),  # days, across the end of a month
        (["2023-10-01", "2023-11-01", "2023-12-01"], "2024-03-01"),  # months
        (["2023-04-15", "2023-07-15", "2023-10-15"], "2024-07-15"),  # quarters
        (["2019-02-01", "2020-02-01", "2021-02-01"], "2024-02-01"),  # years, one of them a leap year
        (["2024-01-01T06:00", "2024-01-01T07:30", "2024-01-01T09:00"], "2024-01-01T13:30"),
        (["2024-02-28", "2024-02-29", "2024-03-01", "2024-03-04", "2024-03-05", "2024-03-06"], "2024-03-11"),
        (["2024-02-28"], "2024-03-02"),  # a single date goes on by days
    ],
)
def test_dates_go_on_as_they_went(index, last):
    dates = np.array(index, "datetime64[us]")
    extended, _ = continued(indexed(dates), len(dates) + 3)
    assert (extended[: len(dates)] == dates).all()
    assert extended[-1] == np.datetime64(last, "us")


@pytest.mark.parametrize(
    ("index", "ahead"),
    [
        ([1700.0, 1701.0, 1702.0], ["1703", "1704"]),
        ([0.0, 0.5], ["1", "1.5"]),
        ([3.0], ["4", "5"]),
        ([1.0, 2.0, 3.0, 7.0], ["8", "9"]),
    ],
)
def test_numbers_go_on_by_their_median_step(index, ahead):
    extended, written = continued(indexed(index), len(index) + 2)
    assert written[-2:] == ahead
    assert extended[-2:].tolist() == [float(cell) for cell in ahead]


def test_dates_that_go_by_no_step_are_numbered():
    dates = np.array(["2024-01-01", "2024-01-02", "2024-03-17", "2024-08-02", "2027-01-01"], "datetime64[us]")
    index, written = continued(indexed(dates), 7)
    assert index.tolist() == list(range(7))
    assert written[-3:] == ["2027-01-01", "+1", "+2"]


def test_without_an_index_rows_are_counted():
    series = Series(np.zeros((3, 1)), ("x",), ("x",), ("x",))
    assert continued(series, 5)[0].tolist() == [0, 1, 2, 3, 4]


def test_steps_beyond_the_calendar_are_one_sentence():
    dates = np.array(["2024-01-31", "2024-02-29", "2024-03-31"], "datetime64[us]")
    with pytest.raises(BadInput, match="4000000 steps after 2024-03-31 leave the calendar: ask for fewer steps"):
        continued(indexed(dates), 4000003)


@pytest.mark.parametrize(
    ("pattern", "frequency", "later", "rows"),
    [
        ("%Y-%m-%d", "B", 0, 5),
        ("%d/%m/%Y", "MS", 0, 10),
        ("%d/%m/%Y", "D", 0, 10),
        ("%Y-%m", "MS", 0, 1),
        ("%Y-%m-%d", "MS", 14, 1),
        ("%y%m%d", "D", 0, 7),
        ("%Y.%m", "MS", 0, 4),
    ],
)
def test_a_short_file_goes_on_by_the_calendar_that_the_network_was_trained_on(
    tmp_path, pattern, frequency, later, rows
):
    dates = pd.date_range("2024-01-01", periods=60, freq=frequency) + pd.Timedelta(later, "D")
    cells = list(dates.strftime(pattern))
    for name, count in (("long.csv", 60), ("short.csv", rows)):
        lines = [f"{cell},{n % 7}" for n, cell in enumerate(cells[:count])]
        (tmp_path / name).write_text("\n".join(["day,x", *lines]) + "\n")
    trained(tmp_path / "long.csv", index="day").save(tmp_path)
    series = read_series(Forecaster.load(tmp_path), tmp_path / "short.csv")
    assert continued(series, rows + 8)[1] == cells[: rows + 8]


def test_a_folder_without_a_calendar_still_reads(tmp_path):
    path, _ = table(tmp_path, "days.csv", ["day", "x"], rows=30)
    trained(path, index="day").save(tmp_path)
    recipe = json.loads((tmp_path / MODEL).read_text())
    assert recipe.pop("calendar")["step"] == "D"
    (tmp_path / MODEL).write_text(json.dumps(recipe))
    forecaster = Forecaster.load(tmp_path)
    assert forecaster.calendar is None
    assert read_series(forecaster, path).calendar.step == "D"


def test_a_file_in_another_format_than_the_network_s_own_is_read_as_it_is(tmp_path):
    path, _ = table(tmp_path, "days.csv", ["day", "x"], rows=30)
    lines = [f"{day:02}.03.2024,{day % 7}" for day in range(1, 20)]
    (tmp_path / "other.csv").write_text("\n".join(["day,x", *lines]) + "\n")
    series = read_series(trained(path, index="day"), tmp_path / "other.csv")
    assert continued(series, 20)[1][-1] == "20.03.2024"


def test_a_question_mark_in_the_target_empties_its_cell_alone(weather, tmp_path):
    forecaster = trained(weather[0], columns="wind", target="rain")
    path, values = table(tmp_path, "new.csv", ["rain", "wind"], rows=12)
    lines = path.read_text().splitlines()
    lines[5] = "?," + lines[5].split(",")[1]
    path.write_text("\n".join(lines))
    forecast = forecast_series(forecaster, read_series(forecaster, path), 1)
    expected = values["rain"].copy()
    expected[4] = np.nan
    np.testing.assert_array_equal(forecast.observed[:12, 0], expected)


def test_columns_never_collide(tmp_path):
    path, _ = table(tmp_path, "t.csv", ["n", "a", "a_one_step"], rows=30)
    forecaster = trained(path, seeds=(0,))
    forecast_series(forecaster, read_series(forecaster, path), 2).write_csv(tmp_path / "out.csv")
    with (tmp_path / "out.csv").open() as file:
        header = next(csv.reader(file))
    assert header == [
        "n_", "n", "n_one_step", "n_free_run", "a", "a_one_step_", "a_free_run", "a_one_step",
        "a_one_step_one_step", "a_one_step_free_run",
    ]  # fmt: skip


def test_a_window_and_no_more_is_enough_for_no_steps(tmp_path):
    path, _ = table(tmp_path, "t.csv", ["x"], rows=40)
    forecaster = trained(path, horizon=3)
    short, _ = table(tmp_path, "short.csv", ["x"], rows=6)
    forecast = forecast_series(forecaster, read_series(forecaster, short), 0)
    assert np.isfinite(forecast.one_step[:, 8]).all()
    assert forecaster.most_steps(6, 50) == 0
    assert forecaster.most_steps(8, 50) == 50


def test_a_series_made_in_memory_serves_as_well():
    """No file is needed: a Series under the network's names is enough."""
    t = np.arange(40.0)
    values = np.column_stack([np.sin(t), np.cos(t)])
    network = Network(Elman(hidden_dim=3), inputs=1, outputs=1, window=6)
    scaler = fit_scaler("none", values[:, :1], ("a",))
    forecaster = Forecaster(
        network=network, parameters=network.initial([0]), input_scaler=scaler, target_scaler=scaler, horizon=1,
        inputs=("b",), targets=("b",),
    )  # fmt: skip
    forecast = forecast_series(forecaster, Series(values, ("a", "b"), ("b",), ("b",)), 2)
    assert (forecast.observed[:40, 0] == values[:, 1]).all()


@pytest.mark.parametrize("missing", ["interpolate", "forward_fill"])
def test_a_gap_is_no_observation_and_nothing_is_forecast_that_knows_its_end(tmp_path, missing):
    path, values = table(tmp_path, "t.csv", ["a", "b"], rows=40)
    forecaster = trained(path, columns=["a", "b"], target="b", horizon=2)
    lines = path.read_text().splitlines()
    for row in (20, 21, 22):
        lines[row + 1] = lines[row + 1].partition(",")[0] + ","
    path.write_text("\n".join(lines) + "\n")
    series = read_series(forecaster, path, reading={"missing": missing})
    forecast = forecast_series(forecaster, series, 2)
    expected = values["b"].copy()
    expected[20:23] = np.nan
    np.testing.assert_array_equal(forecast.observed[:40, 0], expected)
    peeking = [] if missing == "forward_fill" else [22, 23, 24]
    assert np.flatnonzero(np.isnan(forecast.one_step[0, 7:42, 0])).tolist() == [row - 7 for row in peeking]
    lines = lines[:23]  # what was known when row 21 had been read: its forecast of row 23 was the same
    path.write_text("\n".join(lines) + "\n")
    if missing == "forward_fill":
        before = forecast_series(forecaster, read_series(forecaster, path, reading={"missing": missing}), 0)
        np.testing.assert_array_equal(before.one_step[:, 23], forecast.one_step[:, 23])
    forecast.write_csv(tmp_path / "out.csv")
    with (tmp_path / "out.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["b"] == "" for row in rows[19:24]] == [False, True, True, True, False]
