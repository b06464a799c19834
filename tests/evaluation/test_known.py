"""Inputs that are known in advance: a forecast reads them where the file gives them, and says what it lacks."""

from pathlib import Path

import numpy as np
import pytest

from rnn_lab.errors import BadInput
from rnn_lab.evaluation import Forecaster
from rnn_lab.evaluation.forecast import forecast_series, read_series
from rnn_lab.network import Elman, Network
from rnn_lab.sequences import Table

ROWS, T, GIVEN = 40, 5, 6


def write(path: Path, rows: int, given: int = 0) -> np.ndarray:
    """A table of days with open and close, and rows to come that have an open alone."""
    values = np.random.default_rng(1).normal(size=(rows + given, 2)).round(5)
    days = np.datetime64("2024-02-01") + np.arange(rows + given)
    lines = [f"{day},{a},{b if n < rows else ''}" for n, (day, (a, b)) in enumerate(zip(days, values, strict=True))]
    path.write_text("\n".join(["day,open,close", *lines]) + "\n")
    return values


def table(folder: Path, **options) -> Table:
    write(folder / "train.csv", ROWS)
    where = {"path": str(folder / "train.csv"), "index": "day", "target": "close"}
    return Table(name="prices", window=T, train=0.6, validation=0.4, scaling="standard", **where, **options)


@pytest.mark.parametrize(("columns", "horizon"), [(["open", "close"], 1), (["close", "open"], 2), (["open"], 1)])
def test_a_free_run_reads_what_is_given_and_feeds_back_the_rest(tmp_path, columns, horizon):
    data = table(tmp_path, columns=columns, horizon=horizon, known="open").dataset()
    assert data.fingerprint != table(tmp_path, columns=columns, horizon=horizon).dataset().fingerprint
    network = Network(Elman(hidden_dim=3), inputs=len(columns), outputs=1, window=T)
    Forecaster.of(network, network.initial([0, 1]), data).save(tmp_path)
    forecaster = Forecaster.load(tmp_path)

    values = write(tmp_path / "new.csv", ROWS, GIVEN)
    series = read_series(forecaster, tmp_path / "new.csv")
    assert series.ahead == GIVEN
    steps = forecaster.most_steps(ROWS, 50, series.ahead)
    assert steps == GIVEN + horizon
    forecast = forecast_series(forecaster, series, steps)
    assert forecast.written[ROWS - 1 :: GIVEN] == ["2024-03-11", "2024-03-17"]
    for replica in range(2):  # a plain loop: append what is forecast beside what is given, and forecast again
        seen = values[:, [["open", "close"].index(name) for name in columns]].copy()
        expected = []
        for s in range(steps):
            expected.append(forecaster.one_step(seen[: ROWS + s - horizon + 1])[replica, -1, 0])
            if s < GIVEN and "close" in columns:
                seen[ROWS + s, columns.index("close")] = expected[-1]
        np.testing.assert_allclose(forecast.free_run[replica, ROWS : ROWS + steps, 0], expected, atol=1e-12)

    with pytest.raises(BadInput, match=f"and {GIVEN} are given: append rows .* steps={GIVEN + horizon} at most"):
        forecast_series(forecaster, series, steps + 1)
    lines = (tmp_path / "new.csv").read_text().splitlines()
    (tmp_path / "new.csv").write_text("\n".join([*lines[:-1], "2024-03-17,,"]))
    with pytest.raises(BadInput, match="row 47, column 'open' is no number, but 'open' is known in advance"):
        read_series(forecaster, tmp_path / "new.csv")


@pytest.mark.parametrize(("mark", "cell"), [("?", "?"), (-9999, "-9999.0"), (["n. a.", -9999], "n. a.")])
def test_rows_to_come_may_lack_their_cells_by_a_mark(tmp_path, mark, cell):
    data = table(tmp_path, columns=["open", "close"], known="open").dataset()
    network = Network(Elman(hidden_dim=3), inputs=2, outputs=1, window=T)
    forecaster, path = Forecaster.of(network, network.initial([0]), data), tmp_path / "new.csv"
    write(path, ROWS, GIVEN)
    expected = forecast_series(forecaster, read_series(forecaster, path), GIVEN)
    lines = [f"{line}{cell}" if line.endswith(",") else line for line in path.read_text().splitlines()]
    path.write_text("\n".join(lines) + "\n")
    series = read_series(forecaster, path, reading={"na_values": mark})
    assert series.ahead == GIVEN
    found = forecast_series(forecaster, series, GIVEN)
    np.testing.assert_array_equal(found.free_run, expected.free_run)
    np.testing.assert_array_equal(found.observed, expected.observed)
    path.write_text("\n".join([*lines[:-1], f"2024-03-17,{cell},{cell}"]))
    with pytest.raises(BadInput, match="row 47, column 'open' is no number, but 'open' is known in advance"):
        read_series(forecaster, path, reading={"na_values": mark})


@pytest.mark.parametrize(
    ("known", "said"),
    [("close", "data.known names 'close', which data.target asks"), ("low", "data.known names 'low', which is no")],
)
def test_only_an_input_that_is_no_target_is_known(tmp_path, known, said):
    with pytest.raises(BadInput, match=said):
        table(tmp_path, known=known).dataset()
