"""Grammars of any graph: what is added up without listing strings is what listing them gives."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_lab.sequences.grammar import Grammar

SYMBOLS = "abc"


@st.composite
def graphs(draw: st.DrawFn) -> dict[int, str]:
    """Two to five nodes, each with a way to the next and perhaps another anywhere: so the last can be reached."""
    size = draw(st.integers(2, 5))
    paths = {}
    for node in range(size):
        first, second = draw(st.permutations(SYMBOLS))[:2]
        onward = f"{first}{node + 1}"
        elsewhere = f" {second}{draw(st.integers(0, size))}" if draw(st.booleans()) and node else ""
        paths[node] = onward + elsewhere
    return paths


def listed(paths: dict[int, str], longest: int) -> dict[str, float]:
    found: dict[str, float] = {}

    def walk(node: int, string: str, p: float) -> None:
        if node == len(paths):
            found[string] = found.get(string, 0.0) + p
        elif len(string) < longest:
            for edge in paths[node].split():
                walk(int(edge[1:]), string + edge[0], p / len(paths[node].split()))

    walk(0, "", 1.0)
    return found


@given(graphs(), st.integers(2, 9))
def test_sums_over_all_strings(paths: dict[int, str], longest: int) -> None:
    grammar, strings = Grammar(SYMBOLS, paths), listed(paths, longest)
    if not strings:
        assert grammar.shortest > longest
        return
    assert grammar.shortest == min(map(len, strings)) <= longest
    exact = grammar.statistics(longest)
    p = np.array(list(strings.values())) / sum(strings.values())
    predictions = p @ [len(string) - 1 for string in strings]
    assert exact.share == pytest.approx(sum(strings.values()))
    assert exact.predictions == pytest.approx(predictions)
    # The first symbol is no choice, so the whole string's entropy is that of the predictions.
    assert exact.entropy == pytest.approx(-(p @ np.log(p)) / predictions, abs=1e-12)
    nats, accuracy = exact.memoryless
    assert exact.entropy <= nats + 1e-12
    assert exact.accuracy >= accuracy - 1e-12


@given(graphs())
def test_draws_are_strings_and_what_may_follow_does(paths: dict[int, str]) -> None:
    longest = 9
    grammar, strings = Grammar(SYMBOLS, paths), listed(paths, longest)
    codes = grammar.draw(np.random.default_rng(0), 20, longest)
    allowed = grammar.legal(codes)
    for one, may in zip(codes, allowed, strict=True):
        string = "".join(SYMBOLS[code] for code in one if code >= 0)
        assert string in strings
        assert (one[len(string) :] == -1).all()
        for t in range(longest):
            beginning = string[: t + 1]
            following = {other[t + 1] for other in strings if other.startswith(beginning) and len(other) > t + 1}
            if t + 1 >= len(string):  # the end, and beyond
                assert not may[t].any()
            else:
                assert following <= {SYMBOLS[symbol] for symbol in np.flatnonzero(may[t])}
                assert string[t + 1] in following


def test_a_loop_s_entropy_is_a_geometric_distribution_s() -> None:
    """Any number of a, then b: 2 ln 2 a string, for two predictions of it."""
    exact = Grammar("ab", {0: "a1", 1: "a1 b2"}).statistics(80)
    assert exact.predictions == pytest.approx(2.0, rel=1e-12)
    assert exact.entropy == pytest.approx(np.log(2), rel=1e-12)
    np.testing.assert_allclose(exact.bigram, [[1.0, 1.0], [0.0, 0.0]], rtol=1e-12)
