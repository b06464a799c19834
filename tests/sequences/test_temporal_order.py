"""Temporal order, held to the words of the paper."""

import numpy as np
import pytest

from rnn_lab.sequences import Records, TemporalOrder

SIX_A = TemporalOrder(relevant=2, length=110, shortest=100)
SIX_B = TemporalOrder(relevant=3, length=110, shortest=100)


def strings(task: TemporalOrder, records: Records) -> list[str]:
    symbols = np.array(task.inputs)
    return ["".join(symbols[steps.argmax(axis=1)[steps.any(axis=1)]]) for steps in records.X]


@pytest.mark.parametrize(
    ("task", "places"), [(SIX_A, [(10, 20), (50, 60)]), (SIX_B, [(10, 20), (33, 43), (66, 76)])], ids=["6a", "6b"]
)
def test_the_published_sequences(task: TemporalOrder, places: list[tuple[int, int]]) -> None:
    records = task.draw(np.random.default_rng(0), 3000)
    found = strings(task, records)
    order = ["".join(symbol for symbol in string if symbol in "XY") for string in found]
    assert order == [task.targets[y] for y in records.Y]
    assert all(string[0] == "B" and string[-1] == "E" and not set("BE") & set(string[1:-1]) for string in found)
    at = np.array([[t for t, symbol in enumerate(string) if symbol in "XY"] for string in found])
    for column, (low, high) in zip(at.T, places, strict=True):
        assert set(column) == set(range(low, high + 1))
    lengths = np.bincount([len(string) for string in found])[100:]
    assert len(lengths) == 11
    for counts, kinds in ((lengths, 11), (np.bincount(records.Y), 2 ** len(places))):
        assert (np.abs(counts - 3000 / kinds) < 5 * np.sqrt(3000 / kinds)).all()
    distractors = "".join(found).translate(str.maketrans("", "", "XYBE"))
    share = [distractors.count(symbol) / len(distractors) for symbol in "abcd"]
    np.testing.assert_allclose(share, 0.25, atol=0.005)


def test_all_end_at_the_last_step_and_zeros_come_before() -> None:
    records = SIX_A.draw(np.random.default_rng(0), 200)
    assert (records.X[:, -1].argmax(axis=1) == SIX_A.inputs.index("E")).all()
    there = records.X.sum(axis=2)
    assert (np.diff(there, axis=1) >= 0).all()
    assert set(there.sum(axis=1)) == set(range(100, 111))


def test_places_scale_with_the_sequence() -> None:
    """One length alone: half of the paper's, and the least that there is."""
    assert TemporalOrder(relevant=2, length=50).places == ((5, 10), (25, 30))
    for relevant in (2, 3):
        for length in range(10, 60):
            bounds = [place for pair in TemporalOrder(relevant=relevant, length=length).places for place in pair]
            assert bounds[0] >= 1  # after B
            assert bounds[-1] <= length - 2  # before E
            assert all(high < low for high, low in zip(bounds[1::2], bounds[2::2], strict=False))
    shortest = TemporalOrder(length=10)
    assert {len(string) for string in strings(shortest, shortest.draw(np.random.default_rng(0), 99))} == {10}


def test_classes_in_the_paper_s_order() -> None:
    """Q, R, S, U; and Q, R, S, U, V, A, B, C."""
    assert SIX_A.targets == ("XX", "XY", "YX", "YY")
    assert SIX_B.targets == ("XXX", "XXY", "XYX", "XYY", "YXX", "YXY", "YYX", "YYY")


def test_solved_at_seven_tenths() -> None:
    records = SIX_A.draw(np.random.default_rng(0), 40)
    for p, solved in ((0.71, True), (0.69, False)):
        answer = np.where(np.arange(4) == records.Y[:, None], np.log(p), np.log((1 - p) / 3))
        assert (SIX_A.success(answer, records) == solved).all()
