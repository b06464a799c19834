"""Plugin by which Hydra finds the sweeper: its class, its registration, and its options in Hydra's config store.

Hydra 1.4 accepts a plugin class from any package. Hydra 1.3 instantiates only classes below ``hydra_plugins``, a
namespace that an editable install cannot add to; so this one class is built here.
"""

import inspect
import sys
from typing import Any

from hydra.core.config_store import ConfigStore
from hydra.core.plugins import Plugins
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig

from rnn_lab.errors import BadInput
from rnn_lab.hydra_private import build_directly
from rnn_lab.redaction import said
from rnn_lab.sweeping.app import current
from rnn_lab.sweeping.choices import EXECUTORS, PRUNERS, SAMPLERS

DEFAULTS: dict[str, Any] = {
    "defaults": [{"sampler": "tpe"}, {"pruner": "median"}, {"executor": "local"}],
    "_target_": f"{__name__}.OptunaSweeper",
    "study_name": "${hydra.job.name}",
    "storage": None,
    "n_trials": 20,
    "n_jobs": 2,
    "seed": None,
    "direction": "minimize",
    "directions": None,
    "params": {},
    "space": None,
    "group_by": [],
    "aggregate": "mean",
    "timeout": None,
    "max_failures": None,
    "stagnation": None,
    "confirm": 0,
    "compare": [],
    "compare_seeds": 20,
    "examine": False,
    "figures": False,
    "tracking": None,
    "dry_run": False,
}
"""``hydra/sweeper=rnn_lab``; :class:`rnn_lab.sweeping.options.Options` says what each one means."""


class OptunaSweeper(Sweeper):
    """Hydra's entrance to the sweep; the work is done in :mod:`rnn_lab.sweeping.sweep`."""

    def __init__(self, **_: Any) -> None:
        """Options are read in ``sweep``, where a wrong one can be refused in a sentence."""

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        """Keep what Hydra gives."""
        self._given = hydra_context, task_function, config

    def sweep(self, arguments: list[str]) -> Any:
        """Run the sweep; ``arguments`` are the task's overrides as the user typed them."""
        from rnn_lab.sweeping.interrupt import Interrupted
        from rnn_lab.sweeping.sweep import Sweep  # Optuna is loaded here, and only here

        try:
            code = Sweep(*self._given, arguments).run()
        except BadInput as error:
            sys.stderr.write(f"Error: {said(error)}\n")  # Hydra would print a traceback
            code = 2
        except Interrupted as asked:
            sys.stderr.write(f"The sweep was {asked} before its first trial.\n")
            code = asked.code
        if code:
            sys.exit(code)


def _store(choices: dict[str, dict[str, Any]], group: str) -> None:
    store = ConfigStore.instance().store
    # Hydra 1.4 wants to be told when a name is taken.
    replace: dict[str, Any] = {"replace": True} if "replace" in inspect.signature(store).parameters else {}
    for name, node in choices.items():
        store(group=group, name=name, node=node, provider="rnn_lab", **replace)


def register() -> None:
    """Register the plugin class, which Hydra 1.4 does on its own, with the application's defaults; idempotent."""
    own = dict(current().defaults)
    choices = {name: own.pop(name) for name in ("sampler", "pruner", "executor") if name in own}
    defaults = [{**each, **{k: v for k, v in choices.items() if k in each}} for each in DEFAULTS["defaults"]]
    _store({"rnn_lab": {**DEFAULTS, **own, "defaults": defaults}}, "hydra/sweeper")
    plugins = Plugins.instance()
    if plugins.class_name_to_class.get(DEFAULTS["_target_"]) is not OptunaSweeper:
        plugins.register(OptunaSweeper)


_store(SAMPLERS, "hydra/sweeper/sampler")
_store(PRUNERS, "hydra/sweeper/pruner")
_store(EXECUTORS, "hydra/sweeper/executor")
build_directly(DEFAULTS["_target_"], OptunaSweeper)
