"""A figure of records shows what the records and the network say."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb

from rnn_lab.figures.style import BLUE, PALE
from rnn_lab.figures.tasks import ACROSS, Example, overview, records
from rnn_lab.sequences import Adding, AddingOriginal, DelayedRecall, EmbeddedReber, Parity, Task, TemporalOrder

REBER = EmbeddedReber(length=20)


def draw(task: Task, outputs=None, which=(0, 1), **options):
    data = task.draw(np.random.default_rng(0), 6)
    made = None if outputs is None else outputs(data)
    options |= {"which": which}
    figure = records(data, inputs=task.inputs, targets=task.targets, classes=task.classes, outputs=made, **options)
    figure.draw_without_rendering()
    return data, made, np.array(figure.axes).reshape(2, -1)


def random_logits(R, O):  # noqa: E741
    return lambda data: np.random.default_rng(1).normal(size=(R, *data.Y.shape, O))


def points(line):
    return np.column_stack([line.get_xdata(), line.get_ydata()])


def grey_steps(axes):
    return sorted(round(patch.get_x() + 0.5) for patch in axes.patches if patch.get_facecolor()[:3] == to_rgb(PALE))


def test_symbols_are_a_map_and_their_targets_dots_where_they_count():
    data, _, panels = draw(REBER, which=(4, 1))
    assert panels.shape == (2, 2)
    for (above, below), n in zip(panels.T, (4, 1), strict=True):
        (image,) = above.images
        np.testing.assert_array_equal(image.get_array(), data.X[n].T)
        assert [label.get_text() for label in above.get_yticklabels()] == list("BTPSXVE")
        (dots,) = below.lines
        counted = np.flatnonzero(data.mask[n])
        np.testing.assert_array_equal(points(dots), np.column_stack([counted, data.Y[n, counted]]))
        assert grey_steps(below) == np.flatnonzero(~data.mask[n]).tolist()
        assert above.get_xlim() == below.get_xlim() == (-0.5, 18.5)
        assert not below.images
    assert above.get_title(loc="left") == "record 1"


def test_probabilities_are_the_mean_of_the_replicas_softmax():
    data, logits, panels = draw(REBER, random_logits(3, 7))
    raised = np.exp(logits)
    p = (raised / raised.sum(axis=-1, keepdims=True)).mean(axis=0)
    for n, below in enumerate(panels[1]):
        (image,) = below.images
        shown = np.ma.filled(image.get_array(), np.nan)
        np.testing.assert_allclose(shown, np.where(data.mask[n], p[n].T, np.nan), rtol=1e-12)
        assert image.get_clim() == (0.0, 1.0)
    assert (
        panels[0, 0].get_figure().get_suptitle().endswith("probabilities, mean of 3 replicas; dots: the true classes")
    )


def test_a_class_after_the_last_step_is_a_bar_a_class():
    task = TemporalOrder(length=12)
    data, logits, panels = draw(task, random_logits(2, 4))
    raised = np.exp(logits)
    p = (raised / raised.sum(axis=-1, keepdims=True)).mean(axis=0)
    for n, below in enumerate(panels[1]):
        np.testing.assert_allclose([bar.get_width() for bar in below.patches], p[n])
        assert points(below.lines[0]).tolist() == [[1.0, data.Y[n]]]
        assert [label.get_text() for label in below.get_yticklabels()] == ["XX", "XY", "YX", "YY"]
    _, _, bare = draw(task)
    assert [bar.get_width() for bar in bare[1, 0].patches] == np.eye(4)[data.Y[0]].tolist()


def test_numbers_at_each_step_with_the_replicas_range():
    task = DelayedRecall(length=12, delay=3)
    data, answers, panels = draw(task, lambda data: data.Y + np.array([0.1, -0.1, 0.3])[:, None, None, None])
    for n, below in enumerate(panels[1]):
        mean, true = below.lines
        assert mean.get_color() == BLUE
        np.testing.assert_allclose(mean.get_ydata(), data.Y[n, :, 0] + 0.1)
        np.testing.assert_array_equal(true.get_ydata(), data.Y[n, :, 0])
        assert np.isnan(true.get_xdata()[:3]).all()  # what does not count is not drawn
        (band,) = below.collections
        assert band.get_datalim(below.transData).y1 == pytest.approx(answers[:, n, 3:, 0].max())
        assert grey_steps(below) == [0, 1, 2]


def test_a_number_after_the_last_step_is_a_diamond_and_a_dot_a_replica():
    data, answers, panels = draw(Adding(length=8), lambda data: data.Y + np.arange(3.0)[:, None, None] / 10)
    for n, (above, below) in enumerate(panels.T):
        *_, dots, diamond = below.lines
        np.testing.assert_allclose(dots.get_xdata(), answers[:, n, 0])
        assert points(diamond).tolist() == [[data.Y[n, 0], 0]]
        assert {line.get_label() for line in above.lines} >= {"value", "marker"}
    (legend,) = panels[0, 0].get_figure().legends
    assert [text.get_text() for text in legend.get_texts()] == ["value", "marker"]


def test_a_single_step_that_counts_is_seen():
    data, _, panels = draw(AddingOriginal(length=20), lambda data: data.Y[None] + 0.2)
    last = data.mask[0].argmax()
    for line, value in zip(panels[1, 0].lines[1:], (data.Y[0, last, 0] + 0.2, data.Y[0, last, 0]), strict=True):
        shown = points(line)[np.isfinite(line.get_xdata())]
        np.testing.assert_allclose(shown, [[last, value]])
        assert line.get_marker() not in ("None", "")
    assert len(grey_steps(panels[1, 0])) == data.mask.shape[1] - 1


@pytest.mark.parametrize(
    ("solved", "says"),
    [
        ([[True, False]], ["record 0: solved", "record 1: not solved"]),
        ([[True, False], [True, False]], ["record 0: solved by 2 of 2", "record 1: solved by 0 of 2"]),
    ],
)
def test_titles_say_which_are_solved(solved, says):
    _, _, panels = draw(Parity(length=5), solved=np.array(solved), which=(0, 1))
    assert [axes.get_title(loc="left") for axes in panels[0]] == says


def test_records_that_are_not_there_are_left_out():
    _, _, panels = draw(Parity(length=5), which=(0, 5, 6))
    assert panels.shape == (2, 2)


def test_a_diverged_network_is_drawn_without_a_warning():
    draw(REBER, lambda data: np.full((2, *data.Y.shape, 7), np.nan), which=[0])
    draw(DelayedRecall(length=5, delay=1), lambda data: np.full((2, *data.Y.shape), np.inf), which=[0])
    draw(Adding(length=5), lambda data: np.full((1, *data.Y.shape), np.nan), which=[0])
    draw(TemporalOrder(length=12), lambda data: np.full((1, *data.Y.shape, 4), np.nan), which=[0])


def example(name, caption, task, which=0):
    data = task.draw(np.random.default_rng(0), 6)
    return Example(name, caption, data, task.inputs, task.targets, task.classes, which)


def test_an_overview_has_a_pair_of_panels_for_each_task():
    examples = [example("reber", "a grammar", REBER, 3), example("adding", "a sum", Adding(length=9))]
    figure = overview(examples)
    figure.draw_without_rendering()
    assert len(figure.axes) == 4
    np.testing.assert_array_equal(figure.axes[0].images[0].get_array(), examples[0].records.X[3].T)
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["reber", "", "adding", ""]
    assert [text.get_text() for text in figure.axes[2].texts] == ["a sum"]


def test_a_caption_however_long_neither_squeezes_nor_leaves_its_panel():
    short, long = (overview([example("x", "word " * n, REBER)] * ACROSS) for n in (1, 60))
    for figure in (short, long):
        figure.draw_without_rendering()
    assert short.axes[0].get_position().bounds == long.axes[0].get_position().bounds
    renderer = FigureCanvasAgg(long).get_renderer()
    first, second = long.axes[0], long.axes[2]
    assert first.texts[0].get_window_extent(renderer).x1 < second.get_window_extent(renderer).x0
