import numpy as np
import pytest

from rnn_lab.figures import heat_maps, histograms
from rnn_lab.network import GRU, LSTM, Elman, Network


def weights(replicas=1, inputs=1, outputs=1, **model):
    network = Network(Elman(**{"hidden_dim": 12} | model), inputs=inputs, outputs=outputs, window=7)
    return network.initial(range(replicas)).arrays()


def images(figure):
    """Title's first word -> image."""
    return {axes.get_title(loc="left").split(":")[0]: axes.images[0] for axes in figure.axes if axes.images}


@pytest.mark.parametrize("replica", [0, 2])
def test_every_parameter_is_shown_once_and_centred_on_zero(replica):
    arrays = weights(replicas=3, inputs=2, outputs=3)
    figure = heat_maps(arrays, replica=replica, title="Kept weights")
    figure.draw_without_rendering()
    found = images(figure)
    assert set(found) == set(arrays)
    for name, image in found.items():
        expected = np.atleast_2d(arrays[name][replica])
        shown = image.get_array().data
        assert np.array_equal(shown, expected) or np.array_equal(shown, expected.T)
        low, high = image.get_clim()
        assert low == -high
        assert high == (np.abs(expected).max() or 1.0)
    assert figure.get_suptitle() == f"Kept weights, replica {replica} of 3 (counted from 0)"


def test_strips_lie_across_and_axes_say_from_and_to():
    figure = heat_maps(weights(outputs=3))
    figure.draw_without_rendering()
    panels = {axes.get_title(loc="left").split(":")[0]: axes for axes in figure.axes if axes.images}
    assert panels["W_hy"].images[0].get_array().shape == (3, 12)
    assert (panels["W_hy"].get_xlabel(), panels["W_hy"].get_ylabel()) == ("from", "to")
    assert (panels["W_hh"].get_xlabel(), panels["W_hh"].get_ylabel()) == ("to", "from")


def test_positional_weights_are_stacked_in_time():
    arrays = weights(inputs=2, encoding="positional", hidden_dim=4, bias=False)
    image = images(heat_maps(arrays))["W_xh"].get_array().data
    assert image.shape == (14, 4)
    assert (image[2 * 3 + 1] == arrays["W_xh"][0, 3, 1]).all()


@pytest.mark.parametrize("draw", [heat_maps, histograms])
@pytest.mark.parametrize("value", [np.nan, np.inf, 0.0])
def test_lost_or_zero_weights_are_drawn_without_a_warning(draw, value):
    arrays = {name: np.full_like(array, value) for name, array in weights().items()}
    draw(arrays).draw_without_rendering()


@pytest.mark.parametrize("draw", [heat_maps, histograms])
def test_one_parameter_alone(draw):
    figure = draw({"K": np.arange(6.0).reshape(1, 2, 3)})
    figure.draw_without_rendering()
    assert "K" in {axes.get_title(loc="left") for axes in figure.axes}


def test_histograms_count_every_value_of_every_replica():
    arrays = weights(replicas=4)
    before = {name: 3 * array + 1 for name, array in arrays.items()}
    figure = histograms(arrays, before=before, title="Kept")
    figure.draw_without_rendering()
    for axes, (name, array) in zip(figure.axes, arrays.items(), strict=False):
        assert axes.get_title(loc="left").startswith(f"{name}:")
        bars = [patch for patch in axes.patches if hasattr(patch, "get_height")]
        assert sum(bar.get_height() for bar in bars) == array.size
        low, high = bars[0].get_x(), bars[-1].get_x() + bars[-1].get_width()
        assert low <= min(array.min(), before[name].min())
        assert high >= max(array.max(), before[name].max()) - 1e-12
        assert axes.get_xlabel() == f"value (mean {array.mean():.2g}, sd {array.std():.2g})"
    assert figure.get_suptitle() == "Kept, 4 replicas together; outline: before training"


def test_arguments_are_not_modified():
    arrays = weights(replicas=2)
    copies = {name: array.copy() for name, array in arrays.items()}
    heat_maps(arrays)
    histograms(arrays, before=arrays)
    assert all((arrays[name] == copies[name]).all() for name in arrays)


@pytest.mark.parametrize(("cell", "names"), [(GRU, "rzn"), (LSTM, "ifog")])
def test_the_gates_are_marked_where_they_lie(cell, names):
    network = Network(cell(hidden_dim=6), inputs=1, outputs=1, window=4)
    figure = heat_maps(network.initial([0]).arrays())
    axes = next(axes for axes in figure.axes if axes.get_title(loc="left").startswith("W_hh") or
                axes.get_title().startswith("W_hh"))  # fmt: skip
    assert [label.get_text()[-1] for label in axes.get_xticklabels()] == list(names)
    assert axes.get_xticks().tolist() == [2.5 + 6 * gate for gate in range(len(names))]
    assert [line.get_xdata()[0] for line in axes.lines] == [5.5 + 6 * gate for gate in range(len(names) - 1)]
