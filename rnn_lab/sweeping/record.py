"""A study remembered as a run of its own: its journal, which the relay carries to MLflow as the parent of its trials.

Where trials run beside the coordinator, the study's relay carries their journals too, one trial after the other: a
relay of each trial's own would import MLflow once a trial, which takes a core longer than many a trial itself.

The journal is written anew, from the study's storage, each time a coordinator takes the study up; the run keeps its
identity, so that MLflow shows one run however often the sweep was killed.
"""

import signal
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from uuid import uuid4

from optuna.trial import FrozenTrial

from rnn_lab.sweeping.study import FOLDER, INTERRUPTED, REASON, TRIAL, SweepStudy
from rnn_lab.sweeping.trial import CARRIED_BY
from rnn_lab.sweeping.worker import Assignment
from rnn_lab.tracking.config import Tracking
from rnn_lab.tracking.journal import NAME, Journal, read
from rnn_lab.tracking.launch import Relay, start
from rnn_lab.tracking.provenance import provenance
from rnn_lab.tracking.relay_state import State

RUN = "run"
PATIENCE = 60.0
"""Seconds to wait for the parent's run in MLflow; trials that start without it stand beside it instead of below."""
SIGNALS = {signal.Signals(number).name for number in (signal.SIGINT, signal.SIGTERM)}


class StudyRecord:
    """The journal of one study, and the relay beside it."""

    def __init__(self, study: SweepStudy, tracking: Tracking, *, carries: bool) -> None:
        self._study = study
        self._carries = carries
        attributes = study.study.user_attrs
        if RUN not in attributes:
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
        self._best: list[float] | None = None
        self._announced: set[Path] = set()
        self._counts = dict.fromkeys(("complete", "pruned", "fail"), 0)
        for trial in study.finished():
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
        """One finished trial, as metrics whose step is its number."""
        if trial.user_attrs.get(INTERRUPTED):
            return
        self._counts[trial.state.name.lower()] += 1
        metrics = {f"trials/{state}": float(count) for state, count in self._counts.items()}
        if trial.values and trial.state.name == "COMPLETE":
            metrics |= dict(zip(self._names("trial"), trial.values, strict=True))
            metrics |= dict(zip(self._names("best"), self._best_until(trial), strict=True))
        when = trial.datetime_complete.timestamp() if trial.datetime_complete else 0.0
        self._journal.write("epoch", epoch=trial.number, metrics=metrics, time=when)
        if folder := trial.user_attrs.get(FOLDER):
            self._announce([Path(folder)])

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
        return sorted(file.parent for file in self._study.plan.folder.glob(f"*/**/{NAME}"))

    def _best_until(self, trial: FrozenTrial) -> list[float]:
        """The best values when ``trial`` had ended."""
        sign = 1 if self._study.options.objectives[0] == "minimize" else -1
        self._best = min(self._best or trial.values, trial.values, key=lambda values: sign * values[0])
        return self._best

    def _names(self, what: str) -> list[str]:
        several = len(self._study.options.objectives) > 1
        return [
            f"{what}/value_{i}" if several else f"{what}/value" for i, _ in enumerate(self._study.options.objectives)
        ]

    def close(self, ending: str | None) -> list[str]:
        """Write the figures that lie in the study's folder, the best trial and the end; gives what the relay says."""
        folder = self._study.plan.folder
        for file in sorted((folder / "figures").glob("[!.]*.png")):
            self._journal.write("figure", file=f"figures/{file.name}", title=file.stem.replace("_", " "))
        if best := self._study.best():
            self._journal.write("figure", file="best.yaml", title="the best trial")
            trial = Path(best.user_attrs[FOLDER]).relative_to(folder)
            self._journal.write("best", trial=best.number, folder=str(trial), values=best.values, params=best.params)
        self._announce(self._at_rest())
        total = self._study.counts().total()
        status = "KILLED" if total < self._study.n_trials and ending in SIGNALS else "FINISHED" if best else "FAILED"
        self._journal.write("end", status=status, reason=ending or f"{total} trials are finished")
        self._journal.close()
        return self._relay.report()


def _number(folder: Path) -> str:
    """Which trial left its journal here; nothing if it was killed before it said so."""
    facts = read(folder)
    return str(facts[0]["tags"].get(TRIAL, "")) if facts and facts[0]["fact"] == "start" else ""


class Memory:
    """Watches a sweep and keeps a record of each of its studies."""

    def __init__(self, studies: Iterable[SweepStudy], tracking: Tracking, *, carries: bool) -> None:
        self._records = {study.plan.name: StudyRecord(study, tracking, carries=carries) for study in studies}

    def started(self, study: SweepStudy, assignment: Assignment) -> None:
        """Nothing: the trial has a record of its own."""

    def ended(self, study: SweepStudy, trial: FrozenTrial) -> None:
        """Add the trial to its study's record."""
        self._records[study.plan.name].add(trial)

    def close(self, endings: Mapping[str, str]) -> list[str]:
        """End every record; gives what the relays say."""
        return [line for name, record in self._records.items() for line in record.close(endings.get(name))]
