"""A composed config carried out as a run: train, evaluate, record, answer, and have it drawn."""

import logging
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import uuid4

import numpy as np
from omegaconf import DictConfig, OmegaConf

from rnn_lab import drawer, sweeping, terminal
from rnn_lab.capacity import refuse_too_much_disk
from rnn_lab.errors import BadInput, Diverged, of_disk
from rnn_lab.evaluation import Problem, make_predictor, score_baselines, score_draws, score_each_target
from rnn_lab.evaluation.baselines import FittedBaseline
from rnn_lab.evaluation.report import summarise
from rnn_lab.experiment import Experiment, build, prepare
from rnn_lab.live_link import LiveLink
from rnn_lab.objectives import known_each_epoch, value
from rnn_lab.resumed import differences, threads_said
from rnn_lab.rng import named_rng
from rnn_lab.runs.folder import RunFolder
from rnn_lab.signals import ended_by
from rnn_lab.spaced_epochs import kept_count
from rnn_lab.tracking import figures_state
from rnn_lab.tracking.journal import Journal, save_json
from rnn_lab.tracking.launch import Relay
from rnn_lab.tracking.launch import start as start_relay
from rnn_lab.tracking.observer import JournalObserver
from rnn_lab.tracking.provenance import provenance
from rnn_lab.tracking.resume import carry_over
from rnn_lab.training import Listener, TrainingState, fit
from rnn_lab.training.checkpoint import Checkpoint, restore
from rnn_lab.unfinished import record_signal

log = logging.getLogger("rnn_lab")

CHECKPOINT = Path("weights", "checkpoint.npz")


def run(config: DictConfig, folder: Path) -> Any:
    """Carry out a composed config.

    Args:
        config: what ``conf/`` composes to.
        folder: the run folder, such as Hydra's output directory.

    Returns:
        The objective, by default ``val/rmse`` (of classes ``val/loss``) of the weights that the run keeps: the mean
        over replicas, or in a sweep each replica's, for the sweeper to aggregate. A list of objectives gives a list.

    Raises:
        BadInput, InstantiationException: the config is refused.
        Diverged: every replica diverged; the run is recorded all the same.
    """
    started = perf_counter()
    experiment = build(config)
    state = None
    if experiment.trainer.resume is not None:
        state = restore(Path(experiment.trainer.resume) / CHECKPOINT, experiment.identity)
    network, data, trainer, seeds = experiment.network, experiment.data, experiment.trainer, experiment.seeds
    lost: dict[str, str] = {}
    runner, problem, baselines = prepare(experiment, state, lost)  # refuses before anything is written
    _refuse_too_much_disk(experiment, folder)
    notes = [f"no free run: {why}"] if (why := experiment.evaluation.missing(data)) else []
    if state is not None:
        notes.append(f"resumes {trainer.resume} after epoch {state.epoch}")
        notes += differences(Path(str(trainer.resume)), trainer, experiment.optimizer, state)
    notes += threads_said()
    notes += [f"evaluation.baselines.{name} cannot be fitted and is left out: {why}" for name, why in lost.items()]
    for line in terminal.introduction(network, data, trainer, experiment.optimizer, runner, seeds, notes):
        log.info(line)
    with Journal(folder) as journal:
        if not journal.fresh:
            raise BadInput(f"{folder} is another run's: name a new folder.")
        try:
            relay = _open(journal, experiment)
            for name, why in lost.items():
                journal.write("baseline", name=name, reason=why)
            summary = _carry_out(journal, experiment, relay, state, problem, baselines, started)
            journal.write("end", status=summary["status"], reason=summary["reason"])
        except KeyboardInterrupt as signal:
            for line in record_signal(journal, ended_by(signal), folder / CHECKPOINT):
                log.info(line)
            raise
        except Exception as error:
            said = str(error) if isinstance(error, BadInput) else isinstance(error, OSError) and of_disk(error)
            reason = said or f"{type(error).__name__}: {error}"
            journal.write("end", status="FAILED", reason=reason)
            raise
        drawing = drawer.start(journal) if experiment.tracking.figures else None
    for line in [*terminal.results(summary), f"Run folder: {folder}"]:
        log.info(line)
    if drawing and experiment.tracking.wait:
        drawing.wait()
        if lacking := RunFolder.at(folder).lacking:
            log.warning(f"The run is in its folder, but {lacking}")
    elif drawing:
        log.info("Figures: being drawn there now, by a process that goes on after this one")
    for line in relay.report() if relay else []:
        log.info(line)
    if summary["status"] == "FAILED":
        raise Diverged(f"{summary['reason']}. Try a lower optimizer.learning_rate, or trainer.clip_norm=1.")
    found = [value(summary, name) for name in experiment.objectives]
    return found if OmegaConf.is_list(config.objective) else found[0]


def _refuse_too_much_disk(experiment: Experiment, folder: Path) -> None:
    """Say what the epochs that are kept would take, before the first of them is written."""
    tracking, epochs = experiment.tracking, experiment.trainer.epochs
    size = sum(float(np.prod(shape, dtype=float)) for shape in experiment.network.shapes.values())
    weights = 8.0 * len(experiment.seeds) * size * kept_count(tracking.weights_every, epochs)
    plots = 8.0 * len(experiment.seeds) * 600 * kept_count(tracking.plots_every, epochs)
    curves = 400.0 * len(experiment.seeds) * epochs
    refuse_too_much_disk(
        weights + plots + curves,
        folder,
        f"trainer.epochs={epochs} with tracking.weights_every={tracking.weights_every} and "
        f"tracking.plots_every={tracking.plots_every}",
    )


def _open(journal: Journal, experiment: Experiment) -> Relay | None:
    """Write the journal's first facts, and start the relay if there is to be one."""
    data, tracking = experiment.data, experiment.tracking
    journal.write(
        "start",
        run=uuid4().hex,
        name=tracking.run_name or f"{data.name}-{type(experiment.network.model).__name__.lower()}",
        config=experiment.config,
        experiment=tracking.experiment,
        uri=tracking.uri,
        tags={**tracking.tags, **sweeping.tags()},
    )
    own = tracking.enabled and sweeping.CARRIED_BY not in sweeping.tags()
    relay = start_relay(tracking, journal.folder) if own else None  # early: MLflow takes long to import
    origin = provenance(seed=experiment.seeds[0], data_fingerprint=data.fingerprint, backend=experiment.trainer.backend)
    journal.write("provenance", **origin)
    journal.write(
        "data",
        name=data.name,
        fingerprint=data.fingerprint,
        recipe=data.recipe,
        shapes=data.shapes,
        classes=data.classes,
        shown=experiment.targets.plot_names,
    )
    return relay


def _carry_out(
    journal: Journal,
    experiment: Experiment,
    relay: Relay | None,
    state: TrainingState | None,
    problem: Problem,
    baselines: dict[str, FittedBaseline],
    started: float,
) -> dict[str, Any]:
    """Train and evaluate; write everything but the figures to the run folder and return the summary."""
    network, data, trainer = experiment.network, experiment.data, experiment.trainer
    scores = score_baselines(problem, baselines)
    journal.write("baselines", **scores, score=experiment.targets.main, pooled=list(experiment.targets.pooled))
    (journal.folder / "weights").mkdir(exist_ok=True)
    if state is not None:
        for lost in carry_over(journal, Path(str(trainer.resume)), state.epoch):
            log.warning(lost)
    writer = JournalObserver(journal, experiment.tracking, trainer.epochs)
    checkpoint = Checkpoint(journal.folder / CHECKPOINT, trainer.checkpoint_seconds, experiment.identity, journal.sync)
    progress = terminal.Progress(trainer.epochs, (experiment.targets.main, *experiment.targets.epoch_names))
    with progress, checkpoint:
        listeners: list[Listener] = [writer, checkpoint, progress, LiveLink(relay, progress.say)]
        pruner = sweeping.Reporter(experiment.objectives[0])
        if known_each_epoch(pruner.metric, experiment.targets):
            listeners.append(pruner)
        training = perf_counter()
        state = fit(
            network,
            data,
            trainer,
            experiment.optimizer,
            experiment.seeds,
            listeners,
            state,
            rule=experiment.rule,
            observers=experiment.observers,
            targets=experiment.targets,
        )
        training = perf_counter() - training
    writer.close()
    for replica, reason in enumerate(state.reasons):
        kept, epoch = state.kept_epoch[replica], state.stopped[replica] if not state.running[replica] else state.epoch
        journal.write("stopped", replica=replica, epoch=epoch, reason=reason, kept_epoch=kept)
    # A replica that diverged is no part of any forecast or figure, unless there is no other.
    comparable = ~state.diverged if not state.diverged.all() else np.ones_like(state.diverged)
    trained = make_predictor(network, state.parameters.like(state.parameters.flat[comparable]), data)
    diverged, intervals = np.flatnonzero(state.diverged).tolist(), None
    replace(trained, parameters=state.parameters).save(journal.folder, diverged)  # before anything else can fail
    if not state.diverged.all():
        trained, intervals = trained.calibrated(data)
        trained.save_recipe(journal.folder, diverged)
    each = score_each_target(problem, baselines) if len(data.targets) > 1 else None
    draws = score_draws(problem, baselines)
    summary = summarise(network, experiment.targets, state, experiment.seeds, scores, each, draws)
    if intervals is not None:
        summary["intervals"] = intervals
    failed = summary["status"] == "FAILED"  # no score is a number: nothing is said of what the weights do
    if not failed and (trainer.keep == "best" or not state.running.all()):
        summary["chosen_on"] = "validation"
    if not failed and (sample := trained.sample(data, named_rng(experiment.seeds[0], "noise"))):
        summary["sample"] = sample
    free_runs = experiment.free_run.carry_out(trained, baselines) if experiment.free_run and not failed else None
    if free_runs:
        summary["free_run"] = free_runs.section()
    if experiment.backtest is not None and not failed:
        summary["backtest"] = experiment.backtest.carry_out(trained, baselines, experiment.recipe)
    if pruner.verdict and summary["status"] == "FINISHED":
        summary["status"] = "PRUNED"
    summary["seconds"] = {"training": training, "total": perf_counter() - started}
    save_json(journal.folder / "summary.json", summary)
    journal.write("summary", **summary)
    if experiment.tracking.figures:
        journal.write(figures_state.FACT, state="due")
    return summary
