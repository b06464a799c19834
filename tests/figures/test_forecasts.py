import numpy as np
import pytest

from rnn_lab.figures import forecast
from rnn_lab.figures.forecasts import SHOWN

L = 300


def example(replicas=1, targets=1, steps=20, horizon=1):
    rng = np.random.default_rng(0)
    observed = np.full((L + steps, targets), np.nan)
    observed[:L] = rng.normal(size=(L, targets))
    one_step, free_run = np.full((2, replicas, L + steps, targets), np.nan)
    one_step[:, 50 : L + horizon] = rng.normal(size=(replicas, L + horizon - 50, targets))
    free_run[:, L:] = rng.normal(size=(replicas, steps, targets))
    return observed, one_step, free_run


def draw(arrays, **options):
    targets = tuple(f"y{o}" for o in range(arrays[0].shape[1]))
    figure = forecast(*arrays, targets=targets, rows=L, **options)
    figure.draw_without_rendering()
    return figure


@pytest.mark.parametrize(("replicas", "targets"), [(1, 1), (5, 1), (3, 2)])
def test_lines_are_the_means_and_bands_the_ranges(replicas, targets):
    arrays = example(replicas, targets)
    figure = draw(arrays)
    assert len(figure.axes) == targets
    for o, axes in enumerate(figure.axes):
        lines = {line.get_label(): line.get_ydata() for line in axes.lines}
        assert lines["observed"] == pytest.approx(arrays[0][L - SHOWN :, o], nan_ok=True)
        for label, values in zip(
            ("1 step ahead, from observed rows", "free-running, from its own forecasts"), arrays[1:], strict=True
        ):
            assert lines[label] == pytest.approx(values[:, L - SHOWN :, o].mean(axis=0), nan_ok=True)
        assert len(axes.collections) == (2 if replicas > 1 else 0)
        assert axes.get_ylabel() == f"y{o}"
    assert figure.get_suptitle().startswith("Forecast of 20 steps")


def test_the_past_reaches_three_times_as_far_as_the_future():
    figure = draw(example(steps=80))
    assert figure.axes[0].lines[0].get_xdata()[0] == L - 240
    assert figure.axes[0].lines[0].get_xdata()[-1] == L + 79


def test_a_single_step_is_a_point():
    figure = draw(example(steps=1))
    free_run = figure.axes[0].lines[2]
    assert free_run.get_marker() == "o"
    assert figure.get_suptitle() == "Forecast of 1 step"


def test_a_free_run_that_blows_up_leaves_through_the_top():
    observed, one_step, free_run = example(replicas=2)
    free_run[1, L:, 0] = np.geomspace(1, 1e300, 20)
    free_run[0, L + 15 :, 0] = np.nan
    low, high = draw((observed, one_step, free_run)).axes[0].get_ylim()
    past = observed[L - SHOWN : L, 0]
    assert low < past.min() < past.max() < high
    assert high - low < 4 * np.ptp(past)


def test_targets_never_observed_leave_the_forecasts():
    observed, one_step, free_run = example()
    figure = draw((np.full_like(observed, np.nan), one_step, free_run), horizon=1)
    low, high = figure.axes[0].get_ylim()
    assert low < np.nanmin(one_step[0, L - SHOWN :]) < np.nanmax(one_step[0, L - SHOWN :]) < high


def test_index_and_horizon_are_named():
    index = np.datetime64("2024-01-01", "us") + np.arange(L + 20) * np.timedelta64(1, "D")
    arrays = example(horizon=3)
    copies = [array.copy() for array in arrays]
    figure = draw(arrays, horizon=3, index=index, index_name="day")
    assert figure.axes[0].get_xlabel() == "day"
    assert "3 steps ahead, from observed rows" in [line.get_label() for line in figure.axes[0].lines]
    assert all(np.array_equal(a, b, equal_nan=True) for a, b in zip(arrays, copies, strict=True))
