"""Finite-state grammars: strings drawn from one, and what any predictor of their next symbol can reach at best.

A grammar is a graph whose edges bear symbols. A string is a walk from the first node to the last; where two edges
leave a node, each is taken half of the time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Codes = NDArray[np.int64]
Paths = Mapping[int, str]
"""Node -> its one or two edges, such as ``"T2 P3"``: by T to node 2, by P to node 3; two have different symbols."""


@dataclass(frozen=True, eq=False)
class Statistics:
    """Exact statistics of the strings of a grammar up to some length, each as likely as in the grammar.

    Predictions are of every symbol but the first, from all before it.

    Attributes:
        share: of the grammar's strings, by probability, that are no longer.
        predictions: expected number in a string.
        entropy: nats a prediction, the least mean cross-entropy that any predictor can have.
        accuracy: the largest share of predictions that can be right.
        bigram: (A, A), expected number of times in a string that the second symbol follows the first.
    """

    share: float
    predictions: float
    entropy: float
    accuracy: float
    bigram: Array

    @property
    def memoryless(self) -> tuple[float, float]:
        """Cross-entropy and accuracy of the best predictor that sees the current symbol alone."""
        following = self.bigram / np.maximum(self.bigram.sum(axis=1, keepdims=True), 1e-300)
        nats = -(self.bigram * _log(following)).sum()
        return nats / self.predictions, self.bigram.max(axis=1).sum() / self.predictions


@dataclass(frozen=True, eq=False)
class Grammar:
    """A grammar whose nodes are numbered from 0, the first, to the last, which no edge leaves.

    Args:
        symbols: the A symbols.
        paths: edges of every node but the last.

    Example:
        >>> grammar = Grammar("ab", {0: "a1", 1: "a1 b2"})  # a, any number of a, b: half of the strings are ab
        >>> grammar.statistics(2).share, grammar.statistics(60).predictions
        (0.5, 2.0)
    """

    symbols: str
    paths: Paths

    @cached_property
    def edges(self) -> tuple[Codes, Codes]:
        """Symbol and next node of both edges of each node, (S, 2) each; a single edge stands twice."""
        pairs = [(text.split() * 2)[:2] for _, text in sorted(self.paths.items())]
        symbol = np.array([[self.symbols.index(edge[0]) for edge in pair] for pair in pairs])
        return symbol, np.array([[int(edge[1:]) for edge in pair] for pair in pairs])

    @cached_property
    def step(self) -> Codes:
        """Node after a symbol at a node, (S + 1, A); -1 where the symbol may not follow."""
        symbol, following = self.edges
        table = np.full((len(symbol) + 1, len(self.symbols)), -1)
        table[np.arange(len(symbol))[:, None], symbol] = following
        return table

    @property
    def shortest(self) -> int:
        """Symbols of the shortest string."""
        length, reached = 0, {0}
        while len(self.paths) not in reached:
            reached = {int(node) for at in reached for node in self.edges[1][at]}
            length += 1
        return length

    def draw(self, rng: np.random.Generator, strings: int, longest: int) -> Codes:
        """Draw strings of at most ``longest`` symbols, (strings, longest); -1 fills up what lies beyond the end.

        A longer string is thrown away and drawn again; ``longest`` must not be below ``shortest``.
        """
        found = np.empty((strings, longest), np.int64)
        todo = np.arange(strings)
        while len(todo):
            codes, complete = self._walk(rng, len(todo), longest)
            found[todo[complete]] = codes[complete]
            todo = todo[~complete]
        return found

    def _walk(self, rng: np.random.Generator, strings: int, longest: int) -> tuple[Codes, NDArray[np.bool_]]:
        symbol, following = self.edges
        last = len(symbol)
        codes = np.full((strings, longest), -1)
        node = np.zeros(strings, np.int64)
        for t in range(longest):
            walking = np.flatnonzero(node != last)
            edge = node[walking], rng.integers(2, size=len(walking))
            codes[walking, t], node[walking] = symbol[edge], following[edge]
        return codes, node == last

    def legal(self, codes: Codes) -> NDArray[np.bool_]:
        """Tell which symbols may follow each beginning of a string: codes (N, T) -> (N, T, A).

        None follows what lies beyond the end.
        """
        allowed = np.empty((*codes.shape, len(self.symbols)), bool)
        node = np.zeros(len(codes), np.int64)
        for t, code in enumerate(codes.T):
            node = np.where(code < 0, len(self.paths), self.step[node, code])
            allowed[:, t] = self.step[node] >= 0
        return allowed

    def statistics(self, longest: int) -> Statistics:
        """Add up all strings of at most ``longest`` symbols, without listing them.

        The chance to end in time, from each node with so many symbols left, follows by recursion from the end; with it
        the walk that is known to end in time is a Markov chain again, whose nodes' chances follow from the start.
        """
        symbol, following = self.edges
        last = len(symbol)
        in_time = np.zeros((longest + 1, last + 1))
        in_time[:, last] = 1.0
        for left in range(1, longest + 1):
            in_time[left, :last] = 0.5 * in_time[left - 1][following].sum(axis=1)
        at = np.zeros((last, len(self.symbols)))  # chance of each node, by the symbol that led to it
        bigram = np.zeros((len(self.symbols),) * 2)
        start = np.zeros((last, len(self.symbols)))
        nats = right = 0.0
        for t in range(longest):
            left = longest - t
            ends = in_time[left, :last, None]
            taken = 0.5 * in_time[left - 1][following] / np.where(ends > 0, ends, 1.0)  # (S, 2), given an end in time
            if t == 0:
                here = np.eye(1, last)[0]
            else:
                here = at.sum(axis=1)
                chances = self._by_symbol(taken)
                nats -= (here[:, None] * chances * _log(chances)).sum()
                right += (here * chances.max(axis=1)).sum()
                bigram += at.T @ chances
            at = start.copy()
            flow = here[:, None] * taken
            inside = following != last
            np.add.at(at, (following[inside], symbol[inside]), flow[inside])
        predictions = bigram.sum()
        return Statistics(
            share=float(in_time[longest, 0]),
            predictions=float(predictions),
            entropy=float(nats / predictions),
            accuracy=float(right / predictions),
            bigram=bigram,
        )

    def _by_symbol(self, taken: Array) -> Array:
        """Chances of each node's edges (S, 2) -> of the symbols (S, A)."""
        chances = np.zeros((len(taken), len(self.symbols)))
        np.add.at(chances, (np.arange(len(taken))[:, None], self.edges[0]), taken)
        return chances


def _log(chances: Array) -> Array:
    """Take the logarithm, with 0 log 0 = 0 in mind."""
    return np.log(np.where(chances > 0, chances, 1.0))
