"""From a command line to studies: which keys are fixed, which are searched, and which make a study each.

Everything that can be wrong with a sweep's description is found here, before any process or folder exists.
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import optuna
from hydra.core.override_parser.types import Override
from hydra.core.utils import get_valid_filename
from hydra.errors import HydraException
from hydra.types import HydraContext
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from rnn_lab.errors import BadInput
from rnn_lab.instantiation import located
from rnn_lab.sweeping.app import current
from rnn_lab.sweeping.grouping import grouped
from rnn_lab.sweeping.options import Options
from rnn_lab.sweeping.space import Parameter, check_against, parameter, spell, split


@dataclass(frozen=True)
class Plan:
    """One study: what is searched, what is fixed, and where its trials go.

    Attributes:
        name: the study's name in the storage.
        group: what sets this study apart from its siblings (``{"data": "sine"}``); empty without ``group_by``.
        folder: the trials' job folders lie in it.
        fixed: the overrides that every trial has.
        parameters: the searched keys.
        config: composed with the fixed overrides.
        definition: what must stay the same if the study is to be continued.
    """

    name: str
    group: Mapping[str, str]
    folder: Path
    fixed: list[str]
    parameters: list[Parameter]
    config: DictConfig
    definition: dict[str, Any]

    def overrides(self, params: Mapping[str, Any]) -> list[str]:
        """The overrides that make a run of its own of the values that were sampled."""
        known = {each.key: each for each in self.parameters}
        searched = [known[k].override(v) if k in known else f"{k}={spell(v)}" for k, v in params.items()]
        return [*self.fixed, *searched]

    def trial_overrides(self, params: Mapping[str, Any]) -> list[str]:
        """A trial's whole list of overrides: those of the application's for trials, and `overrides`, which win."""
        own = self.overrides(params)
        given = {text.partition("=")[0].lstrip("+~") for text in own}
        return [*(text for text in current().trial if text.partition("=")[0] not in given), *own]


def sweep_folder(config: DictConfig, options: Options) -> Path:
    """The sweep's folder: ``hydra.sweep.dir``, unless that names the time, as Hydra's default does.

    A sweep that can go on later needs a lasting name: ``multirun/<study_name>``.
    """
    raw = OmegaConf.to_container(config.hydra.sweep, resolve=False)
    assert isinstance(raw, dict)
    if "${now:" in raw["dir"]:
        return Path("multirun", options.study_name).absolute()
    return Path(str(config.hydra.sweep.dir)).absolute()


def plans(context: HydraContext, config: DictConfig, options: Options, arguments: list[str]) -> list[Plan]:
    """One plan for each study of the sweep.

    Raises:
        BadInput: for a space that is empty, ill-formed, or does not fit the config.
    """
    loader = context.config_loader
    fixed, swept = split(arguments, loader)
    groups = grouped(loader, config, options, (fixed, swept), lambda key: _group_options(context, key))
    values = [[f"{key}={text}" for text in override.sweep_string_iterator()] for key, override in groups.items()]
    searched = [override for override in swept if override.get_key_element() not in groups]
    combinations = [list(combination) for combination in itertools.product(*values)]
    return [_plan(context, config, options, fixed, searched, combination) for combination in combinations]


def _plan(
    context: HydraContext,
    master: DictConfig,
    options: Options,
    fixed: list[Override],
    searched: list[Override],
    combination: list[str],
) -> Plan:
    overrides = [_text(override) for override in fixed]
    # A group that is searched may have no default: its first option stands for the others where a config is needed.
    stand_ins = [_first(o) for o in searched if _group_options(context, o.get_key_element())]
    config = compose(context, master, [*overrides, *combination, *stand_ins])
    given = {override.get_key_element().lstrip("+") for override in [*fixed, *searched]}
    given |= {text.partition("=")[0].lstrip("+") for text in combination}
    more_fixed, more = split(_params(config, given), context.config_loader)
    overrides += [_text(override) for override in more_fixed]
    parameters = [parameter(override) for override in [*more, *searched]]
    if not parameters and options.space is None:
        raise BadInput(
            "There is nothing to search: give a key several values (optimizer.learning_rate='interval(1e-4,1e-1)'), "
            "hydra.sweeper.params, or hydra.sweeper.space."
        )
    suggested = _suggested(options.space, config) if options.space else []
    for each in [*parameters, *suggested]:
        if each.key in options.compare:  # its list stands on the command line; a function of the user's searches it too
            raise BadInput(f"compare={each.key}: {each.source} searches this key.")
        check_against(config, each, _group_options(context, each.key))
    group = {key: _label(config, key, combination) for key in (*options.group_by, *options.compare)}
    label = get_valid_filename("_".join(f"{k.replace('/', '.')}={v}" for k, v in group.items()).replace("=", "EQ"))
    label = label.replace("EQ", "=")
    folder = sweep_folder(master, options)
    held = {text.partition("=")[0].lstrip("+"): text.partition("=")[2] for text in overrides}
    return Plan(
        name=f"{options.study_name}/{label}" if group else options.study_name,
        group=group,
        folder=folder / label if group else folder,
        fixed=[*overrides, *combination],
        parameters=parameters,
        config=config,
        definition={
            "fixed": {k: text for k, text in held.items() if k not in group and not current().is_idle(k)},
            "space": {each.key: str(each) for each in parameters} | ({"space": options.space} if options.space else {}),
            "directions": options.objectives,
        },
    )


def _suggested(name: str, config: DictConfig) -> list[Parameter]:
    """Parameters that the user's function suggests to a trial of no study, to see that it works and fits the config."""
    trial = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0)).ask()
    suggest(name, config, trial)
    return [Parameter(key, distribution, f"{name}: {key}") for key, distribution in trial.distributions.items()]


def suggest(name: str, config: DictConfig, trial: optuna.Trial) -> None:
    """Let the user's function extend a trial.

    Raises:
        BadInput: if it cannot be found, or fails.
    """
    function = located("hydra.sweeper.space", name)
    try:
        function(config, trial)
    except Exception as error:
        reason = (str(error).strip().splitlines() or [""])[0]
        raise BadInput(f"hydra.sweeper.space={name}: {type(error).__name__}: {reason}") from error


def _text(override: Override) -> str:
    assert override.input_line is not None
    return override.input_line


def _first(override: Override) -> str:
    first = next(iter(override.sweep_string_iterator()), None)
    if first is None:
        raise BadInput(f"{override.input_line}: the list of values is empty; no option matches.")
    return f"{override.get_key_element()}={first}"


def _params(config: DictConfig, given: set[str]) -> list[str]:
    """``hydra.sweeper.params`` as overrides; what the command line says about the same key counts instead."""
    found = []
    for key, value in config.hydra.sweeper.params.items_ex(resolve=False):
        if str(key).lstrip("+") in given:
            continue
        try:
            value = config.hydra.sweeper.params[key]
        except OmegaConfBaseException as error:
            reason = f"{str(error).splitlines()[0].rstrip('.')}; give {key}=... on the command line instead."
            raise BadInput(f"hydra.sweeper.params.{key}: {reason}") from None
        if OmegaConf.is_list(value):
            found.append(f"{key}=choice({','.join(spell(each) for each in value)})")
        else:
            found.append(f"{key}={value if isinstance(value, str) else spell(value)}")
    return found


def compose(context: HydraContext, master: DictConfig, overrides: list[str]) -> DictConfig:
    """Compose a config as a trial has it.

    Raises:
        BadInput: for overrides that do not fit it.
    """
    try:
        config: DictConfig = context.config_loader.load_sweep_config(master, overrides)
    except HydraException as error:
        cause = f" {error.__cause__}" if error.__cause__ else ""
        raise BadInput(" ".join(f"{error}{cause}".split())) from None
    return config


def _group_options(context: HydraContext, key: str) -> list[str]:
    parent, _, name = key.lstrip("+").partition("@")[0].rpartition("/")
    if "." in key or name not in context.config_loader.list_groups(parent):
        return []
    options: list[str] = context.config_loader.get_group_options(key.lstrip("+").partition("@")[0])
    return options


def _label(config: DictConfig, key: str, combination: list[str]) -> str:
    for text in combination:
        if text.startswith(f"{key}="):
            return text.partition("=")[2].strip("'\"")
    choices = config.hydra.runtime.choices
    value = choices[key] if key in choices else OmegaConf.select(config, key)
    if value is None:
        raise BadInput(f"hydra.sweeper.group_by: the config has no key {key!r}.")
    return str(value)
