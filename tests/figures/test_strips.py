"""Strips: every run a dot at its value, every group its median."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from rnn_lab.figures.strips import Strip, strips
from rnn_lab.figures.style import INK, save

GROUPS = [
    Strip("many", np.array([0.3, 0.1, 0.2, np.nan, 0.2])),
    Strip("one", np.array([2.0]), "#123456", mark=3.0),
]


@pytest.fixture
def figure() -> Figure:
    return strips(GROUPS, xlabel="RMSE", yardsticks={"AR(1)": 0.5})


def lines(figure: Figure, **wanted: str) -> list[Line2D]:
    return [line for line in figure.axes[0].lines if all(getattr(line, f"get_{k}")() == v for k, v in wanted.items())]


def test_each_finite_value_is_a_dot_near_its_row(figure: Figure) -> None:
    many, one = lines(figure, marker="o")
    np.testing.assert_array_equal(many.get_xdata(), [0.1, 0.2, 0.2, 0.3])
    np.testing.assert_array_equal(one.get_xdata(), [2.0])
    assert np.abs(np.asarray(many.get_ydata())).max() < 0.5
    assert np.asarray(one.get_ydata()).tolist() == [1.0]
    assert one.get_color() == "#123456"


def test_equal_values_do_not_hide_each_other(figure: Figure) -> None:
    y = np.asarray(lines(figure, marker="o")[0].get_ydata())
    assert y[1] != y[2]


def test_a_hundred_equal_values_stay_in_their_row() -> None:
    figure = strips([Strip("equal", np.full(100, 0.7)), Strip("next", np.ones(1))], xlabel="", yardsticks={})
    y = np.asarray(lines(figure, marker="o")[0].get_ydata())
    assert len(set(y.round(9))) == 100
    assert np.abs(y).max() < 0.5


def test_median_mark_and_yardstick_are_where_they_should_be(figure: Figure) -> None:
    (median,) = lines(figure, marker="None", color=INK)
    assert np.asarray(median.get_xdata()).tolist() == [0.2, 0.2]
    (mark,) = lines(figure, marker="D")
    assert (np.asarray(mark.get_xdata()).tolist(), np.asarray(mark.get_ydata()).tolist()) == ([3.0], [1])
    legend = figure.axes[0].get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["AR(1) 0.5"]


def test_rows_read_from_top_to_bottom(figure: Figure, tmp_path: Path) -> None:
    low, high = figure.axes[0].get_ylim()
    assert low > high
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["many", "one"]
    save(figure, tmp_path / "strips.png")
