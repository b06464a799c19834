"""Models of n - 1 symbols of memory: what counting achieves on a text, and what a network must beat."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Symbols = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class NGram:
    """The distribution of a symbol after the n - 1 before it, by Witten and Bell's interpolation.

        p_n(c | h) = (N(h c) + K(h) p_{n-1}(c | h')) / (N(h) + K(h))

    N counts in the training text, K(h) is the number of different symbols seen after h, and h' is h without its oldest
    symbol; p_0 = 1 / D. After a context never seen, p_n = p_{n-1}. There is nothing to choose or to fit: the weight of
    what is new is how often something new came up.

    Args:
        size: D, the symbols there are.
        grams: the different n-grams seen, (K, n), the oldest symbol first; in the order of their numbers in base D.
        counts: N of each, (K,).
        lower: the model of order n - 1; None for n = 1.

    Example:
        >>> text = np.array([0, 1, 0, 1, 0, 0])
        >>> bigram = fit([np.lib.stride_tricks.sliding_window_view(text, 2)], order=2, size=2)[1]
        >>> bigram.probability(np.array([[1, 0], [1, 1]])).round(3).tolist()  # after a 1 there was twice a 0
        [0.857, 0.143]

    References:
        Witten & Bell, "The zero-frequency problem: estimating the probabilities of novel events in adaptive text
        compression" (1991); interpolated as in Chen & Goodman, "An empirical study of smoothing techniques for language
        modeling" (1999), sec. 2.5.
    """

    size: int
    grams: Symbols
    counts: Symbols
    lower: "NGram | None"

    def probability(self, grams: Symbols) -> Array:
        """Return the probability of the last symbol of each n-gram (M, n) after those before it: (M,)."""
        base = np.full(len(grams), 1.0 / self.size) if self.lower is None else self.lower.probability(grams[:, 1:])
        keys, running = self._keys
        first = number(grams[:, :-1], self.size) * self.size
        start, stop = np.searchsorted(keys, first), np.searchsorted(keys, first + self.size)
        kinds, total = stop - start, running[stop] - running[start]
        place = np.minimum(np.searchsorted(keys, first + grams[:, -1]), len(keys) - 1)
        seen = np.where(keys[place] == first + grams[:, -1], self.counts[place], 0)
        return np.where(kinds > 0, (seen + kinds * base) / np.maximum(total + kinds, 1), base)

    def likeliest(self, contexts: Symbols) -> Symbols:
        """Return the likeliest symbol after each context (M, n - 1): (M,)."""
        known, favourites = self._favourites
        context = number(contexts, self.size)
        place = np.minimum(np.searchsorted(known, context), len(known) - 1)
        if self.lower is None:
            return favourites[place]
        other = self.lower.likeliest(contexts[:, 1:])
        found = np.where(known[place] == context, favourites[place], other)
        # What never came after this context may still be likelier than what did.
        p_found, p_other = (self.probability(np.column_stack([contexts, last])) for last in (found, other))
        return np.where(p_other > p_found, other, found)

    @cached_property
    def _keys(self) -> tuple[Symbols, Symbols]:
        """The n-grams' numbers, and how often those before each were counted in all, (K + 1,)."""
        return number(self.grams, self.size), np.concatenate([[0], np.cumsum(self.counts)])

    @cached_property
    def _favourites(self) -> tuple[Symbols, Symbols]:
        """The numbers of all contexts seen, and the likeliest of the symbols seen after each."""
        context = number(self.grams[:, :-1], self.size)
        order = np.lexsort((self.probability(self.grams), context))
        known, count = np.unique(context, return_counts=True)
        return known, self.grams[order[np.cumsum(count) - 1], -1]


def fit(blocks: Iterable[Symbols], order: int, size: int) -> list[NGram]:
    """Count n-grams, and return the models of order 1 .. ``order``.

    Args:
        blocks: n-grams of successive symbols (M, order), the oldest first; every order counts the same last symbols.
        order: n >= 1.
        size: D.
    """
    keys: list[Symbols] = [np.zeros(0, np.int64) for _ in range(order)]
    counts: list[Symbols] = [np.zeros(0, np.int64) for _ in range(order)]
    for block in blocks:
        for i in range(order):
            new, times = np.unique(number(block[:, order - 1 - i :], size), return_counts=True)
            keys[i], place = np.unique(np.concatenate([keys[i], new]), return_inverse=True)
            counts[i] = np.bincount(place, np.concatenate([counts[i], times])).astype(np.int64)
    models: list[NGram] = []
    for i in range(order):
        grams = keys[i][:, None] // places(i + 1, size) % size
        models.append(NGram(size, grams, counts[i], models[-1] if models else None))
    return models


def places(length: int, size: int) -> Symbols:
    """Return the worth of each place of a number in base ``size``, the highest first: (length,)."""
    return size ** np.arange(length - 1, -1, -1, dtype=np.int64)


def number(symbols: Symbols, size: int) -> Symbols:
    """Return sequences (M, n) as numbers in base ``size``, the first symbol in the highest place: (M,).

    Example:
        >>> number(np.array([[1, 2], [0, 7]]), 10).tolist()
        [12, 7]
    """
    numbers: Symbols = symbols @ places(symbols.shape[1], size)
    return numbers
