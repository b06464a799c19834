"""What a sweep leaves when it ends: ``best.yaml``, the best trial's command, or a sentence why there is none."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from optuna.trial import FrozenTrial, TrialState

from rnn_lab.sweeping import across, plots
from rnn_lab.sweeping.command import Command, dashboard
from rnn_lab.sweeping.study import FOLDER, REASON, SweepStudy
from rnn_lab.sweeping.terminal import say, warn
from rnn_lab.sweeping.worker import TRACEBACK


def conclude(
    studies: list[SweepStudy], endings: Mapping[str, str], command: Command, folder: Path, interrupted: int
) -> int:
    """Print the results and write them into the sweep's folder.

    The exit code is 1 if a study has no result because its trials failed, or if too many of them did.
    """
    code = interrupted
    for study in studies:
        if reason := endings.get(study.plan.name):
            say(f"{study.plan.name} ended early: {reason}.")
        if best := study.best():
            _write(study, best, command)
            _show(study, best, command)
        elif failure := _why_nothing(study):
            warn(failure)
            code = code or 1
        if study.failed_too_often():
            code = code or 1
    if len(studies) > 1:
        say(f"\n{across.save(studies, folder)}\n")
    if studies[0].options.figures:
        _draw(studies, folder)
    if interrupted:
        say(f"To continue: {command.again()}")
    say(f"To look at it: {dashboard(studies[0].address)}")
    return code


def _draw(studies: list[SweepStudy], folder: Path) -> None:
    for study in studies:
        reasons = [reason for _, reason in plots.draw(study.study, study.plan.folder / "figures")]
        if None in reasons:
            say(f"Figures: {_near(study.plan.folder / 'figures')}")
    if len(studies) > 1:
        reasons = [reason for _, reason in plots.draw_across([study.study for study in studies], folder / "figures")]
        if None in reasons:
            say(f"Figures across the studies: {_near(folder / 'figures')}")


def describe(study: SweepStudy, trial: FrozenTrial, command: Command) -> dict[str, Any]:
    """A trial as plain data: its number, values, parameters, overrides and the command that runs it again."""
    overrides = study.plan.overrides(trial.params)
    return {
        "study": study.plan.name,
        "trial": trial.number,
        "values": trial.values,
        "params": dict(trial.params),
        "overrides": overrides,
        "folder": os.path.relpath(trial.user_attrs.get(FOLDER, "."), study.plan.folder),
        "command": command.rerun(overrides),
    }


def _write(study: SweepStudy, best: FrozenTrial, command: Command) -> None:
    front = study.study.best_trials if len(study.options.objectives) > 1 else []
    content = describe(study, best, command)
    if front:
        content = {"front": [describe(study, trial, command) for trial in front]}
    path = study.plan.folder / "best.yaml"
    draft = path.with_suffix(".new")
    draft.write_text(yaml.safe_dump(content, sort_keys=False, width=10_000), encoding="utf-8")
    draft.replace(path)


def _show(study: SweepStudy, best: FrozenTrial, command: Command) -> None:
    values = ", ".join(f"{value:.6g}" for value in best.values)
    several = len(study.options.objectives) > 1
    title = "one of the best" if several else "best"
    say(f"{study.plan.name}: {title} is trial {best.number} with {values}")
    for key, value in best.params.items():
        say(f"  {key} = {value}")
    say(f"  {command.rerun(study.plan.overrides(best.params))}")
    say(f"  (also in {_near(study.plan.folder / 'best.yaml')})")


def _why_nothing(study: SweepStudy) -> str | None:
    failed = [trial for trial in study.finished() if trial.state == TrialState.FAIL]
    if not failed:
        return None
    number, known = failed[0].number, failed[0].user_attrs
    where = _near(Path(known.get(FOLDER, "."), TRACEBACK))
    return (
        f"{study.plan.name}: no trial succeeded and {len(failed)} failed; "
        f"trial {number}: {known.get(REASON, 'no reason known')} (see {where})."
    )


def _near(path: Path) -> str:
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative
