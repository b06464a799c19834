import numpy as np
import pytest
from matplotlib.dates import date2num

from rnn_lab.figures import data

AT = {"train": np.arange(12, 60), "validation": np.arange(64, 80), "test": np.arange(84, 100)}


def draw(columns=("x",), inputs=("x",), targets=("x",), window=10, horizon=3, **options):
    series = np.random.default_rng(0).normal(size=(100, len(columns)))
    figure = data(
        series, columns=columns, inputs=inputs, targets=targets, at=AT, window=window, horizon=horizon, **options
    )
    figure.draw_without_rendering()
    return series, figure


def spans(axes):
    """Label -> first and last x of each shaded span."""
    return {p.get_label(): (p.get_x(), p.get_x() + p.get_width()) for p in axes.patches}


def test_the_whole_series_and_where_each_split_s_targets_lie():
    series, figure = draw()
    whole = figure.axes[0]
    assert (whole.lines[0].get_ydata() == series[:, 0]).all()
    assert spans(whole) == {"training": (12, 59), "validation": (64, 79), "test": (84, 99)}
    assert figure.get_suptitle() == "Data: 100 rows; 48 training, 16 validation, 16 test targets"


def test_one_record_has_its_window_and_its_target():
    series, figure = draw()
    record = figure.axes[-1]
    lines = {line.get_label(): line for line in record.lines}
    window = lines["window: 10 rows of x"]
    assert window.get_xdata().tolist() == list(range(52, 62))  # 64 is the target: 3 rows after the window's last
    assert (window.get_ydata() == series[52:62, 0]).all()
    target = lines["target: x, 3 rows later"]
    assert (target.get_xdata().tolist(), target.get_ydata().tolist()) == ([64], [series[64, 0]])


def test_targets_come_first_and_each_column_says_what_it_is():
    series, figure = draw(columns=("a", "b", "c", "d"), inputs=("a", "b"), targets=("c", "b"))
    roles = {axes.get_ylabel(): axes.get_title(loc="left") for axes in figure.axes[:4]}
    assert roles == {"b": "input and target", "c": "target", "a": "input", "d": "not used"}
    assert [axes.get_ylabel() for axes in figure.axes[:2]] == ["b", "c"]
    for axes in figure.axes[:4]:
        assert (axes.lines[0].get_ydata() == series[:, "abcd".index(axes.get_ylabel())]).all()


def test_an_unseen_target_is_not_drawn_in_the_input_s_units():
    _, figure = draw(columns=("a", "b"), inputs=("a",), targets=("b",))
    record = figure.axes[-1]
    assert record.get_ylabel() == "a"
    (target,) = (line for line in record.lines if line.get_label() == "target: b, 3 rows later")
    assert target.get_xdata() == [64, 64]  # its time, not its value


@pytest.mark.parametrize("kind", ["numbers", "dates"])
def test_an_index_of_the_data_s_own(kind):
    index = (
        np.arange(1900.0, 2000.0)
        if kind == "numbers"
        else np.datetime64("2024-01-01", "us") + np.arange(100) * np.timedelta64(1, "D")
    )
    _, figure = draw(index=index, index_name="when", name="Weather")
    place = (lambda row: index[row]) if kind == "numbers" else (lambda row: date2num(index[row]))
    assert spans(figure.axes[0])["training"] == pytest.approx((place(12), place(59)))
    assert figure.axes[0].get_xlabel() == figure.axes[-1].get_xlabel() == "when"
    assert figure.get_suptitle().startswith("Weather:")


def test_many_columns_are_cut_and_said_to_be():
    columns = tuple(f"c{i}" for i in range(9))
    _, figure = draw(columns=columns, inputs=columns, targets=columns)
    assert len(figure.axes) == 5
    assert "the first 4 of 9" in figure.get_suptitle()
    record = figure.axes[-1]
    assert record.get_title(loc="left") == "One record: the first of validation"
    assert record.get_ylabel() == "c0"
    assert all(len(line.get_ydata()) < 100 for line in record.lines)  # no whole column
    assert not spans(record).keys() & {"training", "validation", "test"}


def test_a_window_at_the_very_edges():
    series, figure = draw(window=62, horizon=3)  # the first validation window starts at row 0
    window = next(line for line in figure.axes[-1].lines if "window" in line.get_label())
    assert (window.get_ydata() == series[:62, 0]).all()
