"""Results that a sweep leaves when it ends: ``best.yaml``, the best trial's command, or why there is none."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from omegaconf import OmegaConf
from optuna.trial import FrozenTrial, TrialState

from rnn_lab.atomic import atomic_write
from rnn_lab.sweeping import across, confirmed, plots, table
from rnn_lab.sweeping.attributes import REASON
from rnn_lab.sweeping.command import Command, dashboard
from rnn_lab.sweeping.comparison_results import report_comparison
from rnn_lab.sweeping.examination.report import PAGE, report
from rnn_lab.sweeping.study import SweepStudy
from rnn_lab.sweeping.table import TRIALS
from rnn_lab.sweeping.terminal import say, tell, warn
from rnn_lab.sweeping.worker import TRACEBACK


def report_results(
    studies: list[SweepStudy], endings: Mapping[str, str], command: Command, folder: Path, interrupted: int
) -> int:
    """Print the results and write them into the sweep's folder.

    The exit code is 1 if a study has no result because its trials failed, or if too many of them did.
    """
    code = interrupted
    for study in studies:
        if reason := endings.get(study.plan.name):
            done = f"{study.counts().total()} of {study.n_trials} trials done"
            tell(f"{study.plan.name} ended early, {done}: {reason.rstrip('.')}.")
        if study.finished():
            table.save(study)
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
    report_comparison(studies, folder)
    for study in studies:
        _examine(study, command)
    if interrupted:
        tell(f"To continue: {command.again()}")
    tell(dashboard(studies[0].address, _raw_storage(studies[0])))
    return code


def _examine(study: SweepStudy, command: Command) -> None:
    """Let the sweep answer what it can about itself: a page in its folder, sentences here and for its record."""
    if not study.options.examine or not study.finished():
        return
    name = study.names[0]
    study.examined = report(study.study, study.plan.folder, ylabel=name, command=command.widened)
    say(f"{study.plan.name}, examined:")
    for text in study.examined:
        tell(text)
    say(f"  (with figures in {_near(study.plan.folder / PAGE)})")


def _draw(studies: list[SweepStudy], folder: Path) -> None:
    from rnn_lab.figures.style import FORMATS  # matplotlib: not for a sweep without figures

    config = studies[0].plan.config  # an application may have a key `figures`, as the lab has
    form, dpi = (OmegaConf.select(config, f"figures.{key}") for key in ("format", "dpi"))
    form = form if form in FORMATS else "png"
    for study in studies:
        reasons = [reason for _, reason in plots.draw(study, study.plan.folder / "figures", form, dpi)]
        if None in reasons:
            say(f"Figures: {_near(study.plan.folder / 'figures')}")
    if len(studies) > 1:
        reasons = [reason for _, reason in plots.draw_across(studies, folder / "figures", form, dpi)]
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
        "folder": os.path.relpath(study.folder_of(trial) or study.plan.folder, study.plan.folder),
        "command": command.rerun(overrides),
        **({"confirmed": one} if (one := _confirmed(study, trial)) else {}),
    }


def _confirmed(study: SweepStudy, trial: FrozenTrial) -> Any:
    """Findings of fresh seeds: for the best trial everything, for another on the front a spread for each objective."""
    found = confirmed.as_plain(study)
    front = found.pop("front", {})
    best = study.best()
    return found if best is not None and trial.number == best.number else front.get(str(trial.number))


def _raw_storage(study: SweepStudy) -> object:
    """The storage as the user gave it: where it names an environment variable, that is what a command should show."""
    raw = OmegaConf.to_container(study.plan.config.hydra.sweeper, resolve=False)
    return raw.get("storage") if isinstance(raw, dict) else None


def _write(study: SweepStudy, best: FrozenTrial, command: Command) -> None:
    content = {"objectives": study.names, **describe(study, best, command)}
    if len(study.names) > 1:
        content["front"] = [describe(study, trial, command) for trial in study.front()]
    with atomic_write(study.plan.folder / "best.yaml") as file:
        file.write(yaml.safe_dump(content, sort_keys=False, width=10_000, allow_unicode=True).encode())


def _show(study: SweepStudy, best: FrozenTrial, command: Command) -> None:
    values = ", ".join(f"{value:.6g}" for value in best.values)
    title = f"best by {study.names[0]}" if len(study.names) > 1 else "best"
    fresh = confirmed.lines(study)
    say(f"{study.plan.name}: {title} is trial {best.number}" + ("" if fresh else f" with {values}"))
    for text in fresh:
        tell(f"  {text}")
    for key, value in best.params.items():
        say(f"  {key} = {value}")
    if len(study.names) > 1:
        for line in front_lines(study):
            say(line)
    say(f"  {command.rerun(study.plan.overrides(best.params))}")
    say(f"  (also in {_near(study.plan.folder / 'best.yaml')}; all trials in {TRIALS})")


def front_lines(study: SweepStudy, most: int = 12) -> list[str]:
    """The Pareto front as a table: no trial is better than one of these by one objective and as good by the others."""
    front = study.front()
    fresh = confirmed.as_plain(study).get("front", {})
    rows = [["trial", *study.names, *(f"{name} (fresh seeds)" for name in study.names if fresh)]]
    for trial in front[:most]:
        means = [f"{each['typical']:.6g}" for each in fresh.get(str(trial.number), [])]
        rows.append([str(trial.number), *(f"{value:.6g}" for value in trial.values), *means])
        rows[-1] += ["-"] * (len(rows[0]) - len(rows[-1]))
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = ["  " + "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    more = [f"  ... and {len(front) - most} more in best.yaml"] if len(front) > most else []
    if fresh and any(row[-1] == "-" for row in rows):
        more.append("  (-: not run with fresh seeds, for which a fifth of the search's epochs is spent)")
    return [f"  the front, {len(front)} of {study.counts()['complete']} complete trials:", *lines, *more]


def _why_nothing(study: SweepStudy) -> str | None:
    failed = [trial for trial in study.finished() if trial.state == TrialState.FAIL]
    if not failed:
        return None
    number, known = failed[0].number, failed[0].user_attrs
    where = _near((study.folder_of(failed[0]) or study.plan.folder) / TRACEBACK)
    return (
        f"{study.plan.name}: no trial succeeded and {len(failed)} failed; "
        f"trial {number}: {str(known.get(REASON, 'no reason known')).rstrip('.')} (see {where})."
    )


def _near(path: Path) -> str:
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative
