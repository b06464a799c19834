"""Panels: every seed a curve, every group its median, every yardstick a line with a name."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from rnn_lab.figures.panels import Curves, Panel, panels
from rnn_lab.figures.style import save

X = np.array([0.0, 10.0, 20.0])
GROUPS = [
    Curves("many", X, np.array([[3.0, 1.0, 2.0], [2.0, np.nan, 1.0], [1.0, 0.0, 0.5]])),
    Curves("one", X, np.array([[4.0], [2.0], [1.0]]), "#123456"),
]


@pytest.fixture
def figure() -> Figure:
    plots = [
        Panel("first", "updates", "loss", GROUPS, {"no memory": 2.5}),
        *(Panel(title, "epochs", "bits", GROUPS[1:], logarithmic=False) for title in ("second", "third", "fourth")),
    ]
    return panels(plots)


def curves(figure: Figure, panel: int, width: float) -> list[Line2D]:
    return [line for line in figure.axes[panel].lines if line.get_linewidth() == width]


def test_each_seed_has_a_thin_curve_and_each_group_a_thick_median(figure: Figure) -> None:
    assert len(curves(figure, 0, 0.7)) == 4
    many, one = curves(figure, 0, 2.0)
    np.testing.assert_array_equal(many.get_ydata(), [2.0, np.nan, 0.5])
    np.testing.assert_array_equal(one.get_ydata(), [4.0, 2.0, 1.0])
    np.testing.assert_array_equal(one.get_xdata(), X)
    assert one.get_color() == "#123456"


def test_a_logarithmic_axis_leaves_out_zero(figure: Figure) -> None:
    np.testing.assert_array_equal(curves(figure, 0, 0.7)[1].get_ydata(), [1.0, np.nan, np.nan])
    assert [axes.get_yscale() for axes in figure.axes[:4]] == ["log", "linear", "linear", "linear"]


def test_yardsticks_are_named_where_they_lie(figure: Figure) -> None:
    (text,) = figure.axes[0].texts
    assert (text.get_text(), text.get_position()[1]) == ("no memory", 2.5)
    (line,) = curves(figure, 0, 1.1)
    np.testing.assert_array_equal(line.get_ydata(), [2.5, 2.5])


def test_panels_come_in_reading_order_with_one_legend_for_all(figure: Figure) -> None:
    assert [axes.get_title(loc="left") for axes in figure.axes[:4]] == ["first", "second", "third", "fourth"]
    assert not any(axes.axison for axes in figure.axes[4:])
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["many", "one"]


def test_it_can_be_saved(figure: Figure, tmp_path: Path) -> None:
    save(figure, tmp_path / "panels.png")
    assert (tmp_path / "panels.png").read_bytes().startswith(b"\x89PNG")
