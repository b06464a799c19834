"""Error against k: medians and the middle half over seeds."""

from pathlib import Path

import numpy as np

from rnn_lab.figures.style import save
from rnn_lab.figures.truncation import truncation

ERRORS = {"a": {1: np.array([1.0, 2.0, 9.0]), 50: np.array([0.1, 0.3, 0.2])}, "b": {5: np.array([4.0])}}


def test_lines_are_medians_by_k(tmp_path: Path) -> None:
    figure = truncation(ERRORS, ylabel="RMSE")
    (axes,) = figure.axes
    named = {line.get_label(): line for line in axes.lines if not str(line.get_label()).startswith("_")}
    assert list(named) == ["a", "b"]
    np.testing.assert_allclose(named["a"].get_xydata(), [[1, 2.0], [50, 0.2]])
    np.testing.assert_allclose(named["b"].get_xydata(), [[5, 4.0]])
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["1", "5", "50"]
    save(figure, tmp_path / "k.png")


def test_every_seed_is_seen() -> None:
    (axes,) = truncation(ERRORS, ylabel="RMSE").axes
    dots = [line for line in axes.lines if str(line.get_label()).startswith("_")]
    assert sorted(y for line in dots for y in np.asarray(line.get_ydata()).tolist()) == [0.1, 0.2, 0.3, 1, 2, 4, 9]


def test_bands_are_the_middle_half() -> None:
    (axes,) = truncation(ERRORS, ylabel="RMSE").axes
    corners = axes.collections[0].get_paths()[0].vertices
    np.testing.assert_allclose(np.unique(corners[corners[:, 0] == 1][:, 1]), [1.5, 5.5])
