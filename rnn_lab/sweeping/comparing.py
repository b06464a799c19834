"""Fair comparisons: after equal searches, one for each value, the winner of each runs with the same fresh seeds.

What was measured lies in each study's attributes, run by run: a sweep that is killed goes on from there.
"""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rnn_lab.sweeping.attributes import COMPARED
from rnn_lab.sweeping.fresh import Flying, RunLost, Starter, first_fresh_seed, held_out
from rnn_lab.sweeping.options import Options
from rnn_lab.sweeping.race import CONFIRMATION, ROUNDS, RaceState
from rnn_lab.sweeping.study import SweepStudy
from rnn_lab.sweeping.terminal import say, warn

RUNS = "comparison"
"""The folder, in a study's, of the winner's run with fresh seeds."""


class Comparer:
    """Measures the winner of each study, all with the same seeds, which no search and no race has seen."""

    def __init__(self, starter: Starter, options: Options) -> None:
        self._starter, self._options = starter, options

    def compare(self, studies: Sequence[SweepStudy]) -> None:
        """Run what is missing, side by side, and keep it in the studies.

        Raises:
            Interrupted: between two runs' records.
        """
        first = max(map(_first_unseen, studies))
        seeds = range(first, first + self._options.compare_seeds)
        flying: list[tuple[SweepStudy, int, Flying]] = []
        for study in studies:
            best = study.best()
            known = measured(study)
            if best is None or (known and list(seeds) == list(range(*known["seeds"]))):
                continue
            say(f"{study.plan.name}: comparing its best, trial {best.number}, with seeds {first} to {seeds[-1]}")
            flying.append((study, best.number, self._starter.start(study, best.number, seeds, RUNS)))
        for study, trial, run in flying:
            try:
                values = run.values()[0]
            except RunLost as error:
                warn(f"{study.plan.name}: its best cannot be compared: {error}")
                continue
            folder = Path(study.plan.folder, RUNS, f"{trial}-seeds-{first}-{seeds[-1]}")
            test = {name: _plain(each) for name, each in held_out(study, [folder]).items()}
            content = {"trial": trial, "seeds": [first, seeds[-1] + 1], "values": _plain(values), "test": test}
            study.study.set_user_attr(COMPARED, content)


def measured(study: SweepStudy) -> dict[str, Any] | None:
    """The fresh seeds of a study's best trial; None before they ran, and when another trial has become the best."""
    found: dict[str, Any] | None = study.study.user_attrs.get(COMPARED)
    best = study.best()
    return found if found and best is not None and best.number == found["trial"] else None


def _first_unseen(study: SweepStudy) -> int:
    """The first seed after those of the search, and of its race in all its rounds."""
    stored = study.study.user_attrs.get(CONFIRMATION)
    raced = RaceState.from_json(stored).values.values() if stored else ()
    planned = first_fresh_seed(study) + ROUNDS * study.options.confirm
    return max([planned, *(1 + seed for found in raced for seed in found)])


def _plain(values: Sequence[float]) -> list[float | None]:
    return [value if math.isfinite(value) else None for value in values]
