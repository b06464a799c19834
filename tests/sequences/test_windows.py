"""Windows by their definition, splits by what they promise."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rnn_lab.errors import BadInput
from rnn_lab.sequences.windows import count_windows, split, windows


@pytest.mark.slow
@given(
    length=st.integers(2, 60),
    window=st.integers(1, 30),
    horizon=st.integers(1, 10),
    inputs=st.integers(1, 3),
    targets=st.integers(1, 3),
)
def test_windows_are_cut_as_defined(length: int, window: int, horizon: int, inputs: int, targets: int) -> None:
    assume(window + horizon <= length)
    rng = np.random.default_rng(length)
    source, goal = rng.standard_normal((length, inputs)), rng.standard_normal((length, targets))
    X, Y = windows(source, goal, window, horizon)
    assert X.shape == (length - window - horizon + 1, window, inputs)
    assert Y.shape == (len(X), targets)
    for n in range(len(X)):
        np.testing.assert_array_equal(X[n], source[n : n + window])
        np.testing.assert_array_equal(Y[n], goal[n + window - 1 + horizon])


@pytest.mark.parametrize(("window", "horizon"), [(200, 1), (300, 1), (1, 200), (100, 101)])
def test_a_window_that_does_not_fit_is_refused_in_the_users_words(window: int, horizon: int) -> None:
    with pytest.raises(BadInput, match=rf"data\.window={window} with data\.horizon={horizon} .* 200 rows"):
        count_windows(200, window, horizon)


def test_the_longest_window_leaves_one_record() -> None:
    assert count_windows(200, 199, 1) == 1


@given(
    train=st.integers(1, 60),
    validation=st.integers(1, 60),
    test=st.integers(0, 60),
    gap=st.integers(0, 10),
    spare=st.integers(0, 9),
)
def test_counted_splits_follow_each_other_after_the_gap(
    train: int, validation: int, test: int, gap: int, spare: int
) -> None:
    gaps = 2 * gap if test else gap
    first, second, third = split(train + validation + test + gaps + spare, train, validation, test, gap)
    assert first == slice(0, train)
    assert second == slice(train + gap, train + gap + validation)
    assert (third.stop - third.start, third.stop <= train + validation + test + gaps) == (test, True)
    assert third.start - second.stop == (gap if test else 0)


@given(
    shares=st.lists(st.integers(1, 98), min_size=3, max_size=3).filter(lambda shares: sum(shares) <= 100),
    records=st.integers(100, 1000),
    gap=st.integers(0, 10),
)
def test_a_fraction_is_met_to_less_than_one_record(shares: list[int], records: int, gap: int) -> None:
    train, validation, test = (share / 100 for share in shares)
    parts = split(records + 2 * gap, train, validation, test, gap)
    for part, share in zip(parts, shares, strict=True):
        assert abs((part.stop - part.start) - share * records / 100) < 1
    assert parts[0].start == 0
    assert [later.start - earlier.stop for earlier, later in pairwise(parts)] == [gap, gap]
    assert parts[2].stop <= records + 2 * gap


@given(records=st.integers(2, 500), percent=st.integers(1, 99))
def test_fractions_that_sum_to_one_use_every_record(records: int, percent: int) -> None:
    assume(records * percent >= 100)
    parts = split(records, percent / 100, 1 - percent / 100)
    assert parts[0].stop == parts[1].start == records * percent // 100
    assert parts[1].stop == records


@pytest.mark.parametrize(
    ("shares", "sentence"),
    [
        ((100, 60, 0, 0), r"data\.train=100, data\.validation=60 with data\.gap=0 ask for 160 records.* holds 150"),
        ((100, 40, 0, 20), r"data\.gap=20 ask for 160 records"),
        ((50, 50, 40, 10), r"data\.test=40 with data\.gap=10 ask for 160 records"),
        ((0.8, 0.3, 0, 0), r"data\.train=0\.8, data\.validation=0\.3"),
        ((0, 50, 0, 0), r"data\.train=0 must be a whole number of records from 1 or a fraction"),
        ((-5, 50, 0, 0), r"data\.train=-5 must be"),
        ((1.0, 50, 0, 0), r"data\.train=1\.0 must be"),
        ((float("nan"), 50, 0, 0), r"data\.train=nan must be"),
        ((100, -1, 0, 0), r"data\.validation=-1 must be"),
        ((100, 40, -1, 0), r"data\.test=-1 must be a whole number of records from 0"),
        ((100, 0.001, 0, 0), r"data\.validation=0\.001 leaves no record for validation"),
        ((100, 50, 0, 150), r"data\.gap=150 leaves none of the 150 records"),
    ],
)
def test_splits_that_cannot_be_are_refused_by_key(shares: tuple[float, float, float, int], sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        split(150, *shares)
