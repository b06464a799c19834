"""Statements of a comparison of studies: a table, and a sentence for each pair."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from optuna.trial import TrialState

from rnn_lab.scoring.comparison import corrected
from rnn_lab.scoring.spread import Spread, spread
from rnn_lab.scoring.tuned import SearchLuck, TunedComparison, compare_tuned, search_luck
from rnn_lab.sweeping.comparing import measured
from rnn_lab.sweeping.race import CONFIRMATION, RaceState
from rnn_lab.sweeping.study import SweepStudy

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Entry:
    """One value that is compared, such as ``tanh``: the best of its study, on R fresh seeds.

    Attributes:
        label: the value, or of several keys their values.
        study: its study.
        trial: number of the best one.
        reported: its value in the search.
        values: (R,), NaN for a seed that diverged.
        luck: of the search.
    """

    label: str
    study: SweepStudy
    trial: int
    reported: float
    values: Array
    luck: SearchLuck

    @property
    def spread(self) -> Spread:
        """Description of the values."""
        return spread(self.values)


@dataclass(frozen=True, eq=False)
class Group:
    """Entries that are compared with each other, those of one sequence.

    Attributes:
        where: the sequence, such as ``sine``; empty if the sweep has one only.
        score: what is compared: the objective, or its twin on test records where all studies have one.
        minimize: whether lower is better.
        entries: best first.
    """

    where: str
    score: str
    minimize: bool
    entries: list[Entry]


Verdicts = dict[tuple[str, str, str], TunedComparison]
"""(where, A, B), A before B in its group -> their comparison, corrected for all that are here."""


def groups(studies: Sequence[SweepStudy]) -> list[Group]:
    """Gather what was measured, by sequence; studies without a winner's fresh seeds are left out."""
    keys = studies[0].options.compare
    by_place: dict[str, list[SweepStudy]] = {}
    for study in studies:
        place = ", ".join(value for key, value in study.plan.group.items() if key not in keys)
        if measured(study):
            by_place.setdefault(place, []).append(study)
    alone = len({tuple(v for k, v in study.plan.group.items() if k not in keys) for study in studies}) == 1
    return [_group("" if alone else place, found) for place, found in by_place.items()]


def _group(where: str, studies: list[SweepStudy]) -> Group:
    name, minimize = studies[0].names[0], studies[0].options.objectives[0] == "minimize"
    found = [known for study in studies if (known := measured(study))]
    twin = name.replace("val/", "test/", 1)
    tested = twin != name and all(twin in known["test"] for known in found)
    entries = []
    for study, known in zip(studies, found, strict=True):
        values = np.array(known["test"][twin] if tested else known["values"], np.float64)  # None becomes NaN
        best = study.best()
        assert best is not None
        label = ", ".join(study.plan.group[key] for key in study.options.compare)
        entries.append(Entry(label, study, best.number, best.values[0], values, _luck(study, minimize)))
    sign = 1 if minimize else -1
    entries.sort(key=lambda each: sign * each.spread.typical if each.spread.replicas else math.inf)
    return Group(where, twin if tested else name, minimize, entries)


def _luck(study: SweepStudy, minimize: bool) -> SearchLuck:
    """Luck of a study's search, from its trials' values, or what fresh seeds gave in their place."""
    stored = study.study.user_attrs.get(CONFIRMATION)
    raced = RaceState.from_json(stored).values if stored else {}
    trials = study.finished()
    reported = {trial.number: trial.values[0] for trial in trials if trial.state == TrialState.COMPLETE}
    fresh = {trial: list(values.values()) for trial, values in raced.items()}
    return search_luck(reported, fresh, len(trials), minimize=minimize)


def verdicts(found: Sequence[Group]) -> Verdicts:
    """Compare each pair of each group, with Holm's correction for all of them together."""
    return corrected(
        {
            (group.where, a.label, b.label): compare_tuned(a.values, b.values, a.luck, b.luck, minimize=group.minimize)
            for group in found
            for a, b in combinations(group.entries, 2)
        }
    )


def table(found: Sequence[Group], keys: Sequence[str]) -> list[list[str]]:
    """A header and a row for each entry."""
    several, lost = len(found) > 1, any(entry.spread.diverged for group in found for entry in group.entries)
    scores = list(dict.fromkeys(group.score for group in found))
    score = scores[0] if len(scores) == 1 else "score"
    names = {entry.study.names[0] for group in found for entry in group.entries}
    reported = "reported" if names == {score} else f"reported {', '.join(sorted(names))}"
    rows = [[*(["data"] if several else []), ", ".join(keys), score, "95 % interval", "seeds", "trial", reported]]
    rows[0] += ["diverged"] if lost else []
    for group in found:
        for entry in group.entries:
            one = entry.spread
            interval = "{:.4g} to {:.4g}".format(*one.interval) if one.interval else ""
            typical = f"{one.typical:.4g}" if one.replicas else ""
            cells = [entry.label, typical, interval, str(len(entry.values)), str(entry.trial), f"{entry.reported:.4g}"]
            rows.append([*([group.where] if several else []), *cells, *([str(one.diverged)] if lost else [])])
    return rows


def sentences(found: Sequence[Group], judged: Verdicts) -> list[str]:
    """Say it: each pair's verdict, in their order, winners that no race has chosen, and budgets that were not equal."""
    said = []
    for (where, a, b), each in judged.items():
        said.append(f"{f'{where}: ' if where else ''}{each.sentence(a, b)}")
    for group in found:
        place = f"{group.where}: " if group.where else ""
        if unraced := [entry.label for entry in group.entries if not entry.study.confirmed()]:
            said.append(
                f"{place}no race over fresh seeds chose the best of {', '.join(unraced)}: it is the trial with the "
                "best value in the search, which may have been lucky."
            )
        budgets = {entry.label: entry.study.counts().total() for entry in group.entries}
        if len(set(budgets.values())) > 1:
            counts = ", ".join(f"{label} {count}" for label, count in budgets.items())
            said.append(f"{place}the budgets are not equal, in trials: {counts}.")
    return said
