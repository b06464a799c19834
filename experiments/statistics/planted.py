"""Twelve planted studies, each with a fault that an examination must name, and twelve clean ones with none.

The landscape has three parameters (and one choice where it decides), a plateau around its best place, and values that
span a factor of about ten; seeds differ by 2 %. Trials are proposed by Optuna's TPE.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import optuna
from numpy.typing import NDArray

from rnn_lab.sweeping.examination.trials import COMPLETE, FAILED, Axis, Trials

Array = NDArray[np.float64]

RATE, SIZE, STEPS = "optimizer.learning_rate", "model.hidden_dim", "trainer.bptt_truncate"
AXES = (
    Axis(RATE, "float", 1e-4, 1e-1, log=True),
    Axis(SIZE, "int", 8, 128, log=True),
    Axis(STEPS, "int", 1, 50),
)
CELL = Axis("model", "choice", choices=("elman", "gru", "lstm"))
EPOCHS = 40


@dataclass(frozen=True)
class Planted:
    """Recipe of a study; the defaults are those of a clean one.

    Attributes:
        centre: best place of each parameter, in [0, 1] within its range.
        weight: of each parameter's squared distance from the plateau, in logarithms.
        trials: N.
        noise: standard deviation of the logarithm from seed to seed.
        ridge: weight of (u_1 + u_2 - 1)^2, in place of both squares.
        cell: cost of each choice; none: it is not searched.
        cliff: place of the first parameter beyond which trials diverge.
        failing: share of trials that fail by chance.
        curve: ``rests``, ``falls`` or ``overfits``.
        luck: factor of the best value.
        sampler: ``tpe`` or ``random``.
    """

    centre: tuple[float, ...] = (0.45, 0.6, 0.5)
    weight: tuple[float, ...] = (12.0, 10.0, 10.0)
    trials: int = 30
    noise: float = 0.02
    ridge: float = 0.0
    cell: tuple[float, ...] = ()
    cliff: float = 9.0
    failing: float = 0.0
    curve: str = "rests"
    luck: float = 1.0
    sampler: str = "tpe"


Expected = tuple[tuple[str, str], ...]

PLANTED: dict[str, tuple[Planted, Expected]] = {
    "optimum outside the range": (Planted(centre=(1.4, 0.6, 0.5), weight=(3.0, 10.0, 10.0)), (("edge", RATE),)),
    "optimum beyond a corner": (
        Planted(centre=(1.4, 1.4, 0.5), weight=(3.0, 3.0, 10.0)),
        (("edge", RATE), ("edge", SIZE)),
    ),
    "too few trials": (Planted(trials=8), (("sparse", ""),)),
    "a learning-rate cliff": (Planted(cliff=0.6), (("cliff", RATE),)),
    "too short a training": (Planted(curve="falls"), (("falling", ""),)),
    "overfitting": (Planted(curve="overfits"), (("overfit", ""),)),
    "a lucky seed": (Planted(luck=0.6), (("lucky", ""),)),
    "a parameter without effect": (Planted(weight=(12.0, 10.0, 0.0)), (("no effect", STEPS),)),
    "two parameters that interact": (Planted(weight=(0.0, 0.0, 10.0), ridge=12.0), (("interaction", RATE + SIZE),)),
    "half of the trials failed": (Planted(failing=0.5), (("failures", ""),)),
    "a noisy objective": (Planted(noise=0.5), (("noise", ""),)),
    "a choice that decides": (Planted(cell=(0.0, 1.2, 1.8)), (("decides", CELL.name),)),
}

CLEAN: dict[str, Planted] = {
    "the base": Planted(),
    "40 trials": Planted(trials=40),
    "60 trials": Planted(trials=60),
    "random, 120 trials": Planted(trials=120, sampler="random"),
    "optimum off the centre": Planted(centre=(0.7, 0.35, 0.6)),
    "optimum at a third": Planted(centre=(0.33, 0.4, 0.65)),
    "steep": Planted(weight=(20.0, 16.0, 16.0)),
    "one parameter weighs most": Planted(weight=(24.0, 8.0, 8.0)),
    "no noise": Planted(noise=0.0),
    "noise of 3 %": Planted(noise=0.03),
    "one trial of thirty fails": Planted(failing=0.03),
    "smaller plateau, 60 trials": Planted(trials=60, weight=(16.0, 12.0, 12.0)),
}


@dataclass(frozen=True, eq=False)
class Study:
    """Trials, and fresh seeds' values of the best four."""

    trials: Trials
    fresh: dict[int, Array] = field(default_factory=dict)


def make(planted: Planted, seed: int) -> Study:
    """Run a study whose trials cost nothing."""
    rng = np.random.default_rng(seed)
    axes = (*AXES, CELL) if planted.cell else AXES
    sampler: Any = (optuna.samplers.TPESampler if planted.sampler == "tpe" else optuna.samplers.RandomSampler)(
        seed=seed
    )
    study = optuna.create_study(sampler=sampler)
    rows: list[tuple[dict[str, Any], float, str]] = []
    for _ in range(planted.trials):
        trial = study.ask({axis.name: _distribution(axis) for axis in axes})
        lost = rng.random() < planted.failing or axes[0].unit(trial.params[RATE]) > planted.cliff
        value = float("nan") if lost else _typical(planted, axes, trial.params) * np.exp(planted.noise * rng.normal())
        rows.append((dict(trial.params), float(value), FAILED if lost else COMPLETE))
        study.tell(trial, None if lost else value, state=optuna.trial.TrialState.FAIL if lost else None)
    values = np.array([value for _, value, _ in rows])
    best = np.argsort(values)[:4]
    fresh = {
        int(k): _typical(planted, axes, rows[k][0]) * np.exp(planted.noise * rng.normal(size=5))
        for k in best
        if np.isfinite(values[k])
    }
    values[best[0]] *= planted.luck
    curves = [_curve(planted.curve, value, rng) if np.isfinite(value) else np.empty(0) for value in values]
    return Study(Trials(axes, [row[0] for row in rows], values, [row[2] for row in rows], curves), fresh)


def _typical(planted: Planted, axes: tuple[Axis, ...], params: dict[str, Any]) -> float:
    u = [axis.unit(params[axis.name]) for axis in axes[:3]]
    away = [max(abs(a - c) - 0.12, 0.0) ** 2 for a, c in zip(u, planted.centre, strict=True)]
    cost = float(np.dot(away, planted.weight)) + planted.ridge * max(abs(u[0] + u[1] - 1) - 0.1, 0.0) ** 2
    if planted.cell:
        cost += planted.cell[CELL.choices.index(params[CELL.name])]
    return 0.1 * float(np.exp(cost))


def _curve(kind: str, value: float, rng: np.random.Generator) -> Array:
    t = np.arange(1, EPOCHS + 1) / EPOCHS
    shapes: dict[str, Callable[[], Array]] = {
        "rests": lambda: 1 + 5 * np.exp(-8 * t),
        "falls": lambda: 1 + 5 * np.exp(-1.5 * t),
        "overfits": lambda: 1 + 5 * np.exp(-12 * t) + 0.6 * np.maximum(t - 0.4, 0),
    }
    y = shapes[kind]()
    return np.asarray(value * y / y.min() * np.exp(0.01 * rng.normal(size=EPOCHS)))


def _distribution(axis: Axis) -> optuna.distributions.BaseDistribution:
    if axis.kind == "choice":
        return optuna.distributions.CategoricalDistribution(axis.choices)
    if axis.kind == "int":
        return optuna.distributions.IntDistribution(int(axis.low), int(axis.high), log=axis.log)
    return optuna.distributions.FloatDistribution(axis.low, axis.high, log=axis.log)


def varied(planted: Planted, seed: int) -> Planted:
    """Move the best place a little, another way for each seed."""
    shift = np.random.default_rng([seed, 1]).uniform(-0.05, 0.05, 3)
    return replace(planted, centre=tuple(float(c + s) for c, s in zip(planted.centre, shift, strict=True)))
