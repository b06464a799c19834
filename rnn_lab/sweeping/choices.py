"""Short names for Optuna's samplers and pruners and for the executors, as ``hydra/sweeper/sampler=tpe``.

Only a name and a class (and what has no default): other arguments keep Optuna's own default. ``early`` alone has its
own. Any other class serves by its ``_target_``, and any argument can be added:
``+hydra.sweeper.sampler.n_startup_trials=20``.
"""

from typing import Any

SAMPLERS: dict[str, dict[str, Any]] = {
    "tpe": {"_target_": "optuna.samplers.TPESampler"},
    "random": {"_target_": "optuna.samplers.RandomSampler"},
    "gp": {"_target_": "optuna.samplers.GPSampler"},
    "cmaes": {"_target_": "optuna.samplers.CmaEsSampler"},
    "qmc": {"_target_": "optuna.samplers.QMCSampler"},
    "grid": {"_target_": "optuna.samplers.GridSampler"},
    "nsgaii": {"_target_": "optuna.samplers.NSGAIISampler"},
}

PRUNERS: dict[str, dict[str, Any]] = {
    "median": {"_target_": "optuna.pruners.MedianPruner"},
    # Against the median, once: later, while the learning rate is still high, the order of good trials is noise, and a
    # pruner that looks at every step has many chances to end the best one.
    "early": {
        "_target_": "optuna.pruners.MedianPruner",
        "n_startup_trials": 4,
        "n_warmup_steps": 6,
        "interval_steps": 100,
    },
    "hyperband": {"_target_": "optuna.pruners.HyperbandPruner"},
    "asha": {"_target_": "optuna.pruners.SuccessiveHalvingPruner"},
    "wilcoxon": {"_target_": "optuna.pruners.WilcoxonPruner"},
    "none": {"_target_": "optuna.pruners.NopPruner"},
}

EXECUTORS: dict[str, dict[str, Any]] = {
    "local": {"_target_": "rnn_lab.sweeping.executors.local.LocalExecutor"},
    "dask": {"_target_": "rnn_lab.sweeping.executors.dask.DaskExecutor", "address": None},
}

EXTRAS: dict[str, tuple[str, str]] = {
    "optuna.samplers.GPSampler": ("torch", "gp"),
    "optuna.samplers.CmaEsSampler": ("cmaes", "cmaes"),
    "rnn_lab.sweeping.executors.dask.DaskExecutor": ("distributed", "dask"),
}
"""Class -> (the module that it needs, the extra of this package that installs it)."""
