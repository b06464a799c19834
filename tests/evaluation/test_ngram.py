"""Counting models against fractions counted one by one, and against texts whose entropy is known."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from rnn_lab.evaluation.ngram import NGram, fit, number

TEXT = [0, 1, 2, 0, 1, 0, 0, 1, 2, 2, 1, 0, 1, 2, 0]  # of the four symbols 0 .. 3


def grams(text, order=3):
    return np.lib.stride_tricks.sliding_window_view(np.array(text), order)


def by_hand(text, context, symbol, order, size):
    """The definition, in fractions; each order counts the last symbols of the trigrams."""
    if order == 0:
        return Fraction(1, size)
    kept = context[len(context) - order + 1 :]
    followers = [text[i] for i in range(2, len(text)) if text[i - order + 1 : i] == kept]
    base = by_hand(text, kept[1:], symbol, order - 1, size)
    if not followers:
        return base
    kinds = len(set(followers))
    return (followers.count(symbol) + kinds * base) / (len(followers) + kinds)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_every_probability_by_hand(order):
    model = fit([grams(TEXT)], 3, size=4)[order - 1]
    contexts = [list(context) for context in product(range(4), repeat=order - 1)]
    found = model.distribution(np.array(contexts, np.int64))
    for context, row in zip(contexts, found, strict=True):
        expected = [float(by_hand(TEXT, context, symbol, order, 4)) for symbol in range(4)]
        np.testing.assert_allclose(row, expected, rtol=1e-13)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_probabilities_sum_to_one_and_leave_none_out(order):
    rng = np.random.default_rng(0)
    model = fit([grams(rng.integers(0, 20, 300))], 3, size=25)[order - 1]
    found = model.distribution(rng.integers(0, 25, (200, order - 1)))
    np.testing.assert_allclose(found.sum(axis=1), 1.0, rtol=1e-12)
    assert found.min() > 0.0


def test_after_what_was_never_seen_the_shorter_memory_speaks():
    _, bigram, trigram = fit([grams(TEXT)], 3, size=4)
    np.testing.assert_array_equal(trigram.distribution(np.array([[3, 1]])), bigram.distribution(np.array([[1]])))


def test_blocks_count_like_the_whole():
    whole = fit([grams(TEXT)], 3, size=4)
    parts = fit(np.array_split(grams(TEXT), [1, 5, 6]), 3, size=4)
    for one, other in zip(whole, parts, strict=True):
        np.testing.assert_array_equal(one.keys, other.keys)
        np.testing.assert_array_equal(one.counts, other.counts)
        assert (np.diff(one.keys) > 0).all()
        assert one.counts.sum() == len(TEXT) - 2


def surprise(model: NGram, text):
    windows = grams(text, 2)
    table = model.distribution(np.arange(model.size)[:, None])
    return -np.log(table[windows[:, 0], windows[:, 1]]).mean()


def test_a_markov_chain_costs_its_entropy_rate():
    """Rows of the transition matrix: (0.9, 0.1) and (0.4, 0.6), stationary (0.8, 0.2)."""
    rng = np.random.default_rng(1)
    text = [0]
    for u in rng.random(60_000):
        text.append(int(u >= (0.9 if text[-1] == 0 else 0.4)))
    entropy = -0.8 * (0.9 * np.log(0.9) + 0.1 * np.log(0.1)) - 0.2 * (0.4 * np.log(0.4) + 0.6 * np.log(0.6))
    bigram = fit([grams(text[:30_000])], 3, size=2)[1]
    # The sum's standard error is below that of independent steps times the chain's correlation time (1.5 / 0.5).
    assert surprise(bigram, text[30_000:]) == pytest.approx(entropy, abs=4 * 0.8 * 3**0.5 / 30_000**0.5)


def test_numbers_of_a_large_alphabet_do_not_collide():
    size = 1_114_112  # every code point that there is
    assert number(np.array([[size - 1] * 3]), size).item() == size**3 - 1
