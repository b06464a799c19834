"""A composed config, built: every component of a run made, and checked against the others."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from omegaconf import DictConfig, OmegaConf
from pydantic import Field, TypeAdapter, ValidationError

from rnn_lab.capacity import release_memory
from rnn_lab.component import refusal
from rnn_lab.errors import BadInput
from rnn_lab.evaluation import Evaluation, Problem
from rnn_lab.evaluation.backtest import BacktestPlan, Recipe
from rnn_lab.evaluation.baselines import FittedBaseline
from rnn_lab.evaluation.baselines.once import FittedOnce
from rnn_lab.evaluation.free_run.plan import Plan
from rnn_lab.instantiation import instantiate
from rnn_lab.keys import flatten
from rnn_lab.network import Architecture, Network
from rnn_lab.objectives import objectives
from rnn_lab.observers import Observer, Training
from rnn_lab.rules import Rule
from rnn_lab.run_figures import Figures
from rnn_lab.scoring import Targets, targets_of
from rnn_lab.sequences import Data
from rnn_lab.tracking.address import resolve
from rnn_lab.tracking.config import Tracking
from rnn_lab.training import Optimizer, Trainer, TrainingState
from rnn_lab.training.fit import EpochRunner, make_epoch_runner

KEYS = (
    "data",
    "model",
    "rule",
    "optimizer",
    "trainer",
    "observers",
    "evaluation",
    "tracking",
    "figures",
    "seed",
    "replicas",
    "objective",
)
Fitted = dict[str, FittedBaseline]
BASELINES = FittedOnce()
"""Those of the data that this process trained on last: a sweep's trials have them in common."""


@dataclass(frozen=True, eq=False)
class Experiment:
    """A composed config, built: everything that a run needs, and nothing done yet."""

    network: Network
    targets: Targets
    rule: Rule
    optimizer: Optimizer
    trainer: Trainer
    observers: dict[str, Observer]
    evaluation: Evaluation
    free_run: Plan | None
    backtest: BacktestPlan | None
    tracking: Tracking
    figures: Figures
    seeds: Sequence[int]
    objectives: list[str]
    config: dict[str, Any]

    @property
    def data(self) -> Data:
        """Data that is trained on."""
        return self.targets.data

    @property
    def recipe(self) -> Recipe:
        """Recipe by which the network is trained, to do it again on fewer rows."""
        baselines = self.evaluation.baselines
        return Recipe(self.network, self.trainer, self.optimizer, self.rule, self.seeds, baselines)

    @property
    def identity(self) -> dict[str, str]:
        """Values that a checkpoint must share with a run that goes on from it: dotted key -> value as text.

        How long to train, how often to save and where the file lies may differ; what it holds may not.
        """
        free = {"trainer.epochs", "trainer.resume", "trainer.checkpoint_seconds", "data.path"}
        groups = ("data", "model", "rule", "optimizer", "trainer", "seed", "replicas")
        values = {key: str(value) for key, value in flatten({g: self.config[g] for g in groups}).items()}
        fingerprint = {"the data's fingerprint": self.data.fingerprint}
        return {key: value for key, value in values.items() if key not in free} | fingerprint


def build(config: DictConfig) -> Experiment:
    """Make every component of a composed config.

    Raises:
        BadInput, InstantiationException: a value is not allowed, or values do not fit each other.
    """
    unknown = sorted(str(key) for key in config if key not in KEYS)
    if unknown:
        raise BadInput(f"{unknown[0]} is no known key; there are {', '.join(KEYS)}.")
    removed = [key for key in KEYS if key not in config and key != "observers"]  # observers=[]: nothing is watched
    if removed:
        raise BadInput(f"{removed[0]} cannot be left out; choose an option of it.")
    missing = sorted(OmegaConf.missing_keys(config))
    if missing:
        raise BadInput(f"{missing[0]} must be given: it has no default with these choices.")
    seed, replicas = _whole(config, "seed", 0, 2**31), _whole(config, "replicas", 1, 2**31)
    trainer: Trainer = instantiate(config.trainer, Trainer)
    rule: Rule = instantiate(config.rule, Rule)
    optimizer: Optimizer = instantiate(config.optimizer, Optimizer)
    model: Architecture = instantiate(config.model, Architecture)
    watched = (config.get("observers") or {}).items()
    for key, node in [("figures", config.figures), *((f"observers.{name}", node) for name, node in watched)]:
        if not isinstance(node, DictConfig):
            raise BadInput(f"{key}={node} is not allowed: it should be a component, which has a _target_.")
    observers = {str(name): instantiate(node, Observer, _convert_="all") for name, node in watched}
    evaluation: Evaluation = instantiate(config.evaluation, Evaluation, _convert_="all")
    figures: Figures = instantiate(config.figures, Figures)
    tracking: Tracking = instantiate(config.tracking, Tracking, _convert_="all")
    maker = instantiate(config.data, _convert_="all")
    if not hasattr(maker, "dataset"):
        raise BadInput(f"data._target_={config.data['_target_']} makes no dataset.")
    if tracking.enabled:
        resolve(tracking.uri)  # refuses an address that is none before there is a run
    data: Data = maker.dataset()
    release_memory()
    targets = targets_of(data, trainer.loss, evaluation.scores)
    network = Network.for_data(data, model, dtype=trainer.dtype, loss=targets.loss)
    plain: Any = OmegaConf.to_container(config, resolve=True)
    return Experiment(
        network=network,
        targets=targets,
        rule=rule,
        optimizer=optimizer,
        trainer=trainer,
        observers=observers,
        evaluation=evaluation,
        free_run=evaluation.plan(data, maker),
        backtest=evaluation.backtest.plan(data, maker),
        tracking=tracking,
        figures=figures,
        seeds=range(seed, seed + replicas),
        objectives=objectives(plain["objective"], targets),
        config=plain,
    )


def _whole(config: DictConfig, key: str, least: int, most: int) -> int:
    try:
        return TypeAdapter(Annotated[int, Field(ge=least, le=most)]).validate_python(config[key], strict=True)
    except ValidationError as error:
        raise BadInput(refusal(error, key)) from error


def check(config: DictConfig) -> list[str]:
    """Refuse whatever a run of a composed config would refuse, without a run; returns the names of its objectives.

    Raises:
        BadInput, InstantiationException: the sentence of the run.
    """
    experiment = build(config)
    prepare(experiment)
    return experiment.objectives


def prepare(
    experiment: Experiment, state: TrainingState | None = None, lost: dict[str, str] | None = None
) -> tuple[EpochRunner, Problem, Fitted]:
    """Make what trains, and fit the baselines: what does not fit together, or is too little data, is refused here.

    Args:
        experiment: what was built.
        state: to go on from.
        lost: takes the baselines that cannot be fitted, and why.
    """
    network, data, trainer = experiment.network, experiment.data, experiment.trainer
    runner = make_epoch_runner(network, data, trainer, experiment.optimizer, experiment.rule, experiment.seeds, state)
    training = Training(network, data, experiment.rule, trainer.reach, experiment.seeds, trainer.epochs)
    for observer in experiment.observers.values():
        observer.watch(training)  # only to hear now whether it fits
    problem = Problem(data, experiment.targets, network.model.hidden_dim)
    return runner, *BASELINES.fit(problem, experiment.evaluation.baselines, {} if lost is None else lost)
