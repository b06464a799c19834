"""The examination of a study in a storage: its sentences, and its page in a folder."""

import math
from collections.abc import Callable, Sequence
from pathlib import Path

from optuna import Study

from rnn_lab.atomic import atomic_write
from rnn_lab.sweeping.attributes import COMPARED, CONFIRMED
from rnn_lab.sweeping.confirmed import chosen_among
from rnn_lab.sweeping.examination.examine import examine
from rnn_lab.sweeping.examination.from_optuna import trials_of
from rnn_lab.sweeping.examination.page import page, sentences
from rnn_lab.sweeping.race import CONFIRMATION, RaceState

PAGE = "examination.html"


def report(
    study: Study, folder: Path, *, ylabel: str = "value", command: Callable[[Sequence[str]], str] = " ".join
) -> list[str]:
    """Write ``examination.html`` into a folder that is there, and give the sentences for a terminal.

    Of several objectives the first is examined. Fresh seeds' values are those that the study keeps of its race, or else
    of its comparison with other studies.

    Args:
        study: of any program; finished or running.
        folder: of the sweep.
        ylabel: what the values are.
        command: turns overrides into the command that continues the study with them.

    Raises:
        BadInput: no trial has finished.
    """
    trials = trials_of(study)
    stored = study.user_attrs.get(CONFIRMATION)
    fresh = (
        {trial: list(found.values()) for trial, found in RaceState.from_json(stored).values.items()} if stored else {}
    )
    compared = study.user_attrs.get(COMPARED)
    if compared and compared["trial"] not in fresh:
        fresh[compared["trial"]] = [math.nan if value is None else value for value in compared["values"]]
    finalists = chosen_among(study.user_attrs.get(CONFIRMED))
    text = page(study.study_name, trials, ylabel=ylabel, fresh=fresh, finalists=finalists, command=command)
    with atomic_write(folder / PAGE) as file:
        file.write(text.encode())
    return sentences(examine(trials, fresh, finalists), command)
