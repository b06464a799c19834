"""One look at a whole sweep before its first trial: what a trial would refuse is refused here, once."""

from collections.abc import Iterator, Mapping
from typing import Any

import optuna
from hydra.types import HydraContext
from omegaconf import DictConfig
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution

from rnn_lab.errors import BadInput
from rnn_lab.sweeping.app import current
from rnn_lab.sweeping.options import Options
from rnn_lab.sweeping.plan import Plan, compose, suggest


def check_trials(context: HydraContext, master: DictConfig, plan: Plan, options: Options) -> list[str]:
    """Let the application build a trial of a study; gives the names of its objectives, if it knows them.

    A corner of a space may be forbidden where the rest is not, so a trial with the first values of all ranges, one
    with the last and one with those in the middle are built, until one can be.

    Raises:
        BadInput: the sentence of a single run, if none of the three can be; or one about directions and objectives.
    """
    refused: BadInput | None = None
    for params in _corners(plan, options):
        try:
            config = compose(context, master, plan.trial_overrides(params))
            names = list(current().check(_task(config)))
        except BadInput as error:
            refused = refused or error
        else:
            _check_directions(names, options)
            return names
    assert refused is not None
    raise refused


def _task(config: DictConfig) -> DictConfig:
    from omegaconf import open_dict

    with open_dict(config):
        return DictConfig({key: node for key, node in config.items_ex(resolve=False) if key != "hydra"})


def _corners(plan: Plan, options: Options) -> Iterator[Mapping[str, Any]]:
    for where in (0.0, 1.0, 0.5):
        params = {each.key: value_at(each.distribution, where) for each in plan.parameters}
        if options.space:
            trial = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=int(2 * where))).ask()
            suggest(options.space, plan.config, trial)
            params |= trial.params
        yield params


def value_at(distribution: BaseDistribution, where: float) -> Any:
    """A value of a distribution: its first for 0, its last for 1.

    >>> value_at(IntDistribution(8, 64, step=8), 0.5), value_at(CategoricalDistribution(["a", "b"]), 1.0)
    (40, 'b')
    """
    match distribution:
        case CategoricalDistribution(choices=choices):
            return choices[round(where * (len(choices) - 1))]
        case IntDistribution(low=low, high=high, step=step):
            return low + round(where * ((high - low) // step) + 0.25) * step
        case FloatDistribution(low=low, high=high):
            return low + where * (high - low)
    raise TypeError(f"{distribution!r} is no distribution that a sweep knows")


def _check_directions(names: list[str], options: Options) -> None:
    if names and len(names) != len(options.objectives):
        several = f"one direction for each, such as hydra.sweeper.directions=[{','.join(['minimize'] * len(names))}]"
        needed = several if len(names) > 1 else "hydra.sweeper.direction=minimize or maximize, and no directions"
        raise BadInput(
            f"A run returns {len(names)} objective{'s' if len(names) > 1 else ''} ({', '.join(names)}), and the sweep "
            f"has {len(options.objectives)} direction{'s' if len(options.objectives) > 1 else ''}: give {needed}."
        )
