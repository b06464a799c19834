import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_rgb

from rnn_lab.figures.gallery import ACROSS, Panel, excerpt, gallery, project

WAVE = np.sin(0.1 * np.arange(500.0))[:, None]


def draw(*panels):
    figure = gallery(panels)
    figure.draw_without_rendering()
    return figure


def texts(axes):
    return [text.get_text() for text in axes.texts]


def test_one_panel_each_with_the_series_from_its_first_row_on():
    panels = [Panel(f"wave {n}", f"number {n}", WAVE + n) for n in range(ACROSS + 1)]
    figure = draw(*panels)
    assert [axes.get_title(loc="left") for axes in figure.axes] == [panel.name for panel in panels]
    for axes, panel in zip(figure.axes, panels, strict=True):
        (line,) = axes.lines
        shown = line.get_ydata()
        assert (shown == panel.series[: len(shown), 0]).all()
        assert texts(axes) == [panel.caption, f"{len(shown)} rows"]


@pytest.mark.parametrize("most", [0, 1, 8])
def test_an_excerpt_ends_before_one_crossing_too_many(most):
    square = np.repeat([1.0, -1.0] * 10, 5)[:, None]
    rows = excerpt(square, most)
    assert rows == 5 * (most + 1)
    assert excerpt(square, 99) == len(square)


def test_the_busiest_column_decides_where_an_excerpt_ends():
    both = np.column_stack([WAVE, np.sin(np.arange(500.0))])
    assert excerpt(both, 9) == excerpt(both[:, 1:], 9) < excerpt(both[:, :1], 9)


def test_states_stand_beside_their_series_and_come_last():
    orbit = np.random.default_rng(0).normal(size=(500, 2))
    figure = draw(
        Panel("orbit", "", WAVE, states=orbit, coordinates="here"),
        Panel("wave", "", WAVE),
        Panel("points", "", WAVE, states=orbit, orbit=False),
    )
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["wave", "orbit", "", "points", ""]
    (curve,), (points,) = figure.axes[2].collections, figure.axes[4].collections
    assert isinstance(curve, LineCollection)
    assert (np.array(curve.get_segments()) == np.stack([orbit[:-1], orbit[1:]], axis=1)).all()
    assert isinstance(points, PathCollection)
    assert (points.get_offsets() == orbit).all()
    assert len(curve.get_array()) == 499
    assert texts(figure.axes[2]) == ["here"]
    left, right = (axes.get_position() for axes in figure.axes[1:3])
    assert left.x1 < right.x0
    assert left.y0 == right.y0


def test_a_projection_is_a_view_from_far_away():
    """Its two axes are perpendicular and of length one, so no distance grows; z points straight up."""
    axes = project(np.eye(3))
    np.testing.assert_allclose(axes.T @ axes, np.eye(2), atol=1e-12)
    assert axes[2, 0] == pytest.approx(0.0)
    assert axes[2, 1] > 0
    flat = np.ones((4, 2))
    assert project(flat) is flat


def test_columns_are_named_in_their_colours_and_inputs_stay_pale():
    series = np.random.default_rng(0).normal(size=(500, 2))
    (axes,) = draw(Panel("narma", "", series, columns=("u", "y"), aside=1)).axes
    named = {text.get_text(): to_rgb(text.get_color()) for text in axes.texts if text.get_text() in ("u", "y")}
    assert list(named.values()) == [to_rgb(line.get_color()) for line in axes.lines]
    assert axes.lines[0].get_alpha() < axes.lines[1].get_alpha()


def test_many_columns_are_a_map_with_a_line_each():
    series = np.random.default_rng(0).normal(size=(500, 40))
    (axes,) = draw(Panel("sites", "", series, columns=[f"x{n}" for n in range(40)])).axes
    (image,) = axes.images
    shown = np.asarray(image.get_array())
    assert (series[: shown.shape[1]] == shown.T).all()
    assert not axes.lines


def test_a_caption_stays_above_its_own_panel():
    figure = draw(*[Panel("wave", "word " * 40, WAVE)] * ACROSS)
    renderer = FigureCanvasAgg(figure).get_renderer()
    for axes, beside in zip(figure.axes, figure.axes[1:], strict=False):
        assert axes.texts[0].get_window_extent(renderer).x1 < beside.get_window_extent(renderer).x0
