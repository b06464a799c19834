"""The two Reber grammars against a regular expression, an enumeration of all strings, and a system of equations."""

import re
from collections import Counter
from functools import cache

import numpy as np
import pytest

from rnn_lab.sequences import EmbeddedReber, Reber

# Loops written out by hand from the published graph: after X the string ends by S, or goes round by XT*VP.
A = "(?:XT*VP)*(?:S|XT*VV)"
SIMPLE = f"B(?:TS*X{A}|PT*V(?:P{A}|V))E"
LANGUAGE = {
    Reber: re.compile(SIMPLE),
    EmbeddedReber: re.compile(f"B(?:T{SIMPLE}T|P{SIMPLE}P)E"),
}
KINDS = [Reber, EmbeddedReber]

GRAPH = {0: "B1", 1: "T2P3", 2: "S2X4", 3: "T3V5", 4: "X3S6", 5: "P4V6", 6: "E7"}


@cache
def strings(longest: int) -> dict[str, float]:
    """Every string of the simple grammar up to a length, with its probability."""
    found: dict[str, float] = {}

    def walk(node: int, string: str, probability: float) -> None:
        if node == 7:
            found[string] = probability
        elif len(string) < longest:
            edges = GRAPH[node]
            for at in range(0, len(edges), 2):
                walk(int(edges[at + 1]), string + edges[at], probability / (len(edges) / 2))

    walk(0, "", 1.0)
    return found


def all_strings(kind: type[Reber], longest: int) -> dict[str, float]:
    if kind is Reber:
        return strings(longest)
    return {f"B{s}{inner}{s}E": p / 2 for inner, p in strings(longest - 4).items() for s in "TP"}


def texts(task: Reber, count: int, seed: int = 0) -> list[str]:
    records = task.draw(np.random.default_rng(seed), count)
    return [task.text(records, n) for n in range(count)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_string_is_one_of_the_language(kind: type[Reber]) -> None:
    task = kind(length=30)
    found = texts(task, 2000)
    assert all(LANGUAGE[kind].fullmatch(string) for string in found)
    assert max(map(len, found)) <= 30
    assert min(map(len, found)) == (5 if kind is Reber else 9) == task.grammar.shortest


def test_published_examples() -> None:
    """Of the course page that popularised the graph: strings of the language, and some that are not."""
    assert all(LANGUAGE[Reber].fullmatch(s) for s in ("BTSSXXTVVE", "BPVVE", "BTXXVPSE", "BPVPXVPXVPXVVE", "BTSXXVPSE"))
    not_one = ("BTSSPXSE", "BPTVVB", "BTXXVVSE", "BPVSPSE", "BTSSSE")
    assert not any(LANGUAGE[Reber].fullmatch(s) for s in not_one)
    assert {"BPVVE", "BTXXVPSE", "BTSXXVPSE"} <= set(strings(10))
    assert not set(not_one) & set(strings(10))


@pytest.mark.parametrize(("kind", "longest"), [(Reber, 8), (EmbeddedReber, 12)])
def test_strings_come_as_often_as_they_should(kind: type[Reber], longest: int) -> None:
    """All there are up to this length, those that are longer being drawn again: within five standard errors."""
    exact = all_strings(kind, longest)
    share, count = sum(exact.values()), 20_000
    drawn = Counter(texts(kind(length=longest), count))
    assert set(drawn) == set(exact)
    for string, probability in exact.items():
        expected = count * probability / share
        assert abs(drawn[string] - expected) < 5 * np.sqrt(expected)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("longest", [9, 10, 15, 24])
def test_entropy_by_listing_every_string(kind: type[Reber], longest: int) -> None:
    """A string's entropy is the sum of its predictions' (chain rule): -sum p ln p, over their expected number."""
    p = np.array(list(all_strings(kind, longest).values()))
    predictions = np.array([len(string) - 1 for string in all_strings(kind, longest)])
    share = p.sum()
    p /= share
    exact = kind(length=longest).statistics
    assert exact.share == pytest.approx(share, rel=1e-12)
    assert exact.predictions == pytest.approx(p @ predictions, rel=1e-12)
    assert exact.entropy == pytest.approx(-(p @ np.log(p)) / (p @ predictions), rel=1e-10)


@pytest.mark.parametrize("kind", KINDS)
def test_accuracy_and_bigrams_by_listing_every_string(kind: type[Reber]) -> None:
    """The best guess after each beginning is what most of its continuations have next."""
    longest = 16
    exact, after = kind(length=longest).statistics, Counter[tuple[str, str]]()
    bigram = np.zeros((7, 7))
    for string, p in all_strings(kind, longest).items():
        for t in range(1, len(string)):
            after[string[:t], string[t]] += p / exact.share  # type: ignore[assignment]
            bigram["BTPSXVE".index(string[t - 1]), "BTPSXVE".index(string[t])] += p / exact.share
    best: dict[str, float] = {}
    for (beginning, _), p in after.items():
        best[beginning] = max(best.get(beginning, 0.0), p)
    assert exact.accuracy == pytest.approx(sum(best.values()) / exact.predictions, rel=1e-12)
    np.testing.assert_allclose(exact.bigram, bigram, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(("kind", "choices", "predictions"), [(Reber, 6, 7), (EmbeddedReber, 7, 11)])
def test_without_a_longest_string_entropy_is_a_closed_form(kind: type[Reber], choices: int, predictions: int) -> None:
    """Expected visits v of each node solve v = start + P^T v; each node with two edges is worth ln 2."""
    move = np.zeros((7, 7))
    for node, edges in GRAPH.items():
        for at in range(1, len(edges), 2):
            if int(edges[at]) < 7:
                move[node, int(edges[at])] += 2 / len(edges)
    visits = np.linalg.solve(np.eye(7) - move.T, np.eye(7)[0])
    inner_choices = visits @ [len(edges) == 4 for edges in GRAPH.values()]
    frame_choices, frame_symbols = (0, 0) if kind is Reber else (1, 4)
    assert inner_choices + frame_choices == pytest.approx(choices)
    assert visits.sum() + frame_symbols - 1 == pytest.approx(predictions)
    exact = kind(length=200).statistics
    assert exact.predictions == pytest.approx(predictions, rel=1e-12)
    assert exact.entropy == pytest.approx(choices * np.log(2) / predictions, rel=1e-12)
    assert exact.accuracy == pytest.approx(1 - choices / 2 / predictions, rel=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_the_grammar_s_own_probabilities_score_its_entropy(kind: type[Reber]) -> None:
    """Monte Carlo with the longest string far away, within five standard errors."""
    task = kind(length=60)
    records = task.draw(np.random.default_rng(0), 5000)
    nats, count = [], []
    for string in (task.text(records, n) for n in range(5000)):
        inner = string if kind is Reber else string[2:-2]
        node, choices = 0, 0 if kind is Reber else 1
        for symbol in inner:
            choices += len(GRAPH[node]) == 4
            node = int(GRAPH[node][GRAPH[node].index(symbol) + 1])
        nats.append(choices * np.log(2))
        count.append(len(string) - 1)
    ratio = np.sum(nats) / np.sum(count)
    assert task.ideal(records) == pytest.approx(ratio, rel=1e-12)
    error = np.std(np.array(nats) - ratio * np.array(count)) / np.mean(count) / np.sqrt(5000)
    assert abs(ratio - task.entropy) < 5 * error < 0.02 * task.entropy


def test_yardsticks_in_order() -> None:
    for length in (12, 40):
        yardsticks = EmbeddedReber(length=length).yardsticks()
        losses = [yardsticks[name]["loss"] for name in ("entropy", "short memory", "no memory")]
        assert losses == sorted(losses)
        assert losses[0] > 0


def test_one_symbol_forgotten_costs_ln_2_a_string() -> None:
    """All that follows P for what follows T, by an answer that knows the rest: half the odds at the second last."""
    task = EmbeddedReber(length=30)
    records = task.draw(np.random.default_rng(0), 4000)
    assert records.mask is not None
    due = records.mask.sum(axis=1) - 2
    extra = len(records) * np.log(2) / records.mask.sum()
    stated = task.yardsticks()
    assert stated["short memory"]["loss"] - stated["entropy"]["loss"] == pytest.approx(extra, rel=0.02)
    assert stated["entropy"]["accuracy"] - stated["short memory"]["accuracy"] == pytest.approx(
        0.5 * len(records) / records.mask.sum(), rel=0.02
    )
    second_last = np.array(task.targets)[records.Y[np.arange(4000), due]]
    second = [task.text(records, n)[1] for n in range(4000)]
    assert second_last.tolist() == second


def test_success_of_the_embedded_grammar_asks_for_the_second_last_alone() -> None:
    task = EmbeddedReber(length=30)
    records = task.draw(np.random.default_rng(0), 300)
    assert records.mask is not None
    outputs = np.zeros((2, 300, task.window, 7))
    each, due = np.arange(300), records.mask.sum(axis=1) - 2
    T = task.targets.index("T")
    outputs[0, each, due, records.Y[each, due]] = 1.0
    outputs[1, each, due, T] = 1.0
    right, always_t = task.success(outputs, records)
    assert right.all()
    assert (always_t == np.array([task.text(records, n)[1] == "T" for n in range(300)])).all()
    assert not task.legal(outputs, records).any()


def test_a_string_that_is_wrong_once_is_not_legal() -> None:
    task = Reber(length=30)
    records = task.draw(np.random.default_rng(0), 20)
    outputs = task.may_follow(records).astype(float)
    assert task.success(outputs, records).all()
    outputs[4, 2] = 1 - outputs[4, 2]
    assert np.flatnonzero(~task.success(outputs, records)).tolist() == [4]
    never_two = np.where(np.arange(7) == records.Y[..., None], 1.0, 0.0)  # what followed, where another might have
    assert not task.success(never_two, records).any()
