"""Figures of a sweep across sequences: every value is where it should be."""

import numpy as np

from rnn_lab.figures.sweeps import WORST, comparison, importances, progress, scan

LABELS = ["sine", "henon"]


def test_importances_have_a_panel_for_each_parameter():
    found = {"rate": np.array([[0.1, 0.2, 0.3], [0.4, 0.6, 0.9]]), "k": np.array([[0.7, 0.8, 0.9], [0.1, 0.4, 0.6]])}
    figure = importances(found, {"rate": np.array([0.5, 0.55]), "k": np.array([0.45, 0.35])}, LABELS)
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["rate", "k"]
    for axes, name in zip(figure.axes, found, strict=True):
        np.testing.assert_allclose([bar.get_width() for bar in axes.patches], found[name][:, 1])
        ends = np.array([segment[:, 0] for segment in axes.collections[0].get_segments()])
        np.testing.assert_allclose(ends, found[name][:, [0, 2]])
    np.testing.assert_allclose(figure.axes[0].lines[0].get_xdata(), [0.5, 0.55])
    assert [text.get_text() for text in figure.axes[0].get_yticklabels()] == LABELS
    low, high = figure.axes[0].get_ylim()
    assert low > high  # the first is on top


def test_a_comparison_shows_every_finite_seed_and_its_median():
    groups = {
        "default": [np.array([1.0, 2.0, 3.0]), np.array([1.0])],
        "tpe": [np.array([0.1, np.inf]), np.array([2.0])],
    }
    (axes,) = comparison(groups, {"linear": np.array([0.5, 0.7])}, LABELS, xlabel="ratio").axes
    dots = [line.get_xdata() for line in axes.lines if line.get_marker() == "o" and len(line.get_xdata())]
    assert sorted(np.concatenate(dots).tolist()) == [0.1, 1.0, 1.0, 2.0, 2.0, 3.0]
    bars = sorted(segment[0, 0] for bar in axes.collections for segment in bar.get_segments())
    assert bars == [0.1, 1.0, 2.0, 2.0]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["default", "tpe", "linear"]
    assert axes.get_xscale() == "log"


def test_a_scan_colours_each_truncation_length():
    ratios = {"sine": {1: 1.0, 2: 1.5, 50: 3.0}, "henon": {1: 99.0, 5: 1.0}}
    axes, bar = scan(ratios, {"sine": 2, "henon": 2}, {"sine": 1, "henon": 5}).axes
    first, second = axes.collections
    np.testing.assert_allclose(np.ravel(first.get_array()), [1.0, 1.5, 3.0])
    np.testing.assert_allclose(np.ravel(second.get_array()), [WORST, 1.0])
    memory, rings = axes.lines
    assert list(memory.get_xdata()) == [2, 2]
    assert list(rings.get_xdata()) == [1, 5]
    assert [text.get_text() for text in bar.get_yticklabels()] == ["1", "2", "5", "10"]


def test_progress_is_the_median_over_sequences():
    (axes,) = progress({"tpe": np.array([[4.0, 2.0], [8.0, 1.0], [6.0, 3.0]])}, ylabel="ratio").axes
    np.testing.assert_allclose(axes.lines[0].get_xydata(), [[1, 6.0], [2, 2.0]])
