"""All trials of a study as one table, ``trials.csv``, that pandas and a spreadsheet read."""

import csv
from pathlib import Path

from rnn_lab.atomic import atomic_write
from rnn_lab.sweeping.attributes import REASON, SAME_AS, SECONDS
from rnn_lab.sweeping.study import SweepStudy

TRIALS = "trials.csv"
DURATION = "trial_seconds"
"""Name of the column of durations: ``seconds`` is an objective, that of training alone."""


def rows(study: SweepStudy) -> list[list[str]]:
    """A header and a row for each trial that counts, in the order of their numbers.

    The columns are the trial's number, how it ended, a value for each objective under its name, a column for each
    searched key, the seconds that the whole trial took, the reported steps, the trial whose result it shares, its
    folder (relative to the table's) and the reason it ended for. Values are written so that they are read back to the
    bit.
    """
    trials = study.finished()
    keys = list(dict.fromkeys(key for trial in trials for key in trial.params))
    found = [["trial", "state", *study.names, *keys, DURATION, "steps", "same_as", "folder", "reason"]]
    for trial in trials:
        values = trial.values if trial.state.name == "COMPLETE" else [None] * len(study.names)
        folder = study.folder_of(trial)
        cells = [
            trial.number,
            {"FAIL": "failed"}.get(trial.state.name, trial.state.name.lower()),
            *values,
            *(trial.params.get(key) for key in keys),
            trial.user_attrs.get(SECONDS),
            max(trial.intermediate_values, default=None),
            trial.user_attrs.get(SAME_AS),
            folder and folder.relative_to(study.plan.folder),
            trial.user_attrs.get(REASON),
        ]
        found.append(["" if cell is None else str(cell) for cell in cells])
    return found


def save(study: SweepStudy) -> Path:
    """Write ``trials.csv`` into the study's folder."""
    path = study.plan.folder / TRIALS
    with atomic_write(path) as file:
        text = _text(rows(study))
        file.write(text.encode())
    return path


def _text(table: list[list[str]]) -> str:
    import io

    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\n").writerows(table)
    return buffer.getvalue()
