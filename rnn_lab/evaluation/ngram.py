"""Models of n - 1 symbols of memory: what counting achieves on a text, and what a network must beat."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

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
        keys: the n-grams seen, each as a number in base D, the oldest symbol first; increasing.
        counts: N of each.
        lower: the model of order n - 1; None for n = 1.

    Example:
        >>> text = np.array([0, 1, 0, 1, 0, 0])
        >>> model = fit([np.lib.stride_tricks.sliding_window_view(text, 2)], order=2, size=2)[1]
        >>> model.distribution(np.array([[1]])).round(3).tolist()  # after a 1 there was twice a 0
        [[0.857, 0.143]]

    References:
        Witten & Bell, "The zero-frequency problem: estimating the probabilities of novel events in adaptive text
        compression" (1991); interpolated as in Chen & Goodman, "An empirical study of smoothing techniques for language
        modeling" (1999), sec. 2.5.
    """

    size: int
    keys: Symbols
    counts: Symbols
    lower: "NGram | None"

    def distribution(self, contexts: Symbols) -> Array:
        """Return the probabilities of every symbol after each context (U, n - 1), the oldest symbol first: (U, D)."""
        if self.lower is None:
            base = np.full((len(contexts), self.size), 1.0 / self.size)
        else:
            base = self.lower.distribution(contexts[:, 1:])
        first = number(contexts, self.size) * self.size
        start, stop = np.searchsorted(self.keys, first), np.searchsorted(self.keys, first + self.size)
        kinds = stop - start
        context = np.repeat(np.arange(len(contexts)), kinds)
        # Positions start .. stop - 1 of one context after the other.
        position = np.arange(kinds.sum()) + np.repeat(start - (np.cumsum(kinds) - kinds), kinds)
        seen = np.zeros_like(base)
        seen[context, self.keys[position] % self.size] = self.counts[position]
        weight = kinds[:, None]
        mixed: Array = (seen + weight * base) / np.maximum(seen.sum(axis=1, keepdims=True) + weight, 1)
        return np.where(weight > 0, mixed, base)


def fit(grams: Iterable[Symbols], order: int, size: int) -> list[NGram]:
    """Count n-grams, and return the models of order 1 .. ``order``.

    Args:
        grams: blocks (M, order) of successive symbols, the oldest first; every order counts the same last symbols.
        order: n >= 1.
        size: D.
    """
    keys: list[Symbols] = [np.zeros(0, np.int64) for _ in range(order)]
    counts: list[Symbols] = [np.zeros(0, np.int64) for _ in range(order)]
    for block in grams:
        for i in range(order):
            new, times = np.unique(number(block[:, order - 1 - i :], size), return_counts=True)
            keys[i], place = np.unique(np.concatenate([keys[i], new]), return_inverse=True)
            counts[i] = np.bincount(place, np.concatenate([counts[i], times])).astype(np.int64)
    models: list[NGram] = []
    for i in range(order):
        models.append(NGram(size, keys[i], counts[i], models[-1] if models else None))
    return models


def number(symbols: Symbols, size: int) -> Symbols:
    """Return sequences (M, n) as numbers in base ``size``, the first symbol in the highest place: (M,).

    Example:
        >>> number(np.array([[1, 2], [0, 7]]), 10).tolist()
        [12, 7]
    """
    places = size ** np.arange(symbols.shape[1] - 1, -1, -1, dtype=np.int64)
    numbers: NDArray[Any] = symbols @ places
    return numbers.astype(np.int64)
