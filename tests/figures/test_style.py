import subprocess
import sys

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure

from rnn_lab.errors import BadInput
from rnn_lab.figures import save
from rnn_lab.figures.style import DIVERGING, SPLITS, limits, middle_and_range, styled

PNG = b"\x89PNG\r\n\x1a\n"


def luminance(colour):
    """Relative luminance of an sRGB colour, by the definition of WCAG 2."""
    channels = np.array(matplotlib.colors.to_rgb(colour))
    linear = np.where(channels <= 0.03928, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def test_pyplot_is_never_loaded():
    """Its figures would pile up in a process that draws hundreds, and it may look for a display."""
    script = "import sys, rnn_lab.figures; sys.exit('matplotlib.pyplot' in sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True)


def test_the_caller_s_settings_are_neither_used_nor_changed():
    before = dict(matplotlib.rcParams)
    with matplotlib.rc_context({"lines.linewidth": 17.0, "axes.grid": False}):
        figure = styled(lambda: Figure().add_subplot().figure)()
        assert matplotlib.rcParams["lines.linewidth"] == 17.0
    assert figure.axes[0].xaxis.get_gridlines()[0].get_visible()
    assert dict(matplotlib.rcParams) == before


@pytest.mark.parametrize("colour", SPLITS.values())
def test_lines_stand_out_from_white(colour):
    assert 1.05 / (luminance(colour) + 0.05) >= 3  # WCAG 2.1, 1.4.11: graphical objects


def test_zero_is_the_lightest_of_the_diverging_map():
    shades = [luminance(colour) for colour in matplotlib.colormaps[DIVERGING](np.linspace(0, 1, 11))]
    assert int(np.argmax(shades)) == 5


def test_save_writes_the_whole_file_and_nothing_else(tmp_path):
    figure = Figure()
    figure.add_subplot().plot([0, 1])
    save(figure, tmp_path / "one.png")
    save(figure, tmp_path / "two.png")
    assert (tmp_path / "one.png").read_bytes().startswith(PNG)
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.png", "two.png"]


def test_a_failed_save_leaves_the_old_file(tmp_path, monkeypatch):
    figure = Figure()
    (tmp_path / "kept.png").write_bytes(b"old")

    def half(file, **_):
        file.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(figure, "savefig", half)
    with pytest.raises(BadInput, match=r"kept\.png cannot be written: No space left"):
        save(figure, tmp_path / "kept.png")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("kept.png", b"old")]
    with pytest.raises(BadInput, match="No such file"):
        save(Figure(), tmp_path / "nowhere" / "figure.png")


def test_mean_and_range_leave_out_what_is_not_finite():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(4, 5, 2))
    for found, expected in zip(middle_and_range(values), (values.mean(0), values.min(0), values.max(0)), strict=True):
        assert found == pytest.approx(expected)
    spoiled = np.concatenate([values, np.full((1, 5, 2), np.nan), np.full((1, 5, 2), -np.inf)])
    for found, expected in zip(middle_and_range(spoiled), middle_and_range(values), strict=True):
        assert found == pytest.approx(expected)
    assert np.isnan(middle_and_range(np.full((2, 3), np.inf))).all()


@pytest.mark.parametrize("values", [[], [np.nan], [0.0], [5.0, 5.0], [-1e300, 1e300], [1e-300, 2e-300]])
def test_limits_hold_the_values_and_some_room(values):
    low, high = limits(values)
    assert np.isfinite([low, high]).all()
    assert low < high
    assert all(low < value < high for value in values if np.isfinite(value))
