"""Figures of one study: every trial is where it should be, and as what it should be."""

import numpy as np
import pytest

from rnn_lab.figures.study import TrialPoint, curves, front, history, importances, parameters

TRIALS = [
    TrialPoint(
        number=0, state="complete", values=(0.5,), params={"rate": 1e-4, "cell": "gru"}, reports=([1, 2], [2, 1])
    ),
    TrialPoint(number=1, state="pruned", params={"rate": 1e-2, "cell": "gru"}, reports=([1], [3.0])),
    TrialPoint(number=2, state="complete", values=(0.002,), params={"rate": 1e-1, "cell": "lstm"}),
    TrialPoint(number=3, state="failed", params={"rate": 1e-3, "cell": "lstm"}),
    TrialPoint(number=4, state="complete", values=(0.1,), params={"rate": 1e-2, "cell": "lstm"}),
]


@pytest.mark.parametrize(("minimize", "best"), [(True, [0.5, 0.002, 0.002, 0.002]), (False, [0.5] * 4)])
def test_a_history_shows_the_best_so_far_and_those_that_have_no_value(minimize, best):
    (axes,) = history(TRIALS, objective="val/rmse", minimize=minimize).axes
    lines = {line.get_label(): line for line in axes.lines}
    np.testing.assert_allclose(lines["best so far"].get_ydata(), best)
    np.testing.assert_allclose(lines["complete (3)"].get_xdata(), [0, 2, 4])
    assert list(lines["pruned (1)"].get_xdata()) == [1]
    assert list(lines["failed (1)"].get_xdata()) == [3]
    assert axes.get_ylabel() == "val/rmse"
    assert axes.get_yscale() == "log"


def test_each_parameter_has_a_panel_and_the_best_trial_a_ring():
    figure = parameters(TRIALS, ["rate", "cell"], objective="val/rmse", colour="rate", best=2)
    rate, cell = figure.axes[:2]
    assert (rate.get_xlabel(), cell.get_xlabel(), rate.get_xscale()) == ("rate", "cell", "log")
    np.testing.assert_allclose(rate.collections[0].get_offsets(), [[1e-4, 0.5], [1e-1, 0.002], [1e-2, 0.1]])
    np.testing.assert_allclose(cell.collections[0].get_offsets(), [[0, 0.5], [1, 0.002], [1, 0.1]])
    np.testing.assert_allclose(cell.collections[0].get_array(), [1e-4, 1e-1, 1e-2])
    assert [label.get_text() for label in cell.get_xticklabels()] == ["gru", "lstm"]
    (ring,) = [line for line in cell.lines if line.get_label().startswith("best")]
    assert (list(ring.get_xdata()), list(ring.get_ydata())) == ([1], [0.002])


def test_curves_have_the_best_on_top_and_pruned_ones_end():
    (axes,) = curves(TRIALS, objective="val/rmse", best=0).axes
    best = max(axes.lines, key=lambda line: line.get_zorder())
    assert best.get_label() == "best: trial 0"
    assert list(best.get_ydata()) == [2, 1]
    assert [list(line.get_xdata()) for line in axes.lines if line.get_label() == "pruned"] == [[1]]


def test_a_front_is_a_line_through_its_trials():
    trials = [TrialPoint(number=i, state="complete", values=each) for i, each in enumerate([(3, 1), (1, 3), (4, 4)])]
    (axes,) = front(trials, [0, 1], objectives=["val/rmse", "seconds"]).axes
    lines = {line.get_label(): line for line in axes.lines}
    assert list(lines["Pareto front"].get_xdata()) == [1, 3]
    assert list(lines["complete"].get_ydata()) == [4]
    assert {text.get_text() for text in axes.texts} == {"0", "1"}


def test_importances_have_the_most_important_on_top():
    (axes,) = importances({"k": 0.2, "rate": 0.8}, objective="val/rmse").axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["k", "rate"]
    np.testing.assert_allclose([bar.get_width() for bar in axes.patches], [0.2, 0.8])
