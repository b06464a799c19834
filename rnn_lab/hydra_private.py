"""Parts of Hydra and OmegaConf that have no public name, each with the reason: an upgrade looks here."""

import re
from collections.abc import Callable, Sequence
from typing import Any

import hydra
from hydra._internal.config_loader_impl import get_overrides_dirname
from hydra._internal.hydra import Hydra
from hydra._internal.utils import get_args_parser
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.core.plugins import Plugins
from hydra.core.utils import JobReturn, configure_log
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf

__all__ = [
    "build_directly",
    "compose_once",
    "escaped_twice",
    "failure",
    "full_key",
    "get_args_parser",
    "override_dirname",
    "spelled",
]
"""``get_args_parser``: a sweep's printed commands repeat the flags that chose its config, which Hydra keeps nowhere."""


def full_key(config: DictConfig, name: str) -> str:
    """Return a key with all that stands above it, as the user would type it."""
    return str(config._get_full_key(name))


def escaped_twice(config: DictConfig) -> DictConfig:
    """Return a component's config in which an escaped ``${`` is text even after Hydra has resolved it twice.

    As it builds a component it resolves the config, and then reads from what it has resolved. A file of that name would
    be an unknown key.
    """
    plain: Any = OmegaConf.to_container(config)
    again = _escaped(plain)
    if again == plain:
        return config
    found: DictConfig = OmegaConf.create(again)
    found._set_parent(config._get_parent())
    found._set_key(config._key())
    return found


def _escaped(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _escaped(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_escaped(value) for value in node]
    if not isinstance(node, str):
        return node
    return re.sub(r"(?<!\\)\\(?:\\\\)*(?=\$\{)", lambda match: f"{match[0]}{match[0]}\\", node)


def override_dirname(config: DictConfig) -> str:
    """Return ``hydra.job.override_dirname`` of a config's overrides, which users put into names of folders."""
    how = config.hydra.job.config.override_dirname
    typed: Any = OmegaConf.to_container(config.hydra.overrides.task)  # as it was typed, ${...} and all
    overrides = OverridesParser.create().parse_overrides(typed)
    return str(get_overrides_dirname(overrides, how.exclude_keys, how.item_sep, how.kv_sep))


def spelled(value: Any) -> str:
    """Return a value as Hydra's grammar reads it back: a list, a mapping, or a cast within an override."""
    return str(Override._get_value_element_as_str(value))


def failure(ended: JobReturn) -> BaseException:
    """Return the exception that a job failed with; the public property prints to stderr before it raises it."""
    error: BaseException = ended._return_value
    return error


def compose_once(arguments: Sequence[str]) -> None:
    """Let Hydra compose the config of a single run once, and not a first time only to see its ``hydra.mode``.

    The config that was composed for the mode is the run's own: it lacks the mode, which Hydra then adds as an override.
    Where flags, or a key that may choose the mode, are among the arguments, all is left as it is; Hydra 1.4 finds the
    mode without composing.
    """
    if not hydra.__version__.startswith("1.3.") or any(
        re.match(r"-|\W*(hydra/|hydra\.(mode|searchpath)|search|study)\b", text) for text in arguments
    ):
        return
    compose: Callable[..., DictConfig] = Hydra.compose_config
    composed: list[DictConfig] = []

    def get_mode(self: Hydra, config_name: str | None, overrides: list[str]) -> Any:
        composed.append(compose(self, config_name, overrides, run_mode=RunMode.RUN))
        return composed[0].hydra.mode

    def compose_config(self: Hydra, config_name: str | None, overrides: list[str], **how: Any) -> DictConfig:
        first = composed.pop() if composed else None
        if first is None or overrides[-1:] != [MODE] or first.hydra.mode is not None:
            return compose(self, config_name, overrides, **how)
        first.hydra.mode = RunMode.RUN
        first.hydra.overrides.hydra.append(MODE)
        if how.get("with_log_configuration"):
            configure_log(first.hydra.hydra_logging, first.hydra.verbose)
        return first

    Hydra.get_mode = get_mode  # type: ignore[method-assign]
    Hydra.compose_config = compose_config  # type: ignore[assignment, method-assign]


MODE = "hydra.mode=RUN"
"""Override that Hydra adds where the arguments choose no mode."""


def build_directly(target: str, build: Callable[[], Any]) -> None:
    """Let Hydra build the plugin of this ``_target_`` without resolving its config, and every other as it would.

    A range that depends on a swept group (``${data.window}`` under ``data=sine,sunspots``) has no value before a study
    is chosen.
    """
    original = Plugins._instantiate

    def instantiate(self: Plugins, config: DictConfig) -> Any:
        return build() if config.get("_target_") == target else original(self, config)

    Plugins._instantiate = instantiate  # type: ignore[method-assign]
