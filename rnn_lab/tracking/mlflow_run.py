"""Facts of a journal in, an MLflow run out: found or made, and the same however often the facts are carried."""

import os
import time
from collections import deque
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnn_lab.errors import BadInput
from rnn_lab.redaction import printable
from rnn_lab.tracking import address, comparison, figures_state, note, registry, translation
from rnn_lab.tracking.artifacts import Artifacts
from rnn_lab.tracking.inside import inside
from rnn_lab.tracking.journal import NAME as JOURNAL
from rnn_lab.tracking.journal import Fact
from rnn_lab.tracking.kept_epochs import KeptEpochs
from rnn_lab.tracking.labels import Labels, texts
from rnn_lab.tracking.metrics import Metrics
from rnn_lab.tracking.names import RUN, shortened
from rnn_lab.tracking.packaging import log_dataset, log_model
from rnn_lab.tracking.relay_state import State
from rnn_lab.tracking.store import experiment
from rnn_lab.tracking.view import save_view_of_run
from rnn_lab.trust import Trusted

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

PARENT = "mlflow.parentRunId"

OWN_TAGS = {"mlflow.source.type": "LOCAL"}
"""Tags that MLflow's own logging sets, and its pages read."""

STATUS = {"PRUNED": "FINISHED"}
"""MLflow's word for an end that it does not know; a pruned trial is no failure. Any other is ``KILLED``."""

STATUSES = ("FINISHED", "FAILED", "KILLED")


class MLflowWriter:
    """Carries the facts of one run to MLflow.

    Numbers go at once, many in a call. Files wait in a queue that `work` empties in slices, so that metrics
    of a run in training are never behind them.

    Args:
        client: of the store.
        resolved: the store's address.
        folder: the run folder.
        start: the journal's ``start`` fact.
        parent: the MLflow run below which a new run is put.
        trusted: modules whose classes the network may be made of; None: a folder of one's own.
    """

    def __init__(
        self,
        client: "MlflowClient",
        resolved: str,
        folder: Path,
        start: Fact,
        parent: str | None = None,
        trusted: Trusted = (),
    ) -> None:
        self._client, self._folder, self._resolved, self._trusted = client, folder, resolved, trusted
        self.experiment_id = experiment(client, start["experiment"], resolved)
        found = self._find(start["run"])
        run = found or self._create(start, parent)
        self.run_id = str(run.info.run_id)
        self._labels = Labels(client, self.run_id, run.data.params)
        self._metrics = Metrics(client, self.run_id, fresh=found is None)
        self._artifacts = Artifacts(client, self.run_id, folder, fresh=found is None)
        self._facts: dict[str, Fact] = {}
        self._kept = KeptEpochs(folder)
        self._line_to_beat: dict[str, float] = {}
        self._fresh = found is None
        self._is_trial = PARENT in run.data.tags
        self._stops: list[Fact] = []
        self._queue: deque[Callable[[], None]] = deque()
        self._last_time = float(start["time"])
        if run.info.status != "RUNNING":
            client.update_run(self.run_id, status="RUNNING")

    @property
    def end(self) -> Fact | None:
        """The journal's ``end``, once it was carried."""
        end = self._facts.get("end", {})
        return end if isinstance(end.get("status"), str) and isinstance(end.get("reason"), str) else None

    @property
    def idle(self) -> bool:
        """True where no file waits."""
        return not self._queue

    def carry(self, facts: Iterable[Fact]) -> None:
        """Send what a list of facts says, files excepted: those are queued."""
        for fact in facts:
            self._last_time = max(self._last_time, float(fact["time"]))
            if fact["fact"] == "stopped":
                self._stops.append(fact)
            elif fact["fact"] != "epoch":
                self._facts[fact["fact"]] = fact
            if handle := HANDLERS.get(fact["fact"]):
                try:
                    handle(self, fact)
                except DAMAGED as error:
                    if isinstance(error, OSError):  # a server's answer that is none, says requests
                        raise
                    self._facts.pop(fact["fact"], None)
                    self.missing.append(f"the journal's {fact['fact']} is left out: {type(error).__name__}: {error}")
        self._metrics.send()

    @property
    def missing(self) -> list[str]:
        """One sentence for each part of the run that could not be carried."""
        return self._artifacts.missing

    @missing.setter
    def missing(self, sentences: list[str]) -> None:
        self._artifacts.missing = sentences

    def later(self, task: Callable[[], None]) -> None:
        """Queue something more to do, after the files that wait already."""
        self._queue.append(task)

    def work(self, seconds: float) -> None:
        """Upload queued files for about that long."""
        deadline = time.monotonic() + seconds
        while self._queue and time.monotonic() < deadline:
            self._queue.popleft()()

    def announce(self, status: str, reason: str) -> None:
        """Say how the run ended, before its last files are there."""
        self._labels.tag({"rnn_lab.reason": reason, "rnn_lab.status": status})
        known = STATUS.get(status, status)
        self._client.set_terminated(
            self.run_id, known if known in STATUSES else "KILLED", end_time=int(self._last_time * 1000)
        )

    @property
    def awaits_figures(self) -> bool:
        """True where the run has ended, and its figures are still to be drawn."""
        return figures_state.are_due(self._facts)

    def close(self) -> None:
        """Send what came after the end: the figures, the whole journal, and word of what is missing."""
        self.work(float("inf"))
        self._artifacts.file(JOURNAL)
        if lacking := figures_state.lacking(self._folder, self._facts):
            self.missing.append(lacking)

    def finish(self, status: str, reason: str) -> None:
        """Send the rest but for the journal: queued files, the model, the note; then end the MLflow run.

        Args:
            status: FINISHED, FAILED or KILLED; any other is KILLED to MLflow, which knows no more.
            reason: why the run ended.
        """
        self.work(float("inf"))
        for name in ("summary.json", "train.log"):
            if os.path.lexists(self._folder / name):
                self._artifacts.file(name)
        self._pages()
        if "data" not in self._facts and "start" in self._facts:
            self._parameters(self._facts["start"]["config"])
        if fact := self._facts.get("baselines"):  # not before: MLflow shows what came first at the top
            self._metrics.add(translation.baselines(fact), step=0, time=fact["time"])
            self._metrics.send()
        if "summary" in self._facts:
            self._package(self._facts["summary"])
        if "best" in self._facts:
            self._tag_best_trial(self._facts["best"])
        self._describe(status, reason)
        self.announce(status, reason)

    def state(self, state: Any, reason: str | None = None) -> State:
        """Say how far the run is, for the trainer and later readers."""
        table = address.table(self._resolved, self.experiment_id)
        return State(
            state=state,
            uri=address.shown(self._resolved),
            experiment_id=self.experiment_id,
            run_id=self.run_id,
            link=address.page(self._resolved, self.experiment_id, self.run_id),
            charts=table if self._is_trial else address.charts(self._resolved, self.experiment_id, self.run_id),
            table=table,
            reason=reason,
            missing=tuple(shortened(" ".join(printable(line).split()), 500) for line in self._artifacts.missing),
        )

    def _find(self, run: str) -> "Run | None":
        found = self._client.search_runs([self.experiment_id], f"tags.`{RUN}` = '{run}'", max_results=1)
        return found[0] if found else None

    def _create(self, start: Fact, parent: str | None) -> "Run":
        above = {PARENT: parent} if parent else {}
        return self._client.create_run(
            self.experiment_id,
            start_time=int(start["time"] * 1000),
            run_name=comparison.title(start),
            tags={RUN: start["run"], **OWN_TAGS, **texts(start["tags"]), **above},
        )

    def _start(self, fact: Fact) -> None:
        config = fact["config"]
        if "data" not in config:  # a study's, of which no more will be known
            self._parameters(config)
        if not self._is_trial:  # a study's view shows them all
            save_view_of_run(self._client, self.experiment_id, self.run_id, trials="data" not in config)
        self._client.log_dict(self.run_id, config, "config.yaml")
        self._labels.tag(translation.labels(fact))
        self._describe("RUNNING", "training is under way")

    def _parameters(self, config: dict[str, Any]) -> None:
        self._labels.add_parameters(comparison.compared(config, self._facts.get("data")))

    def _provenance(self, fact: Fact) -> None:
        self._labels.tag(translation.provenance(fact, self._folder))
        if self._fresh:  # a name that somebody changed since is theirs
            self._labels.tag({"mlflow.runName": comparison.longer_title(self._facts["start"], fact)})

    def _data(self, fact: Fact) -> None:
        self._parameters(self._facts["start"]["config"])
        log_dataset(self._client, self.run_id, fact)

    def _baselines(self, fact: Fact) -> None:
        self._line_to_beat = translation.line_to_beat(fact)
        self._labels.tag({"rnn_lab.best_baseline": translation.best_baseline(fact) or None})

    def _an_epoch(self, fact: Fact) -> None:
        first = int(self._facts.get("start", {}).get("config", {}).get("seed", 0))
        pooled = self._facts.get("baselines", {}).get("pooled", ())
        found = translation.epoch(fact, first_seed=first, baseline=self._line_to_beat, pooled=pooled)
        self._metrics.add(found, step=fact["epoch"], time=fact["time"])

    def _weights(self, fact: Fact) -> None:
        self._kept.weights[fact["epoch"]] = fact["file"]
        self._file(fact)

    def _file(self, fact: Fact) -> None:
        self._queue.append(partial(self._artifacts.file, fact["file"]))

    def _predictions(self, fact: Fact) -> None:
        self._kept.predictions[fact["epoch"]] = fact["file"]

    def _arrays(self, fact: Fact) -> None:
        self._kept.arrays[fact["epoch"]] = fact["file"]

    def _pages(self) -> None:
        """Upload the pages with a slider over the epochs that were kept."""
        title = comparison.title(self._facts["start"]) if "start" in self._facts else ""
        for name, compose in self._kept.pages(title, self._facts.get("data", {})):
            self._artifacts.page(name, compose)

    def _summary(self, fact: Fact) -> None:
        found = {**translation.final(fact), **translation.free_run(fact), **translation.backtest(fact)}
        found |= translation.intervals(fact)
        self._metrics.add(found, step=0, time=fact["time"])

    def _package(self, summary: Fact) -> None:
        scores = translation.final(summary)
        kept = max(replica["kept_epoch"] for replica in summary["replicas"])
        given: dict[str, Any] = {"time": summary["time"], "data": self._facts.get("data"), "step": kept}
        try:
            log_model(
                self._client, self.run_id, self.experiment_id, self._folder, scores, **given, trusted=self._trusted
            )
        except BadInput as error:
            self._artifacts.missing.append(f"the model is not packaged: {error}")
            return
        if self._facts["start"]["config"].get("tracking", {}).get("register"):
            self._register(self.run_id)

    def _tag_best_trial(self, best: Fact) -> None:
        """Say on a study's run which of its trials is the best; its own run is carried by now."""
        trial = State.load(inside(self._folder, best["folder"]))
        best["link"] = trial.link if trial else None
        parameters = {f"rnn_lab.best.{name}": value for name, value in best["params"].items()}
        self._labels.tag({"rnn_lab.best_trial": best["trial"], "rnn_lab.best_link": best["link"], **parameters})
        if trial is None or trial.run_id is None:
            return
        winner = self._client.get_run(trial.run_id).data
        shown = {name: value for name, value in winner.metrics.items() if name.startswith("scores/")}
        fresh = {name: value for name, value in translation.of_fresh_seeds(best).items() if name in shown}
        shown |= fresh
        self._metrics.add(shown, step=0, time=best["time"])  # the study's row has the scores of its winner
        self._metrics.send()
        self._labels.add_parameters(winner.params)
        self._register(trial.run_id)

    def _register(self, run_id: str) -> None:
        if missing := registry.register(self._client, run_id):
            self._artifacts.missing.append(missing)

    def _describe(self, status: str, reason: str) -> None:
        pages = self._kept.links(self.experiment_id, self.run_id)
        try:
            text = note.write(self._facts, self._stops, status, reason, pages=pages)
        except DAMAGED as error:
            self.missing.append(f"the note is short: {type(error).__name__}: {error}")
            text = note.write({}, [], status, reason)
        self._labels.tag({"mlflow.note.content": text})


DAMAGED = (KeyError, TypeError, ValueError, AttributeError, IndexError, ArithmeticError)
"""Errors that reading a fact ends in that lacks a field."""

HANDLERS: dict[str, Callable[[MLflowWriter, Fact], None]] = {
    "start": MLflowWriter._start,
    "provenance": MLflowWriter._provenance,
    "data": MLflowWriter._data,
    "baselines": MLflowWriter._baselines,
    "epoch": MLflowWriter._an_epoch,
    "weights": MLflowWriter._weights,
    "predictions": MLflowWriter._predictions,
    "arrays": MLflowWriter._arrays,
    "figure": MLflowWriter._file,
    "summary": MLflowWriter._summary,
}
