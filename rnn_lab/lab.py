"""The one place where a composed config becomes a run: build, train, evaluate, draw, record, answer."""

import json
import logging
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any
from uuid import uuid4

import hydra
from omegaconf import DictConfig, OmegaConf
from pydantic import Field, TypeAdapter, ValidationError

from rnn_lab import run_figures, sweeping, terminal
from rnn_lab.atomic import atomic_write
from rnn_lab.command_line import flatten, refusal
from rnn_lab.errors import BadInput, Diverged
from rnn_lab.evaluation.forecaster import Forecaster
from rnn_lab.evaluation.free_run.plan import Evaluation, Plan
from rnn_lab.evaluation.problem import ready, rivals
from rnn_lab.evaluation.report import summarise
from rnn_lab.evaluation.text_model import TextModel
from rnn_lab.network import Architecture, Network
from rnn_lab.objectives import EACH_EPOCH, objectives, value
from rnn_lab.rng import named_rng
from rnn_lab.sequences import Dataset, StreamDataset
from rnn_lab.tracking.address import resolve
from rnn_lab.tracking.config import Tracking
from rnn_lab.tracking.journal import Journal, encode
from rnn_lab.tracking.launch import Relay
from rnn_lab.tracking.launch import start as start_relay
from rnn_lab.tracking.observer import JournalObserver
from rnn_lab.tracking.provenance import provenance
from rnn_lab.tracking.resume import carry_over
from rnn_lab.training import LBFGS, Observer, Trainer, TrainingState, fit
from rnn_lab.training.checkpoint import Checkpoint, restore
from rnn_lab.training.examination import truth
from rnn_lab.training.fit import engine
from rnn_lab.training.optimizers import Optimizer
from rnn_lab.training.survey import stream_truth

log = logging.getLogger("rnn_lab")

KEYS = ("data", "model", "optimizer", "trainer", "evaluation", "tracking", "seed", "replicas", "objective")
CHECKPOINT = Path("weights", "checkpoint.npz")


@dataclass(frozen=True, eq=False)
class Experiment:
    """A composed config, built: everything that a run needs, and nothing done yet."""

    dataset: Dataset | StreamDataset
    network: Network
    optimizer: Optimizer | LBFGS
    trainer: Trainer
    free_run: Plan | None
    tracking: Tracking
    seeds: list[int]
    objectives: list[str]
    config: dict[str, Any]

    @property
    def identity(self) -> dict[str, str]:
        """What a checkpoint must share with a run that goes on from it: dotted key -> value as text.

        How long to train and how often to save may differ.
        """
        free = {"trainer.epochs", "trainer.resume", "trainer.checkpoint_seconds"}
        groups = ("data", "model", "optimizer", "trainer", "seed", "replicas")
        values = {key: str(value) for key, value in flatten({g: self.config[g] for g in groups}).items()}
        fingerprint = {"the data's fingerprint": self.dataset.fingerprint}
        return {key: value for key, value in values.items() if key not in free} | fingerprint


def build(config: DictConfig) -> Experiment:
    """Make every component of a composed config.

    Raises:
        BadInput, InstantiationException: a value is not allowed, or values do not fit each other.
    """
    unknown = sorted(str(key) for key in config if key not in KEYS)
    if unknown:
        raise BadInput(f"{unknown[0]} is no known key; there are {', '.join(KEYS)}.")
    removed = [key for key in KEYS if key not in config]
    if removed:
        raise BadInput(f"{removed[0]} cannot be left out; choose an option of it.")
    missing = sorted(OmegaConf.missing_keys(config))
    if missing:
        raise BadInput(f"{missing[0]} must be given: it has no default with these choices.")
    seed, replicas = _whole(config, "seed", 0, 2**31), _whole(config, "replicas", 1, 2**31)
    trainer: Trainer = hydra.utils.instantiate(config.trainer)
    optimizer: Optimizer | LBFGS = hydra.utils.instantiate(config.optimizer)
    model: Architecture = hydra.utils.instantiate(config.model)
    evaluation: Evaluation = hydra.utils.instantiate(config.evaluation)
    tracking: Tracking = hydra.utils.instantiate(config.tracking, _convert_="all")
    data = hydra.utils.instantiate(config.data, _convert_="all")
    if tracking.enabled:
        resolve(tracking.uri)  # refuses an address that is none before there is a run
    dataset: Dataset | StreamDataset = data.dataset()
    network = Network(
        model,
        len(dataset.inputs),
        len(dataset.targets),
        window=None if isinstance(dataset, StreamDataset) else dataset.window,
        dtype=trainer.dtype,
        each_step=isinstance(dataset, StreamDataset) or dataset.each_step,
        loss=trainer.loss_for(dataset.classes),
    )
    seeds = list(range(seed, seed + replicas))
    plain: Any = OmegaConf.to_container(config, resolve=True)
    return Experiment(
        dataset=dataset,
        network=network,
        optimizer=optimizer,
        trainer=trainer,
        free_run=evaluation.plan(dataset, data),
        tracking=tracking,
        seeds=seeds,
        objectives=objectives(plain["objective"], dataset),
        config=plain,
    )


def _whole(config: DictConfig, key: str, least: int, most: int) -> int:
    try:
        return TypeAdapter(Annotated[int, Field(ge=least, le=most)]).validate_python(config[key], strict=True)
    except ValidationError as error:
        raise BadInput(refusal(error, key)) from error


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
    parts = experiment.network, experiment.dataset, experiment.trainer, experiment.optimizer, experiment.seeds
    engine(*parts, state)  # refuses what does not fit together, before anything is written
    compared = rivals(experiment.dataset, experiment.network.model.hidden_dim)  # and this too little data
    for line in terminal.introduction(*parts):
        log.info(line)
    with Journal(folder) as journal:
        try:
            relay = _open(journal, experiment)
            summary = _carry_out(journal, experiment, state, compared, started)
            journal.write("end", status=summary["status"], reason=summary["reason"])
        except KeyboardInterrupt:
            journal.write("end", status="KILLED", reason="interrupted")
            if (folder / CHECKPOINT).exists():
                log.info("\nGo on with this run:  python scripts/train.py trainer.resume=%s", folder)
            raise
        except Exception as error:
            reason = str(error) if isinstance(error, BadInput) else f"{type(error).__name__}: {error}"
            journal.write("end", status="FAILED", reason=reason)
            raise
    for line in [*terminal.results(summary), f"Run folder: {folder}", *(relay.report() if relay else [])]:
        log.info(line)
    if summary["status"] == "FAILED":
        raise Diverged(f"{summary['reason']}. Try a lower optimizer.learning_rate, or trainer.clip_norm=1.")
    found = [value(summary, name) for name in experiment.objectives]
    return found if OmegaConf.is_list(config.objective) else found[0]


def _open(journal: Journal, experiment: Experiment) -> Relay | None:
    """Write the journal's first facts, and start the relay if there is to be one."""
    data, tracking = experiment.dataset, experiment.tracking
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
    journal.write("provenance", **provenance(seed=experiment.seeds[0], data_fingerprint=data.fingerprint))
    journal.write(
        "data",
        name=data.name,
        fingerprint=data.fingerprint,
        recipe=data.recipe,
        shapes=data.shapes,
        classes=data.classes,
        shown=["probability of the right class"] if data.classes else data.targets,
    )
    return relay


def _carry_out(
    journal: Journal,
    experiment: Experiment,
    state: TrainingState | None,
    compared: dict[str, Any],
    started: float,
) -> dict[str, Any]:
    """Train, evaluate and draw; write everything to the run folder and return the summary."""
    data, network, trainer = experiment.dataset, experiment.network, experiment.trainer
    journal.write("baselines", **compared)
    (journal.folder / "weights").mkdir(exist_ok=True)
    if state is not None:
        carry_over(journal, Path(str(trainer.resume)), state.epoch)
    true = stream_truth(data) if isinstance(data, StreamDataset) else truth(data)
    writer = JournalObserver(
        journal,
        experiment.tracking,
        trainer.epochs,
        **{f"{split}_true": values for split, values in true.items()},
    )
    checkpoint = Checkpoint(journal.folder / CHECKPOINT, trainer.checkpoint_seconds, experiment.identity)
    with terminal.Progress(trainer.epochs) as progress:
        observers: list[Observer] = [writer, checkpoint, progress]
        pruner = sweeping.Reporter(experiment.objectives[0])
        if pruner.metric in EACH_EPOCH:
            observers.append(pruner)
        training = perf_counter()
        state = fit(network, data, trainer, experiment.optimizer, experiment.seeds, observers, state)
        training = perf_counter() - training
    writer.close()
    for replica, reason in enumerate(state.reasons):
        kept, epoch = state.kept_epoch[replica], state.stopped[replica] if not state.running[replica] else state.epoch
        journal.write("stopped", replica=replica, epoch=epoch, reason=reason, kept_epoch=kept)
    trained = ready(network, state.parameters, data)
    trained.save(journal.folder)
    summary = summarise(network, data, state, experiment.seeds, compared)
    lost = summary["status"] == "FAILED"
    if isinstance(trained, TextModel) and isinstance(data, StreamDataset) and not lost:
        summary["sample"] = trained.sample(data, named_rng(experiment.seeds[0], "noise"))
    free_runs = None
    if experiment.free_run and isinstance(trained, Forecaster):
        free_runs = experiment.free_run.carry_out(trained)
    if free_runs:
        summary["free_run"] = free_runs.section()
    if pruner.verdict and summary["status"] == "FINISHED":
        summary["status"] = "PRUNED"
    if experiment.tracking.figures:
        first = network.initial(experiment.seeds)
        kept = state.parameters, state.kept_epoch
        for file, title in run_figures.draw(journal.folder, data, network, first, *kept, free_runs):
            journal.write("figure", file=file, title=title)
    summary["seconds"] = {"training": training, "total": perf_counter() - started}
    _save(journal.folder / "summary.json", summary)
    journal.write("summary", **summary)
    return summary


def _save(path: Path, summary: dict[str, Any]) -> None:
    """Write valid JSON: like the journal's, it spells NaN and infinities as strings."""
    with atomic_write(path) as file:
        file.write((json.dumps(json.loads(encode(summary)), indent=2) + "\n").encode())
