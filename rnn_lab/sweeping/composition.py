"""Configs of many trials that differ in a few values: what they share is composed once in a process.

Hydra reads, parses and merges some thirty files to compose a config: most of what a short trial costs.
"""

import re
from collections.abc import Sequence
from copy import deepcopy

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.types import HydraContext
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from rnn_lab.hydra_private import override_dirname

PLAIN = re.compile(r"(?!hydra\.)\w+(\.\w+)+=")
"""Beginning of an override that gives a key within a group its value, and chooses, adds and deletes nothing."""


class Composer:
    """Composes the configs of one sweep's trials, each as Hydra itself would from the first.

    Args:
        context: Hydra's.
        master: the sweep's own config.
    """

    def __init__(self, context: HydraContext, master: DictConfig) -> None:
        self._context, self._master = context, master
        self._shared: dict[tuple[str, ...], DictConfig] = {}

    def __call__(self, overrides: Sequence[str]) -> DictConfig:
        """Compose a config; the values that come last in the overrides are what it does not share with others."""
        last = max((n for n, text in enumerate(overrides, 1) if not PLAIN.match(text)), default=0)
        shared, own = tuple(overrides[:last]), list(overrides[last:])
        if shared not in self._shared:
            self._shared[shared] = self._compose(shared)
        config = deepcopy(self._shared[shared])
        OmegaConf.copy_cache(from_config=self._master, to_config=config)
        try:
            for override in OverridesParser.create().parse_overrides(own):
                OmegaConf.update(config, override.key_or_group, override.value(), merge=True)
        except OmegaConfBaseException:  # Hydra has better words for what is wrong
            return self._compose(overrides)
        config.hydra.overrides.task.extend(own)
        config.hydra.job.override_dirname = override_dirname(config)
        return config

    def _compose(self, overrides: Sequence[str]) -> DictConfig:
        config: DictConfig = self._context.config_loader.load_sweep_config(self._master, list(overrides))
        return config
