"""Display of a running sweep: a live table on a terminal, plain lines elsewhere."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from optuna.trial import FrozenTrial

from rnn_lab.sweeping.attributes import REASON, SAME_AS, SECONDS
from rnn_lab.sweeping.examination.wrapping import wrapped
from rnn_lab.sweeping.study import SweepStudy
from rnn_lab.sweeping.worker import Assignment

if TYPE_CHECKING:
    from rich.console import Group
    from rich.live import Live


def say(text: str) -> None:
    """Print for whoever reads the results; a terminal that is closed is no reason not to write them."""
    with suppress(OSError):
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


def tell(sentence: str) -> None:
    """Print a sentence in lines of 80 columns, a command whole."""
    for part in wrapped(sentence):
        say(part)


def warn(text: str) -> None:
    """Print for whoever must do something."""
    with suppress(OSError):
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()


def say_what_is_done(studies: list[SweepStudy]) -> None:
    """Say where a sweep is taken up, or that there is nothing left to do."""
    for study in studies:
        done, wanted = study.counts().total(), study.n_trials
        if study.moved_from:
            tell(f"{study.plan.name}: moved here from {study.moved_from}.")
        for text in study.widened:
            tell(f"{study.plan.name}: {text}; its {done} trials are kept.")
        if done >= wanted:
            tell(
                f"{study.plan.name}: all {wanted} trials are done already; "
                f"hydra.sweeper.n_trials={2 * wanted} would add to them."
            )
        elif done:
            say(f"{study.plan.name}: goes on after {done} of {wanted} trials.")


def say_interrupted(studies: list[SweepStudy], why: str, given_up: int) -> None:
    """Say how far a sweep came that is ended from outside, and what happens to the trials on their way."""
    done, wanted = sum(study.counts().total() for study in studies), sum(study.n_trials for study in studies)
    lost = f"; {given_up} on their way are given up, and tried again when it goes on" if given_up else ""
    tell(f"The sweep was ended early ({why}): {done} of {wanted} trials done{lost}. Writing what there is ...")


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
    """A sentence for each trial that ends."""

    def started(self, study: SweepStudy, assignment: Assignment) -> None:
        """Nothing: a log of ends says enough."""

    def ended(self, study: SweepStudy, trial: FrozenTrial) -> None:
        """Print how the trial ended."""
        tell(line(study, trial))


def line(study: SweepStudy, trial: FrozenTrial) -> str:
    """A finished trial in a sentence."""
    counts = study.counts()
    values = "" if not trial.values else " " + ", ".join(f"{value:.6g}" for value in trial.values)
    params = " ".join(f"{key}={_short(value)}" for key, value in trial.params.items())
    if SAME_AS in trial.user_attrs:
        state = f"has the settings of trial {trial.user_attrs[SAME_AS]}, and its result:"
        return (
            f"[{study.plan.name} {counts.total()}/{study.n_trials}] trial {trial.number} {state}{values}{so_far(study)}"
        )
    reason = f" ({trial.user_attrs[REASON]})" if REASON in trial.user_attrs else ""
    state = {"FAIL": "failed"}.get(trial.state.name, trial.state.name.lower())
    done = f"{counts.total()}/{study.n_trials}"
    seconds = trial.user_attrs.get(SECONDS, 0.0)
    ended = f"[{study.plan.name} {done}] trial {trial.number} {state}{values}{reason} in {seconds:.1f} s"
    return f"{ended}: {params}{so_far(study)}"


def so_far(study: SweepStudy) -> str:
    """The best trial until now, for the end of a line."""
    if (best := study.best()) is None:
        return ""
    values = ", ".join(f"{value:.6g}" for value in best.values)
    front = f", one of {len(study.front())} on the front" if len(best.values) > 1 else ""
    return f"; best {values} (trial {best.number}{front})"


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

    def render(self) -> "Group":
        """The table as it is now, and below it the best trial's parameters, whole, however narrow the terminal is."""
        from rich.console import Group
        from rich.table import Table
        from rich.text import Text

        table, best_ones = Table(title=self._pace()), list[Text]()
        for name in ("study", "done", "running", "pruned", "failed", "best"):
            table.add_column(name, justify="left" if name == "study" else "right", overflow="fold")
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
            )
            if best:
                params = " ".join(f"{key}={_short(value)}" for key, value in best.params.items())
                best_ones.append(Text(f"best of {study.plan.name}: trial {best.number}, {params}", overflow="fold"))
        return Group(table, *best_ones)

    def _pace(self) -> str:
        seconds = time.monotonic() - self._start
        if not self._ended:
            return f"{seconds:.0f} s"
        left = sum(study.n_trials - study.counts().total() for study in self._studies)
        rate = self._ended / seconds
        return f"{seconds:.0f} s, {60 * rate:.1f} trials a minute, about {max(left, 0) / rate:.0f} s left"


def _short(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
