"""Counting models against fractions counted one by one, and against texts whose entropy is known."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from rnn_lab.evaluation.ngram import fit, number

TEXT = [0, 1, 2, 0, 1, 0, 0, 1, 2, 2, 1, 0, 1, 2, 0]  # of the four symbols 0 .. 3


def grams(text, order=3):
    return np.lib.stride_tricks.sliding_window_view(np.array(text), order)


def table(model, contexts):
    """The probabilities of every symbol after each context."""
    ends = [np.full((len(contexts), 1), symbol) for symbol in range(model.size)]
    return np.column_stack([model.probability(np.hstack([contexts, end])) for end in ends])


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
    every = [list(gram) for gram in product(range(4), repeat=order)]
    expected = [float(by_hand(TEXT, gram[:-1], gram[-1], order, 4)) for gram in every]
    np.testing.assert_allclose(model.probability(np.array(every)), expected, rtol=1e-13)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_probabilities_sum_to_one_and_leave_none_out(order):
    rng = np.random.default_rng(0)
    model = fit([grams(rng.integers(0, 20, 300))], 3, size=25)[order - 1]
    found = table(model, rng.integers(0, 25, (200, order - 1)))
    np.testing.assert_allclose(found.sum(axis=1), 1.0, rtol=1e-12)
    assert found.min() > 0.0


@pytest.mark.parametrize("order", [1, 2, 3])
def test_the_likeliest_symbol_is_that_of_the_whole_distribution(order):
    """Of a text of few symbols and one of many, where most contexts are new or have few followers."""
    rng = np.random.default_rng(0)
    for size, length in ((4, 300), (25, 300)):
        model = fit([grams(rng.integers(0, size - 1, length) ** 2 % size)], 3, size)[order - 1]
        contexts = rng.integers(0, size, (300, order - 1))
        probabilities = table(model, contexts)
        chosen = probabilities[np.arange(300), model.likeliest(contexts)]
        np.testing.assert_array_equal(chosen, probabilities.max(axis=1))


def test_after_what_was_never_seen_the_shorter_memory_speaks():
    _, bigram, trigram = fit([grams(TEXT)], 3, size=4)
    np.testing.assert_array_equal(table(trigram, np.array([[3, 1]])), table(bigram, np.array([[1]])))


def test_blocks_count_like_the_whole():
    whole = fit([grams(TEXT)], 3, size=4)
    parts = fit(np.array_split(grams(TEXT), [1, 5, 6]), 3, size=4)
    for one, other in zip(whole, parts, strict=True):
        np.testing.assert_array_equal(one.grams, other.grams)
        np.testing.assert_array_equal(one.counts, other.counts)
        assert one.counts.sum() == len(TEXT) - 2


def test_a_markov_chain_costs_its_entropy_rate():
    """Rows of the transition matrix: (0.9, 0.1) and (0.4, 0.6), stationary (0.8, 0.2)."""
    rng = np.random.default_rng(1)
    text = [0]
    for u in rng.random(60_000):
        text.append(int(u >= (0.9 if text[-1] == 0 else 0.4)))
    entropy = -0.8 * (0.9 * np.log(0.9) + 0.1 * np.log(0.1)) - 0.2 * (0.4 * np.log(0.4) + 0.6 * np.log(0.6))
    bigram = fit([grams(text[:30_000])], 3, size=2)[1]
    # The sum's standard error is below that of independent steps times the chain's correlation time (1.5 / 0.5).
    loss = -np.log(bigram.probability(grams(text[30_000:], 2))).mean()
    assert loss == pytest.approx(entropy, abs=4 * 0.8 * 3**0.5 / 30_000**0.5)


def test_numbers_of_a_large_alphabet_do_not_collide():
    size = 1_114_112  # every code point that there is
    assert number(np.array([[size - 1] * 3]), size).item() == size**3 - 1
