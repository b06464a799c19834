"""Where cells were missing, no made-up one is scored, and no forecast that is judged knows a later row."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from rnn_lab.errors import BadInput
from rnn_lab.evaluation import Backtest, Evaluation, FreeRun, Problem, fit_baselines
from rnn_lab.evaluation.baselines import Persistence
from rnn_lab.evaluation.forecaster import Forecaster
from rnn_lab.evaluation.free_run.segment import segment_of
from rnn_lab.evaluation.intervals import errors_ahead, measure, told
from rnn_lab.network import Elman, Network
from rnn_lab.scoring import targets_of
from rnn_lab.sequences import SeriesDataset, Table

ROWS, T, S = 200, 3, 4


def walk(folder: Path, share: float, **options: Any) -> tuple[np.ndarray, np.ndarray, SeriesDataset, Table]:
    """A random walk, which of its cells are there, the data that a table of these makes, and the table."""
    rng = np.random.default_rng(0)
    x, there = np.cumsum(rng.normal(size=ROWS)), rng.random(ROWS) >= share
    there[[0, -1]] = True
    lines = [repr(float(value)) if seen else "NA" for value, seen in zip(x, there, strict=True)]
    (folder / "walk.csv").write_text("\n".join(["x", *lines]) + "\n")
    how = {"window": T, "train": 0.4, "validation": 0.3, "test": 0.3, **options}
    maker = Table(name="walk", path=str(folder / "walk.csv"), **how)
    return x, there, maker.dataset(), maker


def by_hand(x: np.ndarray, there: np.ndarray, split: Any, missing: str, steps: int) -> tuple[list[int], np.ndarray]:
    """Origins, and the errors (K, S) of the last value that was known before each; ``nan`` where none was observed."""
    first, last = split.at[0], split.at[-1]
    origins = [t for t in range(first, last + 1) if there[t] and (missing == "forward_fill" or there[t - 1])]
    errors = np.full((len(origins), steps), np.nan)
    for k, t in enumerate(origins):
        known = max(row for row in range(t) if there[row])
        for s in range(steps):
            if t + s <= last and there[t + s]:
                errors[k, s] = x[t + s] - x[known]
    return origins, errors


def persistent(lag: int) -> Any:
    """A network that forecasts the last row that it reads."""
    return SimpleNamespace(
        lag=lag,
        most_steps=lambda rows, wanted, ahead: wanted,
        free_runs=lambda observed, steps, ahead=None: np.repeat(observed[None, :, -1:], steps, axis=2),
    )


@pytest.mark.parametrize("missing", ["interpolate", "forward_fill"])
def test_persistence_of_a_random_walk_errs_as_by_hand(tmp_path: Path, missing: str) -> None:
    x, there, data, maker = walk(tmp_path, 0.5, missing=missing)
    origins, errors = by_hand(x, there, data.test, missing, S)
    whole = [k for k, t in enumerate(origins) if t + S <= data.test.at[-1] + 1]
    plan = Backtest(origins=len(whole), steps=S).plan(data, maker)
    assert plan is not None
    assert plan.starts.tolist() == [origins[k] for k in whole]
    section = plan.carry_out(
        persistent(T), fit_baselines(Problem(data, targets_of(data), 3), {"p": Persistence()}), None
    )
    expected = np.sqrt(np.nanmean(errors[whole] ** 2, axis=0))
    for name in ("network", "persistence"):
        np.testing.assert_allclose(section["rmse"][name], expected)
        assert section["overall"][name] == pytest.approx(np.sqrt(np.mean(expected**2)))
    with pytest.raises(BadInput, match=f"there is room for {len(whole)} origins"):
        Backtest(origins=len(whole) + 1, steps=S).plan(data, maker)

    found, _ = errors_ahead(persistent(T), data, data.test, S)
    np.testing.assert_allclose(found[..., 0], errors)
    widths, measured = measure(persistent(T), data)
    _, before = by_hand(x, there, data.validation, missing, 1)
    assert measured is not None
    assert measured["errors"] == len(before)
    assert widths["0.5"][0][0] == pytest.approx(
        np.sort(np.abs(before[:, 0]))[int(np.ceil((len(before) + 1) * 0.5)) - 1]
    )


@pytest.mark.parametrize("horizon", [1, 2])
@pytest.mark.parametrize("missing", ["interpolate", "forward_fill"])
def test_baselines_of_a_target_that_is_no_input_know_what_was_observed(
    tmp_path: Path, missing: str, horizon: int
) -> None:
    rng = np.random.default_rng(0)
    y, there = rng.normal(size=ROWS), rng.random(ROWS) > 0.5
    there[[0, -1]] = True
    lines = [f"{n % 7},{y[n].item() if there[n] else 'NA'}" for n in range(ROWS)]
    (tmp_path / "y.csv").write_text("\n".join(["x,y", *lines]) + "\n")
    how = {"window": T, "train": 0.5, "validation": 0.5, "columns": "x", "target": "y", "horizon": horizon}
    data = Table(name="y", path=str(tmp_path / "y.csv"), missing=missing, **how).dataset()
    problem = Problem(data, targets_of(data), 3)
    for split in data.splits.values():
        assert there[split.at].all()
        np.testing.assert_array_equal(problem.true(split)[:, 0], y[split.at])
        known = [max(row for row in range(at - horizon + 1) if there[row]) for at in split.at]
        rmse = fit_baselines(problem, {"p": Persistence()})["persistence"].scores(split)["rmse"]
        assert rmse == pytest.approx(np.sqrt(np.mean((y[split.at] - y[known]) ** 2)))


def test_one_step_of_a_backtest_is_from_the_windows_that_are_records(tmp_path: Path) -> None:
    _, _, data, maker = walk(tmp_path, 0.5, missing="interpolate")
    assert data.test is not None
    assert data.origins(data.test).tolist() == data.test.at.tolist()
    plan = Backtest(origins=len(data.test), steps=1, refit=False).plan(data, maker)
    assert plan is not None
    assert plan.starts.tolist() == data.test.at.tolist()


@pytest.mark.parametrize("missing", ["interpolate", "forward_fill"])
def test_a_free_run_goes_along_observed_rows(tmp_path: Path, missing: str) -> None:
    x, there, data, maker = walk(tmp_path, 0.15, missing=missing)
    plan = FreeRun(starts=3).plan(data, maker)
    assert plan is not None
    assert Evaluation().missing(data) is None
    with pytest.raises(BadInput, match="targets in a row without a missing cell to compare with"):
        FreeRun(steps=50).plan(data, maker)
    runs = plan.starts[:, None] + np.arange(plan.steps)
    assert there[runs].all()
    assert there[plan.starts - 1].all() or missing == "forward_fill"
    np.testing.assert_array_equal(plan.segment.stretches(plan.starts, 0, plan.steps)[..., 0], x[runs])
    assert plan.segment.deviation == pytest.approx(x[there].std())
    assert plan.carry_out(persistent(T), {}).deviation == pytest.approx(x[there].std())


def test_without_two_observed_rows_in_a_row_there_is_no_free_run_and_a_line_says_so(tmp_path: Path) -> None:
    cells = [f"{n * n % 7}" if n % 3 else "" for n in range(90)]
    (tmp_path / "gaps.csv").write_text(
        "\n".join(["x,y", *(f"{cell},{n % 5}" for n, cell in enumerate(cells[1:]))]) + "\n"
    )
    how = {"window": T, "train": 0.6, "validation": 0.4, "missing": "interpolate"}
    maker = Table(name="gaps", path=str(tmp_path / "gaps.csv"), **how)
    data = maker.dataset()
    assert FreeRun().plan(data, maker) is None
    assert Evaluation().missing(data) == (
        "of the validation rows no more than 1 in a row lack no cell, and to feed a forecast back takes 2"
    )
    assert Backtest(origins=3).plan(data, maker) is not None


def test_no_known_error_so_far_ahead_is_no_share(tmp_path: Path) -> None:
    section = {"errors": 9, "coverage": {"0.95": [0.9, 0.5, float("nan")]}}
    assert told(section) == [
        "Intervals at 95 % from 9 validation errors hold 90 % of the test targets 1 step ahead, 50 % 2 steps ahead."
    ]


def test_without_a_missing_cell_everything_is_as_it_was(tmp_path: Path) -> None:
    _, _, data, maker = walk(tmp_path, 0.0, missing="interpolate")
    segment = segment_of(data)
    assert data.filled is None
    assert segment is not None
    assert segment.unbroken is segment
    assert segment.origins.tolist() == data.scored["test"].at.tolist()
    network = Network.for_data(data, Elman(hidden_dim=2))
    forecaster = Forecaster.of(network, network.initial([0]), data)
    assert errors_ahead(forecaster, data, data.test, S)[0].shape == (len(data.scored["test"].at), S, 1)
    assert FreeRun().plan(data, maker) is not None
