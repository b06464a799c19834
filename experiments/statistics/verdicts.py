"""Examinations of planted and of clean studies, over seeds: is the right thing said, and nothing wrong?"""

from typing import Any

import optuna

from experiments.statistics.planted import CLEAN, PLANTED, Study, make, varied
from rnn_lab.sweeping.examination.examine import examine

SEEDS = 40
PLANTED_FROM, CLEAN_FROM = 60_000, 70_000
"""First seeds: none of them was used while thresholds were chosen, and no clean study has a planted one's."""
KINDS = {
    "edge", "sparse", "cliff", "failures", "falling", "overfit", "noisy", "flat", "lucky", "noise", "no effect",
    "interaction", "decides",
}  # fmt: skip
"""Faults that a study can be accused of."""
OF_PARAMETERS = {"edge", "cliff", "no effect", "interaction"}


def found_in(study: Study) -> set[tuple[str, str]]:
    """Kind and parameters of each accusation."""
    findings = [each for found in examine(study.trials, study.fresh).values() for each in found if each.kind in KINDS]
    named = {each: "".join(each.subject) if each.kind in OF_PARAMETERS else "" for each in findings}
    named |= {each: each.subject[0] for each in findings if each.kind == "decides"}
    return {(each.kind, name) for each, name in named.items()}


def planted(name: str) -> list[dict[str, Any]]:
    """Give a row: in how many studies with this fault it is named."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study, expected = PLANTED[name]
    found = [found_in(make(varied(study, seed), seed)) for seed in range(PLANTED_FROM, PLANTED_FROM + SEEDS)]
    return [{"study": name, "planted": 1, "seeds": SEEDS, "count": sum(set(expected) <= each for each in found)}]


def clean(name: str) -> list[dict[str, Any]]:
    """Give a row: how many clean studies of this kind are accused of anything."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = CLEAN[name]
    found = [found_in(make(varied(study, seed), seed)) for seed in range(CLEAN_FROM, CLEAN_FROM + SEEDS)]
    return [{"study": name, "planted": 0, "seeds": SEEDS, "count": sum(bool(each) for each in found)}]
