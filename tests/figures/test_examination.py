import numpy as np
import pytest

from rnn_lab.figures import examination as figures
from rnn_lab.figures.style import png

rng = np.random.default_rng(0)


def test_places_mark_the_best_and_shade_the_ends():
    every, best = {"lr": rng.random(20), "n": rng.random(20)}, {"lr": np.array([0.9]), "n": np.array([0.1])}
    figure = figures.places(every, best, label="the best", ends={"lr": ("1e-4", "0.1"), "n": ("1", "50")}, near=0.15)
    axes = figure.axes[0]
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["lr", "n"]
    assert [line.get_xdata().tolist() for line in axes.lines[1:4:2]] == [[0.9], [0.1]]
    assert len(axes.patches) == 2
    assert {"1e-4", "50"} <= {text.get_text() for text in axes.texts}


@pytest.mark.parametrize(("values", "scale"), [((1e-3, 1.0), "log"), ((1.0, 1.5), "linear"), ((-1.0, 1e3), "linear")])
def test_values_that_span_decades_have_a_logarithmic_axis(values, scale):
    low, high = np.full(9, values[0]), np.full(9, values[1])
    figure = figures.budget(np.arange(1.0, 10), high, low, high, ylabel="rmse")
    assert figure.axes[0].get_yscale() == scale
    assert figure.axes[0].get_ylabel() == "best rmse"


def test_the_best_curve_is_drawn_last_and_counts_epochs_from_one():
    axes = figures.best_curves({"trial 7": np.arange(1.0, 6), "trial 2": np.arange(2.0, 7)}, ylabel="rmse").axes[0]
    assert [line.get_label() for line in axes.lines] == ["trial 2", "trial 7"]
    assert axes.lines[-1].get_xdata().tolist() == [1, 2, 3, 4, 5]
    short = figures.best_curves({"trial 7": np.array([0.06, 0.5])}, ylabel="rmse")
    png(short)
    axes = short.axes[0]
    assert axes.get_yscale() == "log"
    assert all(float(tick).is_integer() for tick in axes.get_xticks())
    assert {"0.1", "0.2", "0.5"} <= {tick.get_text() for tick in axes.get_yticklabels()}


def test_a_trial_without_fresh_seeds_has_its_reported_value_alone():
    axes = figures.winner({"a": 1.0, "b": 2.0}, {"a": np.array([1.5, 1.6])}, ylabel="rmse").axes[0]
    assert [len(line.get_ydata()) for line in axes.lines[:4]] == [2, 1, 0, 1]


@pytest.mark.parametrize("count", [1, 3, 5])
def test_isolation_has_a_panel_a_parameter(count):
    panel = (rng.random(9), rng.random(9), np.array([0.2, 0.8]), np.array([0.1, 0.2]))
    names = [f"p{k}" for k in range(count)]
    ticks = dict.fromkeys(names, ([0.0, 1.0], ["a", "b"]))
    figure = figures.isolation(dict.fromkeys(names, panel), ticks, ylabel="rmse")
    shown = [axes for axes in figure.axes if axes.get_visible()]
    assert [axes.get_title(loc="left") for axes in shown] == names
    assert png(figure).startswith(b"\x89PNG")


def test_importances_have_their_intervals():
    table = np.array([[0.1, 0.2, 0.4], [0.0, 0.05, 0.1]])
    axes = figures.importances({"all": table, "best": table / 2}, ["lr", "n"]).axes[0]
    assert [line.get_xdata().tolist() for line in axes.lines[:2]] == [[0.2, 0.05], [0.1, 0.025]]
    assert len(axes.collections) == 2
