"""The seasonal naive forecast, row by row, and freely."""

import numpy as np
import pytest

from rnn_lab.errors import BadInput
from rnn_lab.evaluation.baselines import Problem, SeasonalNaive
from rnn_lab.evaluation.free_run.segment import segment_of
from rnn_lab.scoring import targets_of
from rnn_lab.sequences import Generated, Sine, Stream


def sine(**arguments):
    arguments = {"window": 20, "train": 80, "validation": 40, "test": 20, **arguments}
    return Generated(name="sine", series=Sine(length=200, noise=0.1), **arguments).dataset()


def fitted(data, season):
    (only,) = SeasonalNaive(season=season).fit(Problem(data, targets_of(data), 4)).values()
    return only


@pytest.mark.parametrize(("season", "horizon", "back"), [(6, 1, 6), (6, 6, 6), (6, 7, 12), (1, 3, 3)])
@pytest.mark.parametrize(
    "make",
    [
        sine,
        lambda horizon: Stream(
            name="sine", series=Sine(length=400, noise=0.1), train=0.7, validation=0.3, horizon=horizon
        ).dataset(),
    ],
)
def test_a_whole_number_of_seasons_before(make, season, horizon, back):
    data = make(horizon=horizon)
    for split in data.scored.values():
        series, at = data.history(split)
        np.testing.assert_array_equal(fitted(data, season).predict(split), series[[t - back for t in at]])


def test_freely_it_repeats_the_last_season():
    data = sine()
    segment = segment_of(data)
    starts = np.array([segment.first, segment.first + 3])
    runs = fitted(data, 6).free_run(segment, starts, 14)
    for k, start in enumerate(starts):
        known = list(segment.series[:start, 0])
        for s in range(14):
            known.append(known[-6])
            assert runs[k, s, 0] == known[-1]


def test_left_out_where_no_season_is_given():
    data = sine()
    assert SeasonalNaive().fit(Problem(data, targets_of(data), 4)) == {}


def test_a_season_beyond_the_data_is_refused():
    with pytest.raises(BadInput, match=r"season=21 is not allowed: before the first target lie 20 rows"):
        fitted(sine(), 21)
