"""Parts of Hydra and OmegaConf that have no public name, each with the reason: an upgrade looks here."""

from collections.abc import Callable
from typing import Any

from hydra._internal.config_loader_impl import get_overrides_dirname
from hydra._internal.utils import get_args_parser
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.core.plugins import Plugins
from hydra.core.utils import JobReturn
from omegaconf import DictConfig, OmegaConf

__all__ = ["build_directly", "failure", "full_key", "get_args_parser", "override_dirname", "spelled"]
"""``get_args_parser``: a sweep's printed commands repeat the flags that chose its config, which Hydra keeps nowhere."""


def full_key(config: DictConfig, name: str) -> str:
    """Return a key with all that stands above it, as the user would type it."""
    return str(config._get_full_key(name))


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


def build_directly(target: str, build: Callable[[], Any]) -> None:
    """Let Hydra build the plugin of this ``_target_`` without resolving its config, and every other as it would.

    A range that depends on a swept group (``${data.window}`` under ``data=sine,sunspots``) has no value before a study
    is chosen.
    """
    original = Plugins._instantiate

    def instantiate(self: Plugins, config: DictConfig) -> Any:
        return build() if config.get("_target_") == target else original(self, config)

    Plugins._instantiate = instantiate  # type: ignore[method-assign]
