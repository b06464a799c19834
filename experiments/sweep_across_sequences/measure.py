"""Every number of the study, from real runs: the sweeps, then the configurations that are compared."""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import optuna
from hydra import compose, initialize_config_dir
from optuna.trial import FrozenTrial, TrialState

from experiments.runs import CONF, Row, run
from experiments.sweep_across_sequences import importances, memory
from experiments.sweep_across_sequences.design import DEFAULT, KEYS, POOLED, SAMPLERS, SEQUENCES, Design
from rnn_lab.errors import BadInput
from rnn_lab.experiment import build
from rnn_lab.sequences import SeriesDataset
from rnn_lab.sweeping.executors.local import LocalExecutor
from rnn_lab.sweeping.storage import JOURNAL, connect
from rnn_lab.tracking.journal import read

TRAIN = Path(__file__).parents[2] / "scripts" / "train.py"
AT_A_TIME = 2
FIRST_SEED = 100
"""Of the compared networks; the sweeps' own are of seed 0."""


def measure(folder: Path, design: Design) -> dict[str, list[Row]]:
    """Carry out what is not done yet, and read everything: each table's rows.

    Args:
        folder: of the runs. What is finished in it is not done again, so an interrupted study goes on.
        design: how much is done.
    """
    names = [(name, sampler) for name in design.sequences for sampler in SAMPLERS]
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        swept = list(pool.map(lambda pair: sweep(folder, pair[0], pair[1], design), names))
    trials = [row for rows in swept for row in rows]
    plans = [plan for name in design.sequences for plan in compared(folder, name, trials, design)]
    with LocalExecutor(AT_A_TIME) as executor:
        for future in [executor.submit(plan.carry_out) for plan in plans]:
            future.result()
    return {
        "trials": trials,
        "finals": [row for plan in plans for row in plan.rows()],
        "importances": [row for name in design.sequences for row in importances.rows(name, trials)],
        "sequences": [row for plan in plans if plan.configuration == DEFAULT for row in _sequence(plan)],
    }


def sweep(folder: Path, name: str, sampler: str, design: Design) -> list[Row]:
    """One study: trials of one sampler on one sequence, one at a time, so that TPE repeats itself."""
    where, study_name = folder / "sweeps" / f"{name}-{sampler}", f"{name}-{sampler}"
    command = [
        *(sys.executable, str(TRAIN), "search=default", *design.overrides(name), "tracking=off"),
        *(f"hydra/sweeper/sampler={sampler}", "hydra/sweeper/pruner=none", f"hydra.sweeper.n_trials={design.trials}"),
        *("hydra.sweeper.n_jobs=1", f"hydra.sweeper.seed={list(SEQUENCES).index(name)}"),
        *("hydra.sweeper.group_by=[]", f"hydra.sweeper.study_name={study_name}", f"hydra.sweep.dir={where}"),
        *("hydra.sweeper.figures=false", "hydra.sweeper.confirm=0", "hydra.sweeper.examine=false"),
    ]
    counted = _counted(where, study_name)
    if len(counted) < design.trials:
        print(f"{name}: {design.trials} trials by {sampler}", flush=True)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise BadInput(f"the sweep in {where} failed: {done.stderr.strip()}")
        counted = _counted(where, study_name)
    return [
        {
            "sequence": name,
            "sampler": sampler,
            "trial": order,
            **{column: trial.params[key] for column, key in KEYS.items()},
            "val_rmse": trial.value if trial.state == TrialState.COMPLETE else None,
            "state": trial.state.name,
        }
        for order, trial in enumerate(counted)
    ]


def _counted(where: Path, study_name: str) -> list[FrozenTrial]:
    """The finished trials of a sweep; what was interrupted was tried again."""
    if not (where / JOURNAL).exists():
        return []
    storage = connect(str(where / JOURNAL))
    if study_name not in optuna.get_all_study_names(storage):
        return []
    trials = optuna.load_study(study_name=study_name, storage=storage).trials
    return [trial for trial in trials if trial.state.is_finished() and not trial.user_attrs.get("interrupted")]


@dataclass(frozen=True)
class Plan:
    """One configuration that is compared, trained anew from other seeds.

    Attributes:
        folder: of its run.
        sequence, configuration: its names.
        overrides: of its run.
    """

    folder: Path
    sequence: str
    configuration: str
    overrides: tuple[str, ...]

    def carry_out(self) -> None:
        """Train, unless that is done."""
        if (self.folder / "summary.json").exists():
            return
        shutil.rmtree(self.folder, ignore_errors=True)  # what was interrupted
        print(f"{self.sequence}: {self.configuration}", flush=True)
        run(self.folder, self.overrides)

    def config(self) -> dict[str, Any]:
        """Config that was composed."""
        return dict(next(fact for fact in read(self.folder) if fact["fact"] == "start")["config"])

    def summary(self) -> dict[str, Any]:
        """Summary of the finished run."""
        found: dict[str, Any] = json.loads((self.folder / "summary.json").read_text())
        return found

    def rows(self) -> list[Row]:
        """One for each seed."""
        config = self.config()
        return [
            {
                "sequence": self.sequence,
                "configuration": self.configuration,
                "learning_rate": config["optimizer"]["learning_rate"],
                "hidden_dim": config["model"]["hidden_dim"],
                "bptt_truncate": min(config["trainer"]["bptt_truncate"], config["data"]["window"]),
                "seed": replica["seed"],
                "diverged": replica["diverged"],
                "kept_epoch": replica["kept_epoch"],
                **{
                    f"{part}_{score}": float(replica["metrics"][f"{part}/{score}"])
                    for part in ("val", "test")
                    for score in ("rmse", "nrmse")
                },
            }
            for replica in self.summary()["replicas"]
        ]


def compared(folder: Path, name: str, trials: Sequence[Row], design: Design) -> list[Plan]:
    """The default, the best of each sampler, and the best of both at every truncation length of the scan."""
    common = (*design.overrides(name), f"seed={FIRST_SEED}", f"replicas={design.seeds}")
    chosen: dict[str, tuple[str, ...]] = {DEFAULT: ()}
    chosen |= {sampler: _overrides(_best(name, trials, (sampler,))) for sampler in SAMPLERS}
    best = _overrides(_best(name, trials, SAMPLERS))
    window = _windows(common).window
    for k in (*(k for k in design.ks if k < window), window):
        chosen[f"{POOLED} {k}"] = (*best[:-1], f"{KEYS['bptt_truncate']}={k}")
    return [
        Plan(folder / "runs" / name / configuration.replace(" ", "_"), name, configuration, (*common, *values))
        for configuration, values in chosen.items()
    ]


def _best(name: str, trials: Sequence[Row], samplers: Sequence[str]) -> Row:
    """The trial with the lowest validation error."""
    found = [row for row in trials if row["sequence"] == name and row["sampler"] in samplers]
    return min((row for row in found if row["val_rmse"] is not None), key=lambda row: float(row["val_rmse"]))


def _overrides(trial: Row) -> tuple[str, ...]:
    return tuple(f"{key}={trial[column]!r}" for column, key in KEYS.items())


def _sequence(plan: Plan) -> list[Row]:
    """Facts about the sequence itself: its size, its yardsticks, its memory."""
    dataset, summary = _windows(plan.overrides), plan.summary()
    test = {rival: score["rmse"] for rival, score in summary["baselines"]["test"].items()}
    linear = [rival for rival in test if rival.startswith("AR")][-1]
    esn = next(rival for rival in test if rival.startswith("ESN"))
    nrmse = memory.errors(dataset)
    rows = range(1, dataset.window + 1)
    return [
        {
            "sequence": plan.sequence,
            "window": dataset.window,
            "horizon": dataset.horizon,
            "train": len(dataset.train),
            "validation": len(dataset.validation),
            "test": 0 if dataset.test is None else len(dataset.test),
            "memory": memory.enough(rows, list(nrmse)),
            "memory_nrmse": float(nrmse.min()),
            "persistence": test["persistence"],
            "linear": linear,
            "linear_rmse": test[linear],
            "esn": esn,
            "esn_rmse": test[esn],
        }
    ]


def _windows(overrides: Sequence[str]) -> SeriesDataset:
    with initialize_config_dir(str(CONF), version_base="1.3"):
        dataset = build(compose("config", [*overrides, "tracking=off"])).data
    assert isinstance(dataset, SeriesDataset)
    return dataset
