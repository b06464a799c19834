"""Confirmation of a finished search: its best few trials run with fresh seeds, and a race among them says the best.

Everything that was measured lies in the study's attributes, after each run: a sweep that is killed goes on from there.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf
from optuna.trial import FrozenTrial, TrialState

from rnn_lab.errors import BadInput
from rnn_lab.scoring.spread import Spread, spread
from rnn_lab.sweeping.attributes import CONFIRMED, SAME_AS
from rnn_lab.sweeping.fresh import Flying, RunLost, Starter, first_fresh_seed, held_out
from rnn_lab.sweeping.options import Options
from rnn_lab.sweeping.plan import Plan
from rnn_lab.sweeping.race import CONFIRMATION, SHARE, Candidate, RaceState, race
from rnn_lab.sweeping.study import SweepStudy
from rnn_lab.sweeping.terminal import say, tell, warn

RUNS = "confirmation"
"""The folder, in a study's, of the runs with fresh seeds."""


def check_confirmation(plan: Plan, options: Options) -> None:
    """See that fresh seeds can be drawn, where they are asked for.

    Raises:
        BadInput: the config has no seed and replicas to count on from, or they are searched themselves.
    """
    asked = [
        (options.compare, f"hydra.sweeper.compare={','.join(options.compare)} runs the winners", "leave it out"),
        (options.confirm, f"hydra.sweeper.confirm={options.confirm} runs the best trials", "0 leaves it out"),
    ]
    for wanted, what, off in asked:
        if not wanted:
            continue
        for key in ("seed", "replicas"):
            if key in {each.key for each in plan.parameters} | set(plan.group):
                raise BadInput(f"{what} with fresh seeds, and {key} has several values itself: give it one, or {off}.")
            if not isinstance(OmegaConf.select(plan.config, key), int):
                raise BadInput(f"{what} with fresh seeds, and the config has no whole number {key!r}: {off}.")


class Confirmer:
    """Races the best trials of studies, one study after the other, on the sweep's executor."""

    def __init__(self, starter: Starter, options: Options) -> None:
        self._starter, self._options = starter, options

    def confirm(self, study: SweepStudy) -> None:
        """Confirm the best of a study, and keep what was found in it.

        Raises:
            Interrupted: between two runs' records.
        """
        trials = [each for each in study.finished() if each.state == TrialState.COMPLETE]
        if not trials or study.confirmed():
            return
        runs = _FreshRuns(study, self._options.confirm, self._starter)
        cost = max((steps(each) for each in study.finished()), default=0) or 1
        spent = sum(steps(each) for each in study.finished() if SAME_AS not in each.user_attrs)
        budget = SHARE * (spent or len(study.finished()))
        front = study.front() if len(study.options.objectives) > 1 else trials
        candidates = [Candidate(each.number, each.values[0], cost) for each in front if SAME_AS not in each.user_attrs]
        try:
            found = _front(candidates, runs, budget) if len(study.names) > 1 else _one(candidates, runs, budget)
        except RunLost as error:
            warn(f"{study.plan.name}: the best trials are not confirmed: {error}")
            return
        if found is None:
            tell(
                f"{study.plan.name}: too few trials to confirm the best: a fifth of their {spent or len(trials)} "
                f"{'epochs' if spent else 'runs'} does not pay for one run of {cost}."
            )
            return
        study.study.set_user_attr(CONFIRMED, found | {"after": len(study.finished())})


class _FreshRuns:
    """Runs that a race asks for: they are started together, and the values of all objectives kept in the study."""

    def __init__(self, study: SweepStudy, seeds: int, starter: Starter) -> None:
        self.study, self.seeds, self._starter = study, seeds, starter
        self.first_seed = first_fresh_seed(study)
        self.minimize = study.options.objectives[0] == "minimize"
        stored: dict[str, Any] = study.study.user_attrs.get(CONFIRMATION) or {}
        others = stored.get("others", [{"values": {}}] * (len(study.options.objectives) - 1))
        self.states = [RaceState.from_json(each) for each in ({"values": {}} | stored, *others)]
        self._flying: dict[tuple[int, int], Flying] = {}

    def announce(self, todo: Sequence[tuple[Candidate, Sequence[int]]]) -> None:
        """Start all runs of a round."""
        for each, seeds in todo:
            say(f"{self.study.plan.name}: confirming trial {each.trial} with seeds {seeds[0]} to {seeds[-1]}")
            self._flying[each.trial, seeds[0]] = self._starter.start(self.study, each.trial, seeds, RUNS)

    def __call__(self, candidate: Candidate, seeds: Sequence[int]) -> Sequence[float]:
        """Wait for a run; the first objective's values."""
        first, *others = self._flying.pop((candidate.trial, seeds[0])).values()
        for state, values in zip(self.states[1:], others, strict=True):
            state.values.setdefault(candidate.trial, {}).update(zip(seeds, values, strict=True))
        return first

    def save(self, state: RaceState) -> None:
        """Keep all that is known."""
        others = [each.as_json() for each in self.states[1:]]
        self.study.study.set_user_attr(CONFIRMATION, state.as_json() | ({"others": others} if others else {}))

    def held_out(self, trial: int) -> dict[str, dict[str, Any]]:
        """The test scores of a trial's fresh seeds."""
        folders = sorted(Path(self.study.plan.folder, RUNS).glob(f"{trial}-seeds-*"))
        return {name: spread(values).as_dict() for name, values in held_out(self.study, folders).items()}


def steps(trial: FrozenTrial) -> int:
    """Number of epochs that a trial reported: its cost."""
    return max(trial.intermediate_values, default=0)


def _one(candidates: Sequence[Candidate], runs: _FreshRuns, budget: float) -> dict[str, Any] | None:
    """Race for one objective."""
    found = race(
        candidates,
        runs,
        seeds=runs.seeds,
        first_seed=runs.first_seed,
        budget=budget,
        minimize=runs.minimize,
        state=runs.states[0],
        save=runs.save,
        announce=runs.announce,
    )
    if found is None:
        return None
    return {
        "trial": found.trial,
        "reported": found.reported,
        "confirmed": found.confirmed.as_dict(),
        "optimism": found.optimism,
        "ratio": found.ratio,
        "finalists": list(found.finalists),
        "raced": sorted(found.spreads),
        "epochs": found.epochs,
        "test": runs.held_out(found.trial),
    }


def _front(candidates: Sequence[Candidate], runs: _FreshRuns, budget: float) -> dict[str, Any] | None:
    """Run each member of the front with the same fresh seeds, best first, as many as the budget pays for."""
    members = list(candidates)[: int(budget // candidates[0].epochs)]
    if not members:
        return None
    state = runs.states[0]
    fresh = [runs.first_seed + r for r in range(runs.seeds)]
    todo = [(each, [s for s in fresh if s not in state.values.get(each.trial, {})]) for each in members]
    runs.announce([(each, missing) for each, missing in todo if missing])
    for each, missing in todo:
        if missing:
            known = state.values.setdefault(each.trial, {})
            known.update(zip(missing, runs(each, missing), strict=True))
            runs.save(state)
    spreads = {each.trial: [spread(list(one.values[each.trial].values())) for one in runs.states] for each in members}
    sign = 1 if runs.minimize else -1
    best = min(members, key=lambda each: _place(spreads[each.trial][0], sign))
    first = spreads[best.trial][0]
    return {
        "trial": best.trial,
        "reported": best.reported,
        "confirmed": replace(first, interval=spread(_of(runs, best), finalists=len(members)).interval).as_dict(),
        "optimism": sign * (first.typical - best.reported),
        "ratio": first.typical / best.reported if best.reported > 0 and first.typical > 0 else None,
        "finalists": [best.trial],
        "raced": sorted(spreads),
        "epochs": len(members) * best.epochs,
        "test": runs.held_out(best.trial),
        "front": {str(trial): [one.as_dict() for one in found] for trial, found in spreads.items()},
    }


def _of(runs: _FreshRuns, candidate: Candidate) -> list[float]:
    return list(runs.states[0].values[candidate.trial].values())


def _place(found: Spread, sign: int) -> tuple[int, float]:
    return found.diverged, sign * found.typical if found.replicas else float("inf")
