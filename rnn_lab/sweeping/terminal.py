"""What the user sees while a sweep runs: a live table on a terminal, plain lines elsewhere."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from optuna.trial import FrozenTrial

from rnn_lab.sweeping import build
from rnn_lab.sweeping.options import Options
from rnn_lab.sweeping.plan import Plan
from rnn_lab.sweeping.study import REASON, SECONDS, SweepStudy
from rnn_lab.sweeping.worker import Assignment

if TYPE_CHECKING:
    from rich.live import Live
    from rich.table import Table


def say(text: str) -> None:
    """Print for whoever reads the results."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def warn(text: str) -> None:
    """Print for whoever must do something."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


@contextmanager
def display(studies: list[SweepStudy]) -> Iterator["Lines | LiveTable"]:
    """The watcher that suits where standard output goes."""
    if not sys.stdout.isatty():
        yield Lines()
        return
    from rich.live import Live

    with Live(refresh_per_second=4) as live:
        table = LiveTable(studies, live)
        live.get_renderable = table.render  # type: ignore[method-assign]  # drawn anew each time, so the clock runs
        yield table


class Lines:
    """One line for each trial that ends."""

    def started(self, study: SweepStudy, assignment: Assignment) -> None:
        """Nothing: a log of ends says enough."""

    def ended(self, study: SweepStudy, trial: FrozenTrial) -> None:
        """Print how the trial ended."""
        say(line(study, trial))


def line(study: SweepStudy, trial: FrozenTrial) -> str:
    """A finished trial in one line."""
    counts = study.counts()
    values = "" if not trial.values else " " + ", ".join(f"{value:.6g}" for value in trial.values)
    params = " ".join(f"{key}={_short(value)}" for key, value in trial.params.items())
    reason = f" ({trial.user_attrs[REASON]})" if REASON in trial.user_attrs else ""
    best = study.best()
    so_far = f"; best {best.values[0]:.6g} (trial {best.number})" if best else ""
    state = {"FAIL": "failed"}.get(trial.state.name, trial.state.name.lower())
    done = f"{counts.total()}/{study.n_trials}"
    seconds = trial.user_attrs.get(SECONDS, 0.0)
    return (
        f"[{study.plan.name} {done}] trial {trial.number} {state}{values}{reason} in {seconds:.1f} s: {params}{so_far}"
    )


class LiveTable:
    """A row for each study: how far it is, its best trial, its pace and what is left."""

    def __init__(self, studies: list[SweepStudy], live: "Live") -> None:
        self._studies = studies
        self._live = live
        self._start = time.monotonic()
        self._ended = 0

    def started(self, study: SweepStudy, assignment: Assignment) -> None:
        """Show it."""
        self._live.refresh()

    def ended(self, study: SweepStudy, trial: FrozenTrial) -> None:
        """Count it; a failure also leaves a line above the table."""
        self._ended += 1
        if trial.state.name == "FAIL":
            self._live.console.print(line(study, trial), highlight=False)
        self._live.refresh()

    def render(self) -> "Table":
        """The table as it is now."""
        from rich.table import Table

        table = Table(title=self._pace())
        for name in ("study", "done", "running", "pruned", "failed", "best", "parameters"):
            table.add_column(name, justify="left" if name in ("study", "parameters") else "right")
        for study in self._studies:
            if not hasattr(study, "study"):
                continue  # it is being opened
            counts, best = study.counts(), study.best()
            table.add_row(
                study.plan.name,
                f"{counts.total()}/{study.n_trials}",
                str(len(study.running)),
                str(counts["pruned"]),
                str(counts["fail"]),
                f"{best.values[0]:.6g}" if best else "-",
                "\n".join(f"{key}={_short(value)}" for key, value in best.params.items()) if best else "-",
            )
        return table

    def _pace(self) -> str:
        seconds = time.monotonic() - self._start
        if not self._ended:
            return f"{seconds:.0f} s"
        left = sum(study.n_trials - study.counts().total() for study in self._studies)
        rate = self._ended / seconds
        return f"{seconds:.0f} s, {60 * rate:.1f} trials a minute, about {max(left, 0) / rate:.0f} s left"


def _short(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _component(node: dict[str, Any] | str) -> str:
    if isinstance(node, str):
        return node
    arguments = [f"{key}={value}" for key, value in node.items() if key != "_target_" and value is not None]
    return " ".join([node["_target_"], *arguments])


def dry_run(todo: list[Plan], options: Options) -> None:
    """Print each study's space, sampler, number of trials and one composed example."""
    from omegaconf import OmegaConf

    for plan in todo:
        say(f"study {plan.name} in {plan.folder}")
        trials = build.trials(options, plan.parameters)
        say(f"  {trials} trials, {options.n_jobs} at a time, {', '.join(options.objectives)}")
        for what, node in (("sampler", options.sampler), ("pruner", options.pruner), ("executor", options.executor)):
            say(f"  {what}: {_component(node)}")
        for each in plan.parameters:
            say(f"  {each.key}: {each}")
        if options.space:
            say(f"  and what {options.space} suggests")
        example = OmegaConf.create({k: v for k, v in plan.config.items_ex(resolve=False) if k != "hydra"})
        say("one composed config, before the searched keys are set:")
        say("\n".join(f"  {row}" for row in OmegaConf.to_yaml(example).splitlines()))
