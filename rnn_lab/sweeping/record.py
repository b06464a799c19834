"""A study remembered as a run of its own: its journal, which the relay carries to MLflow as the parent of its trials.

Where trials run beside the coordinator, the study's relay carries their journals too, one trial after the other: a
relay of each trial's own would import MLflow once a trial, which takes a core longer than many a trial itself.

The journal is written anew, from the study's storage, each time a coordinator takes the study up; the run keeps its
identity, so that MLflow shows one run however often the sweep was killed.
"""

import math
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from uuid import uuid4

from optuna.trial import FrozenTrial

from rnn_lab.scoring.spread import spread
from rnn_lab.sweeping import confirmed
from rnn_lab.sweeping.attributes import INTERRUPTED, REASON, RUN, TRIAL
from rnn_lab.sweeping.comparing import RUNS as COMPARISON_RUNS
from rnn_lab.sweeping.comparing import measured
from rnn_lab.sweeping.comparison_results import PAGE as COMPARISON
from rnn_lab.sweeping.confirm import RUNS as CONFIRMATION_RUNS
from rnn_lab.sweeping.examination.report import PAGE
from rnn_lab.sweeping.study import SweepStudy
from rnn_lab.sweeping.table import TRIALS
from rnn_lab.sweeping.trial import CARRIED_BY
from rnn_lab.sweeping.worker import Assignment
from rnn_lab.tracking.config import Tracking
from rnn_lab.tracking.journal import NAME, Journal, read
from rnn_lab.tracking.launch import Relay, start
from rnn_lab.tracking.provenance import provenance
from rnn_lab.tracking.relay_state import State

PATIENCE = 60.0
"""Seconds to wait for the parent's run in MLflow; trials that start without it stand beside it instead of below."""


class StudyRun:
    """The journal of one study, and the relay beside it."""

    def __init__(self, study: SweepStudy, tracking: Tracking, *, carries: bool) -> None:
        self._study = study
        self._carries = carries
        attributes = study.study.user_attrs
        if not attributes.get(RUN):
            study.study.set_user_attr(RUN, uuid4().hex)
            attributes = study.study.user_attrs
        study.plan.folder.mkdir(parents=True, exist_ok=True)
        (study.plan.folder / NAME).unlink(missing_ok=True)
        self._journal = Journal(study.plan.folder)
        self._journal.write(
            "start",
            run=attributes[RUN],
            name=study.plan.name,
            config={"study": study.plan.definition | {"group": dict(study.plan.group), "n_trials": study.n_trials}},
            experiment=tracking.experiment,
            uri=tracking.uri,
            tags={**tracking.tags, "rnn_lab.kind": "sweep", "rnn_lab.study": study.plan.name},
        )
        self._journal.write("provenance", **provenance(seed=study.options.seed or 0, data_fingerprint=""))
        self._relay: Relay = start(tracking, study.plan.folder)
        self._best: FrozenTrial | None = None
        self._announced: set[Path] = set()
        self._counts = dict.fromkeys(("complete", "pruned", "fail"), 0)
        for trial in study.in_order_of_ending():
            self.add(trial)
        self._announce(self._at_rest())
        study.tags = {"rnn_lab.study": study.plan.name}
        study.tags |= {CARRIED_BY: study.plan.name} if carries else self._parent()

    def _parent(self) -> dict[str, str]:
        """MLflow's tag that puts a run below this one, as soon as the relay has made this one."""
        deadline = time.monotonic() + PATIENCE
        while (state := State.load(self._study.plan.folder)) is None and time.monotonic() < deadline:
            time.sleep(0.05)
        return {"mlflow.parentRunId": state.run_id} if state is not None and state.run_id else {}

    def add(self, trial: FrozenTrial) -> None:
        """One finished trial, as metrics whose step says as how many-th it ended.

        By its number as a step, MLflow's latest value would be that of the highest number, which need not end last.
        """
        if trial.user_attrs.get(INTERRUPTED):
            return
        self._counts[trial.state.name.lower()] += 1
        metrics = {f"trials/{state}": float(count) for state, count in self._counts.items()}
        metrics["trial/number"] = float(trial.number)
        if trial.values and trial.state.name == "COMPLETE":
            metrics |= dict(zip(self._names("trial"), trial.values, strict=True))
            metrics |= dict(zip(self._names("best"), self._best_until(trial), strict=True))
        when = trial.datetime_complete.timestamp() if trial.datetime_complete else 0.0
        self._journal.write("epoch", epoch=sum(self._counts.values()), metrics=metrics, time=when)
        if folder := self._study.folder_of(trial):
            self._announce([folder])

    def _add_confirmed(self) -> None:
        """The fresh seeds' values as metrics of the study's row, for whoever sorts studies."""
        if not (found := self._study.confirmed()):
            return
        spread = found["confirmed"]
        metrics = {"confirmed/value": spread["typical"], "confirmed/optimism": found["optimism"]}
        if spread["interval"]:
            metrics |= dict(zip(("confirmed/low", "confirmed/high"), spread["interval"], strict=True))
        metrics |= {f"confirmed/{name.replace('/', '_')}": each["typical"] for name, each in found["test"].items()}
        # The latest best value is the confirmed one, a step after the last trial's.
        of_all = found.get("front", {}).get(str(found["trial"]), [spread])
        metrics |= dict(zip(self._names("best"), (each["typical"] for each in of_all), strict=True))
        metrics = {name: value for name, value in metrics.items() if math.isfinite(value)}
        self._journal.write("epoch", epoch=sum(self._counts.values()) + 1, metrics=metrics)

    def _add_compared(self) -> None:
        """Add what the comparison with other studies said, and the typical value that this one had in it."""
        self._journal.write("figure", file=COMPARISON, title="the comparison")
        self._journal.write("comparison", sentences=self._study.compared)
        if known := measured(self._study):
            scores = {self._study.names[0]: known["values"], **known["test"]}
            found = {name: spread(_numbers(values)) for name, values in scores.items()}
            metrics = {
                f"compared/{name.replace('/', '_')}": each.typical for name, each in found.items() if each.replicas
            }
            self._journal.write("epoch", epoch=sum(self._counts.values()) + 1, metrics=metrics)

    def _announce(self, folders: Iterable[Path]) -> None:
        """Tell the relay of the trials' journals that are whole, and of those that the study does not count."""
        if not self._carries:
            return
        lost = {
            str(trial.number): trial.user_attrs[REASON]
            for trial in self._study.study.get_trials(deepcopy=False)
            if trial.user_attrs.get(INTERRUPTED)
        }
        for folder in folders:
            if folder not in self._announced and (folder / NAME).is_file():
                self._announced.add(folder)
                reason = lost.get(_number(folder)) if lost else None
                fields = {"lost": reason} if reason else {}
                self._journal.write("trial", folder=str(folder.relative_to(self._study.plan.folder)), **fields)

    def _at_rest(self) -> list[Path]:
        """Every trial's folder; call it when none is running, for also those of killed trials are here."""
        found = sorted(file.parent for file in self._study.plan.folder.glob(f"*/**/{NAME}"))
        # Runs with fresh seeds are no trials, and the study's run says what they found.
        fresh = [self._study.plan.folder / name for name in (CONFIRMATION_RUNS, COMPARISON_RUNS)]
        return [folder for folder in found if not any(map(folder.is_relative_to, fresh))]

    def _best_until(self, trial: FrozenTrial) -> list[float]:
        """The values of the best trial when ``trial`` had ended: what the terminal calls the best."""
        self._best = min(self._best or trial, trial, key=self._study.rank)
        return list(self._best.values)

    def _names(self, what: str) -> list[str]:
        several = len(self._study.options.objectives) > 1
        return [
            f"{what}/value_{i}" if several else f"{what}/value" for i, _ in enumerate(self._study.options.objectives)
        ]

    def close(self, ending: str | None, *, interrupted: bool = False) -> None:
        """Write the figures that lie in the study's folder, the best trial and the end."""
        folder = self._study.plan.folder
        for file in sorted((folder / "figures").glob("[!.]*")):
            self._journal.write("figure", file=f"figures/{file.name}", title=file.stem.replace("_", " "))
        if best := self._study.best():
            self._journal.write("figure", file="best.yaml", title="the best trial")
            if (folder / TRIALS).is_file():
                self._journal.write("figure", file=TRIALS, title="all trials")
            there = self._study.folder_of(best) or folder
            front = [
                {"trial": each.number, "values": each.values, "params": each.params} for each in self._study.front()
            ]
            self._journal.write(
                "best",
                trial=best.number,
                folder=os.path.relpath(there, folder),
                values=best.values,
                params=best.params,
                objectives=self._study.names,
                directions=list(self._study.options.objectives),
                front=front if len(best.values) > 1 else [],
                confirmed=confirmed.as_plain(self._study),
                sentences=confirmed.lines(self._study),
            )
            self._add_confirmed()
        if (folder / PAGE).is_file():
            self._journal.write("figure", file=PAGE, title="the sweep examined")
            self._journal.write("examination", sentences=self._study.examined)
        if self._study.compared:
            self._add_compared()
        self._announce(self._at_rest())
        total = self._study.counts().total()
        status = "KILLED" if interrupted and total < self._study.n_trials else "FINISHED" if best else "FAILED"
        self._journal.write(
            "end",
            status=status,
            reason=f"{total} of {self._study.n_trials} trials done" + (f": {ending}" if ending else ""),
        )
        self._journal.close()

    def report(self) -> list[str]:
        """Wait for what the relay says of the record, once it is closed."""
        return self._relay.report()


def _numbers(values: Iterable[float | None]) -> list[float]:
    return [float("nan") if value is None else value for value in values]


def _number(folder: Path) -> str:
    """Number of the trial that left its journal here; empty if it was killed before it said so."""
    facts = read(folder)
    return str(facts[0]["tags"].get(TRIAL, "")) if facts and facts[0]["fact"] == "start" else ""


class StudyLogger:
    """Watches a sweep and keeps a record of each of its studies."""

    def __init__(self, studies: Iterable[SweepStudy], tracking: Tracking, *, carries: bool) -> None:
        self._records = {study.plan.name: StudyRun(study, tracking, carries=carries) for study in studies}

    def started(self, study: SweepStudy, assignment: Assignment) -> None:
        """Nothing: the trial has a record of its own."""

    def ended(self, study: SweepStudy, trial: FrozenTrial) -> None:
        """Add the trial to its study's record."""
        self._records[study.plan.name].add(trial)

    def close(self, endings: Mapping[str, str], *, interrupted: bool = False) -> None:
        """End every record."""
        for name, record in self._records.items():
            record.close(endings.get(name), interrupted=interrupted)

    def reports(self) -> Iterator[str]:
        """Wait for what the relays say."""
        for record in self._records.values():
            yield from record.report()
