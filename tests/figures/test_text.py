"""The picture of a text: every character is there, on a colour that says how little it was expected."""

import numpy as np
import pytest

from rnn_lab.figures import surprise


def test_every_character_stands_on_its_surprise():
    text = "In the beginning\nGod created the heaven" * 3
    probabilities = np.random.default_rng(0).uniform(0.01, 1.0, (2, len(text)))
    figure = surprise(text, probabilities, title="genesis")
    axes = figure.axes[0]
    assert "".join(label.get_text() for label in axes.texts) == text.replace("\n", "↵").replace(" ", "·")
    bits = np.asarray(axes.images[0].get_array(), float).ravel()
    np.testing.assert_allclose(bits[: len(text)], -np.log2(probabilities.mean(axis=0)))
    assert np.isnan(bits[len(text) :]).all()
    for position, label in enumerate(axes.texts):
        assert divmod(position, 72) == label.get_position()[::-1]
    assert figure.get_suptitle().endswith(", mean of 2 replicas")


def test_the_average_is_told_and_an_impossible_character_is_no_fault():
    figure = surprise("ab", np.array([[0.25, 1.0]]))
    assert "1 bits on average" in figure.get_suptitle()
    assert figure.get_suptitle().count("replicas") == 0
    figure = surprise("ab", np.array([[0.0, 1.0]]))
    assert figure.axes[0].images[0].get_clim() == pytest.approx((0, 8))


def test_letters_are_light_where_the_cell_is_dark():
    figure = surprise("abc", np.array([[1.0, 0.5**8, 0.5**20]]))
    assert [label.get_color() for label in figure.axes[0].texts] == ["#222222", "white", "white"]
