"""Figures of the instruments: each of the lab's own has one, with what was measured in it, and others have one too."""

import numpy as np

from rnn_lab.figures import of_instruments

EPOCHS = np.arange(4)


def curve(*values):
    return np.array(values, float)[:, None] * np.ones(2)


def test_each_instrument_has_one_figure_of_what_it_measured() -> None:
    metrics = {
        "val/loss": curve(1, 1, 1, 1),
        "grad/decay_by_lag": curve(0.5, 0.6, 0.7, 0.8),
        "grad/share_beyond_k": curve(0.1, 0.2, 0.3, 0.4),
        "alignment/bias": curve(0.1, np.nan, 0.2, np.nan),
        "alignment/bias.uoro": curve(4, np.nan, 60, np.nan),
        "alignment/kappa_0.5": curve(3, np.nan, 2, np.nan),
    }
    by_lag = {epoch: np.array([[1.0, 0.5, 0.25], [1.0, 0.5, 0.0]]) * (epoch + 1) for epoch in range(4)}
    own = {0: np.array([[1.0, np.nan], [3.0, np.nan]])}
    drawn = {name: figure for name, figure, _ in of_instruments(EPOCHS, metrics, {"dh_by_lag": by_lag, "mine": own})}
    assert list(drawn) == ["instrument_gradient_by_lag", "instrument_alignment", "instrument_mine"]
    for figure in drawn.values():
        figure.draw_without_rendering()

    vector, factor, _ = drawn["instrument_gradient_by_lag"].axes
    lines = {line.get_label(): line.get_ydata() for line in vector.lines}
    assert set(lines) == {"0", "1", "2", "3"}
    np.testing.assert_allclose(lines["3"], [4.0, 2.0, 1.0])  # the mean; what is zero has no logarithm
    assert vector.get_yscale() == "log"
    np.testing.assert_allclose(factor.lines[0].get_ydata(), [0.5, 0.6, 0.7, 0.8])

    bias, kappa = drawn["instrument_alignment"].axes
    assert [line.get_label() for line in bias.lines] == ["own rule", "uoro"]
    np.testing.assert_array_equal(bias.lines[1].get_xdata(), [0, 2])  # only where it was measured
    assert (bias.get_yscale(), kappa.get_yscale()) == ("log", "linear")

    (mine,) = drawn["instrument_mine"].axes
    np.testing.assert_array_equal(mine.lines[0].get_ydata(), [2.0, np.nan])


def test_no_instrument_no_figure() -> None:
    assert (
        list(of_instruments(EPOCHS, {"val/loss": curve(1, 1, 1, 1), "weights/spectral_radius": curve(1, 1, 1, 1)}, {}))
        == []
    )


def test_a_single_epoch_has_the_only_tick() -> None:
    metrics = {"memory/capacity": curve(5, np.nan, np.nan, np.nan), "units/saturated": curve(0.5, 0.4, 0.3, 0.2)}
    drawn = {name: figure for name, figure, _ in of_instruments(EPOCHS, metrics, {"mine": {2: np.ones((2, 1))}})}
    for figure in drawn.values():
        figure.draw_without_rendering()
    ticks = {name: figure.axes[0].get_xticks().tolist() for name, figure in drawn.items()}
    assert ticks["instrument_memory"] == [0]
    assert ticks["instrument_mine"] == [0]  # the number of its entry
    assert set(ticks["instrument_units"]) >= {0, 1, 2, 3}
