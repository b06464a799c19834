"""Samplers, pruners and executors from their config: a short name, or any class by its ``_target_``."""

import importlib.util
import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import optuna
from hydra.errors import HydraException
from hydra.utils import get_class, instantiate
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.pruners import BasePruner
from optuna.samplers import BaseSampler
from pydantic import ValidationError

from rnn_lab.errors import BadInput
from rnn_lab.instantiation import located
from rnn_lab.sweeping.choices import EXECUTORS, EXTRAS, PRUNERS, SAMPLERS
from rnn_lab.sweeping.executors import TrialExecutor
from rnn_lab.sweeping.options import Options
from rnn_lab.sweeping.space import Parameter

MOST_POINTS = 1_000_000
"""Points of a grid: Optuna's sampler holds them all in memory."""

if TYPE_CHECKING:
    from rnn_lab.tracking.config import Tracking


def sampler(options: Options, parameters: list[Parameter], told: int) -> BaseSampler:
    """The sampler of a study that has ``told`` trials already.

    The seed moves on with the study: a sampler that is made anew with the old seed would propose the old trials again.
    Quasi-random sequences and grids find their place in the study themselves.
    """
    node = _node(options.sampler, SAMPLERS, "sampler")
    name = node["_target_"]
    extra: dict[str, Any] = {}
    if name.endswith(".GridSampler") and "search_space" not in node:
        extra["search_space"] = grid(parameters)
    if options.seed is not None and "seed" not in node and _takes_seed(name):
        extra["seed"] = options.seed + (0 if name.endswith((".GridSampler", ".QMCSampler")) else told)
    if len(options.objectives) > 1 and name.endswith(".CmaEsSampler"):
        raise BadInput("hydra.sweeper.sampler=cmaes serves one objective; use tpe, gp or nsgaii for several.")
    built: BaseSampler = _build(node, BaseSampler, "sampler", **extra)
    return built


def check_sampler(options: Options, parameters: list[Parameter]) -> None:
    """Let the sampler propose a trial to no study: some refuse a space only when they see it.

    Raises:
        BadInput: if it cannot be made, or cannot sample this space.
    """
    one = sampler(options, parameters, told=0)
    study = optuna.create_study(sampler=one, directions=options.objectives)
    try:
        study.ask({each.key: each.distribution for each in parameters})
    except Exception as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise BadInput(f"hydra.sweeper.sampler: {type(one).__name__} cannot search this space: {reason}") from None


def pruner(options: Options) -> BasePruner:
    """The pruner."""
    built: BasePruner = _build(_node(options.pruner, PRUNERS, "pruner"), BasePruner, "pruner")
    return built


def executor(options: Options) -> TrialExecutor:
    """The executor, with ``n_jobs`` workers."""
    node = _node(options.executor, EXECUTORS, "executor")
    built: TrialExecutor = _build(node, TrialExecutor, "executor", workers=options.n_jobs)
    return built


def check_executor(options: Options) -> None:
    """See that the executor can be made, without starting any worker.

    Raises:
        BadInput: its class is not there or is another kind of thing, or does not take what it is given.
    """
    node = _node(options.executor, EXECUTORS, "executor")
    with _refusals(node, "executor"):
        given = {key: value for key, value in node.items() if not key.startswith("_")}
        inspect.signature(_target(node, TrialExecutor, "executor")).bind(workers=options.n_jobs, **given)


def tracking(options: Options) -> "Tracking | None":
    """Tracking of studies, if they are remembered anywhere."""
    if options.tracking is None:
        return None
    from rnn_lab.tracking.config import Tracking

    built: Tracking = _build(options.tracking, Tracking, "tracking")
    return built if built.enabled else None


def trials(options: Options, parameters: list[Parameter]) -> int:
    """Number of trials that a study has in all: a grid ends with its last point."""
    points = 1
    if _node(options.sampler, SAMPLERS, "sampler")["_target_"].endswith(".GridSampler"):
        for values in grid(parameters).values():
            points *= len(values)
        return min(points, options.n_trials)
    return options.n_trials


def grid(parameters: list[Parameter]) -> dict[str, list[Any]]:
    """Every value of every parameter.

    Raises:
        BadInput: if one is continuous.
    """
    values: dict[str, list[Any]] = {}
    points = 1
    for each in parameters:
        points *= _count(each)
        if points > MOST_POINTS:
            raise BadInput(
                f"{each.source}: the grid has more than {MOST_POINTS:,} points; take fewer values, or another sampler."
            )
        match each.distribution:
            case CategoricalDistribution(choices=choices):
                values[each.key] = list(choices)
            case IntDistribution(low=low, high=high, step=step):
                values[each.key] = list(range(low, high + 1, step))
            case FloatDistribution(low=low, high=high, step=float(step)):
                values[each.key] = [low + i * step for i in range(round((high - low) / step) + 1)]
            case _:
                raise BadInput(f"{each.source}: a grid has no continuous ranges; use range(...) or a list of values.")
    return values


def _count(parameter: Parameter) -> int:
    """Number of values that a parameter has; 1 if it is continuous, which `grid` refuses by itself."""
    match parameter.distribution:
        case CategoricalDistribution(choices=choices):
            return len(choices)
        case IntDistribution(low=low, high=high, step=step):
            return (high - low) // step + 1
        case FloatDistribution(low=low, high=high, step=float(step)):
            return round((high - low) / step) + 1
    return 1


def _node(given: dict[str, Any] | str, known: dict[str, dict[str, Any]], what: str) -> dict[str, Any]:
    if isinstance(given, str):
        if given not in known:
            raise BadInput(f"hydra.sweeper.{what}={given!r}: it is one of {', '.join(known)}, or a class by _target_.")
        return known[given]
    if "_target_" not in given:
        raise BadInput(f"hydra.sweeper.{what}={given!r}: it needs a _target_ that names a class.")
    return given


def _build(node: dict[str, Any], kind: type[Any], what: str, **arguments: Any) -> Any:
    with _refusals(node, what):
        _target(node, kind, what)
        # What is given here is no config: a choice may be the text "${name}", which is to be resolved in its trial.
        built = instantiate(node, _convert_="all", _partial_=True)(**arguments)
        if not isinstance(built, kind):
            raise _is_none(node, what)
    return built


def _target(node: dict[str, Any], kind: type[Any], what: str) -> Any:
    """Find what a config names: a class of the kind, or a function that may return one."""
    name = node["_target_"]
    if name in EXTRAS and importlib.util.find_spec(EXTRAS[name][0]) is None:
        module, extra = EXTRAS[name]
        raise BadInput(
            f"hydra.sweeper.{what}: {name} needs {module}, which is not installed: pip install 'rnn-lab[{extra}]'."
        )
    target = located(f"hydra.sweeper.{what}._target_", name)
    if isinstance(target, type) and not issubclass(target, kind):
        raise _is_none(node, what)
    return target


def _is_none(node: dict[str, Any], what: str) -> BadInput:
    return BadInput(f"hydra.sweeper.{what}: {node['_target_']} is no {what}.")


@contextmanager
def _refusals(node: dict[str, Any], what: str) -> Iterator[None]:
    """Make one sentence of what making a component ends in.

    Raises:
        BadInput: it cannot be made; or what was raised as such.
    """
    try:
        yield
    except BadInput:
        raise
    except (HydraException, ImportError, TypeError, ValueError) as error:
        cause = error.__cause__ or error
        if isinstance(cause, BadInput):
            raise cause from None
        if isinstance(cause, ValidationError):
            raise BadInput(_refusal(cause, what)) from None
        reason = (str(cause).strip().splitlines() or [type(cause).__name__])[0]
        raise BadInput(f"hydra.sweeper.{what}: {node['_target_']} cannot be made: {reason}") from None


def _refusal(error: ValidationError, what: str) -> str:
    """Say which argument of a component has which value and what is allowed."""
    first = error.errors()[0]
    inner = first.get("ctx", {}).get("error")
    if isinstance(inner, BadInput):
        return str(inner)
    says = first["msg"].removeprefix("Value error, ").replace("Input should", "it should")
    return f"hydra.sweeper.{what}: {what}.{first['loc'][0]}={first['input']!r} is not allowed: {says}."


def _takes_seed(name: str) -> bool:
    try:
        return "seed" in inspect.signature(get_class(name)).parameters
    except Exception:
        return False  # _build says what is wrong with the name
