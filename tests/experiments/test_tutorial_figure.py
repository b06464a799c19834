"""The picture of experiment zero holds what it is given."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from experiments.tutorial.figure import reproduction
from rnn_lab.figures.strips import Strip
from rnn_lab.figures.style import save

PUBLISHED = np.geomspace(1e5, 17, 10)
NUDGED = PUBLISHED[:, None] * np.array([0.9, 1.0, 1.3])
UPDATES = np.arange(0, 200, 50)
DISTANCES = np.array([[1e-15, 2e-15], [1e-12, 1e-13], [1e-6, 1e-5], [1e-3, 1e-3]])


@pytest.fixture
def figure() -> Figure:
    ends = [Strip("a", np.array([0.12, 0.14]), mark=0.13), Strip("b", np.array([0.6]))]
    return reproduction(PUBLISHED, NUDGED, PUBLISHED[:5] + 1, (UPDATES, DISTANCES), ends, {"zero": 0.7})


def test_losses_stand_at_the_tutorials_epochs(figure: Figure) -> None:
    losses = figure.axes[0]
    drawn = {line.get_label(): line.get_xydata() for line in losses.lines}
    np.testing.assert_allclose(drawn["published"], np.column_stack([np.arange(1, 11), PUBLISHED]))
    np.testing.assert_allclose(drawn["3 runs of this lab"][:, 1], np.median(NUDGED, axis=1))
    np.testing.assert_allclose(drawn["countdown"], np.column_stack([np.arange(1, 6), PUBLISHED[:5] + 1]))


def test_an_update_is_a_hundredth_of_an_epoch(figure: Figure) -> None:
    apart = next(axes for axes in figure.axes if "apart" in axes.get_title(loc="left"))
    np.testing.assert_allclose(apart.lines[0].get_xdata(), [1.0, 1.5, 2.0, 2.5])
    np.testing.assert_allclose(apart.lines[1].get_ydata(), DISTANCES[:, 1])


def test_it_can_be_saved(figure: Figure, tmp_path: Path) -> None:
    save(figure, tmp_path / "figure.png")
    assert (tmp_path / "figure.png").stat().st_size > 10_000
