import numpy as np

from rnn_lab.figures.comparing import Found, compared, profiles


def test_every_seed_is_a_dot_and_the_mean_has_its_interval():
    values = np.array([1.0, 2.0, np.nan, 3.0])
    rows = [Found("tanh", values, 2.0, (-0.5, 4.5), 0.9), Found("gru", values + 1, 3.0, None, None)]
    figure = compared({"sine": rows, "square": rows[:1]}, xlabel="val/rmse")
    first, second = figure.axes
    dots = [line for line in first.lines if line.get_marker() == "o" and len(line.get_xdata())]
    assert [sorted(line.get_xdata()) for line in dots] == [[1.0, 2.0, 3.0], [2.0, 3.0, 4.0]]
    (interval,) = first.collections
    assert interval.get_segments()[0][:, 0].tolist() == [-0.5, 4.5]
    assert [label.get_text() for label in first.get_yticklabels()] == ["tanh", "gru"]
    assert second.get_title(loc="left") == "square"
    (search,) = [line for line in second.lines if line.get_marker() == "D"]
    assert search.get_xdata() == [0.9]


def test_a_profile_has_a_line_and_a_band_for_each_value():
    at = np.geomspace(0.1, 10, 5)
    share = np.linspace(0, 1, 5)
    figure = profiles(at, {"a": (share, share - 0.1, share + 0.1), "b": (share, share, share)}, xlabel="score")
    (axes,) = figure.axes
    assert [line.get_label() for line in axes.lines] == ["a", "b"]
    assert axes.lines[0].get_ydata().tolist() == share.tolist()
    assert len(axes.collections) == 2
    assert axes.get_xscale() == "log"
