"""Keys whose values make a study each: those that group a sweep, and those whose values are compared."""

from collections.abc import Callable, Sequence

from hydra.core.config_loader import ConfigLoader
from hydra.core.override_parser.types import Override
from omegaconf import DictConfig, OmegaConf

from rnn_lab.errors import BadInput
from rnn_lab.sweeping.options import Options
from rnn_lab.sweeping.space import split


def grouped(
    loader: ConfigLoader,
    config: DictConfig,
    options: Options,
    given: tuple[Sequence[Override], Sequence[Override]],
    options_of: Callable[[str], list[str]],
) -> dict[str, Override]:
    """Give the swept override of each key that makes studies, in the order of the command line.

    A config group that is compared and has no values on the command line is compared in all its options.

    Args:
        loader: parses what stands for a group's options.
        config: of the sweep.
        options: of the sweep.
        given: the fixed and the swept overrides of the command line.
        options_of: a config group's options; none of what is no group.

    Raises:
        BadInput: a key without a list of values, or one to be compared that is searched or not there.
    """
    fixed, swept = given
    chosen = {o.get_key_element(): o for o in swept if o.get_key_element() in (*options.group_by, *options.compare)}
    if continuous := [o for key, o in chosen.items() if not o.is_discrete_sweep() and key not in options.compare]:
        raise BadInput(f"{continuous[0].input_line}: hydra.sweeper.group_by needs a list of values for this key.")
    for key in options.compare:
        chosen |= {key: _compared(loader, config, options, key, chosen.get(key), options_of(key), fixed)}
    return chosen


def _compared(
    loader: ConfigLoader, config: DictConfig, options: Options, key: str, own: Override | None, group: list[str],
    fixed: Sequence[Override],
) -> Override:  # fmt: skip
    if options.compare.count(key) > 1:
        raise BadInput(f"compare={key} is given twice.")
    if key in options.group_by:
        raise BadInput(
            f"compare={key}: its values have a study each in any case (hydra.sweeper.group_by), side by side."
        )
    if not group and not _exists(config, key):
        raise BadInput(f"compare={key}: the config has neither a key nor a group of this name.")
    example = f"{key}={','.join(group[:2])}" if group else f"{key}=A,B"
    searched = config.hydra.sweeper.get("params") or {}
    if own is not None and not own.is_discrete_sweep():
        raise BadInput(f"compare={key}: {own.input_line} searches this key; give it a list of values, as {example}.")
    if own is None and key in {str(name).lstrip("+") for name in searched}:
        raise BadInput(f"compare={key}: this key is searched (hydra.sweeper.params); give it values, as {example}.")
    if own is None and group and key not in {o.get_key_element() for o in fixed}:
        own = split([f"{key}={','.join(group)}"], loader)[1][0] if len(group) > 1 else None
    if own is None or len(set(own.sweep_string_iterator())) < 2:
        raise BadInput(f"compare={key} needs several values of it, as {example}.")
    return own


def _exists(config: DictConfig, key: str) -> bool:
    missing = object()
    return OmegaConf.select(config, key, default=missing, throw_on_missing=False) is not missing
