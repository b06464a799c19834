"""Changes of a space that keep every trial that a study has: a study goes on when a range is widened."""

from collections.abc import Iterable, Mapping
from typing import Any

from optuna.distributions import BaseDistribution, CategoricalDistribution, IntDistribution

from rnn_lab.errors import BadInput


def check_widened(
    old: Mapping[str, BaseDistribution], new: Mapping[str, BaseDistribution], params: Iterable[Mapping[str, Any]]
) -> list[str]:
    """Hold a changed space to the trials that were drawn from the old one.

    Ranges of numbers may be moved as long as every finished trial lies within; their kind and scale may not change, nor
    may the choices of a list (Optuna keeps those by their place in it).

    Args:
        old, new: parameter -> distribution.
        params: of the finished trials.

    Returns:
        What was changed, each in a few words; empty where nothing was.

    Raises:
        BadInput: a change that loses a trial, or that makes it mean something else.

    Example:
        >>> from optuna.distributions import FloatDistribution
        >>> check_widened({"x": FloatDistribution(0, 1)}, {"x": FloatDistribution(0, 2)}, [{"x": 0.5}])
        ['x from 0 to 1 is now from 0 to 2']
    """
    if changed := sorted(set(old) ^ set(new)):
        raise BadInput(
            f"{changed[0]} is searched in only one of the two spaces: a study goes on with the same parameters."
        )
    trials = list(params)
    return [text for name in old if old[name] != new[name] for text in [_change(name, old[name], new[name], trials)]]


def _change(name: str, before: BaseDistribution, now: BaseDistribution, trials: list[Mapping[str, Any]]) -> str:
    if isinstance(before, CategoricalDistribution) or isinstance(now, CategoricalDistribution):
        raise BadInput(
            f"{name} has other choices than the study was started with: choose a new hydra.sweeper.study_name."
        )
    numbers: tuple[Any, Any] = (before, now)
    first, second = ((isinstance(each, IntDistribution), each.log, each.step) for each in numbers)
    if first != second:
        raise BadInput(f"{name} has another kind, scale or step than before: a study goes on only with other ends.")
    low, high = numbers[1].low, numbers[1].high
    outside = [trial[name] for trial in trials if name in trial and not low <= trial[name] <= high]
    if outside:
        raise BadInput(
            f"{name} from {low:g} to {high:g} excludes {len(outside)} finished trials, such as {outside[0]:g}: "
            "a range that is changed has to hold them."
        )
    return f"{name} from {numbers[0].low:g} to {numbers[0].high:g} is now from {low:g} to {high:g}"
