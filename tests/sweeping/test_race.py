import json
import math

import numpy as np
import pytest

from rnn_lab.sweeping.race import Candidate, RaceState, race

TRUTH = {0: 1.0, 1: 0.5, 2: 2.0, 3: 0.52}


class Lab:
    """Configurations whose values vary from seed to seed, the same way each time that one is run."""

    def __init__(self, truth=TRUTH, noise=0.1, diverges=()):
        self.truth, self.noise, self.diverges, self.calls = truth, noise, diverges, []

    def __call__(self, candidate, seeds):
        self.calls.append((candidate.trial, tuple(seeds)))
        if candidate.trial in self.diverges:
            return [math.nan] * len(seeds)
        luck = [np.random.default_rng([candidate.trial, seed]).normal() for seed in seeds]
        return [self.truth[candidate.trial] * math.exp(self.noise * each) for each in luck]


def entered(epochs=10, reported=None):
    reported = reported or {0: 0.4, 1: 0.49, 2: 1.9, 3: 0.5}
    return [Candidate(trial, value, epochs) for trial, value in reported.items()]


def held(lab, budget=1000.0, candidates=None, **options):
    return race(candidates or entered(), lab, seeds=5, first_seed=100, budget=budget, **options)


def test_the_lucky_one_loses_and_close_ones_go_on():
    lab = Lab()
    found = held(lab)
    assert found.trial in (1, 3)
    assert found.dropped[0] == found.dropped[2] == 1
    assert lab.calls[:4] == [(0, tuple(range(100, 105))), (1, tuple(range(100, 105))), *lab.calls[2:4]]
    assert (1, tuple(range(105, 110))) in lab.calls
    assert (0, tuple(range(105, 110))) not in lab.calls
    assert found.epochs == 10 * len(lab.calls)


def test_the_fresh_value_is_what_the_seeds_gave():
    found = held(Lab(), candidates=entered(reported={1: 0.4}))
    fresh = Lab()(Candidate(1, 0.4, 10), range(100, 105))
    assert found.confirmed.mean == pytest.approx(np.mean(fresh))
    assert found.optimism == pytest.approx(np.mean(fresh) - 0.4)
    assert found.ratio == pytest.approx(np.mean(fresh) / 0.4)
    assert "Trial 1: reported 0.4, over 5 fresh seeds" in found.sentence()


@pytest.mark.parametrize(("budget", "calls"), [(9, 0), (10, 1), (25, 2), (40, 4), (10_000, 8)])
def test_it_never_costs_more_than_it_may(budget, calls):
    lab = Lab(noise=1.0)
    found = held(lab, budget)
    assert 10 * len(lab.calls) <= budget
    assert len(lab.calls) >= calls
    assert (found is None) == (calls == 0)
    if found:
        assert found.epochs <= budget


@pytest.mark.parametrize("killed_after", range(1, 6))
def test_a_killed_race_is_taken_up_where_it_was(killed_after):
    whole_lab, store = Lab(), {}
    whole = held(whole_lab)

    class Killed(Exception):
        pass

    def save(state):
        store["json"] = json.dumps(state.as_json())
        store["saves"] = store.get("saves", 0) + 1
        if store["saves"] == killed_after:
            raise Killed

    first, second = Lab(), Lab()
    with pytest.raises(Killed):
        held(first, save=save)
    found = held(second, state=RaceState.from_json(json.loads(store["json"])))
    assert found == whole
    assert first.calls + second.calls == whole_lab.calls


def test_one_that_diverges_is_not_the_best():
    found = held(Lab(diverges=(1,)), candidates=entered(reported={0: 1.0, 1: 0.1}))
    assert found.trial == 0
    assert found.spreads[1].diverged == 5
    assert RaceState.from_json(RaceState({1: {5: math.inf}}).as_json()).values[1][5] != 0


def test_maximizing_is_minimizing_the_negative():
    def negated(candidate, seeds):
        return [-value for value in Lab()(candidate, seeds)]

    candidates = [Candidate(each.trial, -each.reported, each.epochs) for each in entered()]
    up, down = held(negated, candidates=candidates, minimize=False), held(Lab())
    assert (up.trial, up.dropped, up.optimism) == (down.trial, down.dropped, pytest.approx(down.optimism))


def test_equal_seeds_settle_what_noise_does_not():
    """Without noise the difference is certain, however small, and no variance is divided by."""
    found = held(Lab(noise=0.0))
    assert (found.trial, set(found.dropped)) == (1, {0, 2, 3})
    assert found.confirmed.interval is None


def test_the_interval_covers_although_the_winner_was_chosen():
    """200 races of four equals: 95 % of 200 is 190, with a standard deviation of 3."""
    rng = np.random.default_rng(0)

    def run(candidate, seeds):
        return rng.normal(10.0, 1.0, len(seeds)).tolist()

    spreads = [held(run, budget=40.0).confirmed for _ in range(200)]
    assert sum(low <= 10.0 <= high for low, high in (each.interval for each in spreads)) >= 181
