"""A study's runs of the lab: composed as on the command line, carried out in this process, read from their folders."""

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from hydra import compose, initialize_config_dir
from numpy.typing import NDArray
from omegaconf import DictConfig

from rnn_lab import lab
from rnn_lab.errors import Diverged
from rnn_lab.experiment import Experiment, build
from rnn_lab.network import Parameters
from rnn_lab.sequences import SeriesDataset
from rnn_lab.tracking.journal import read

Array = NDArray[Any]
Row = dict[str, Any]

CONF = Path(__file__).parents[1] / "conf"


@dataclass(frozen=True, eq=False)
class Run:
    """A finished run.

    Attributes:
        experiment: what was run: its dataset, network, seeds and config.
        folder: the run folder.
        facts: its journal.
    """

    experiment: Experiment
    folder: Path
    facts: list[dict[str, Any]]

    @property
    def summary(self) -> dict[str, Any]:
        """Summary of the run, as in ``summary.json``."""
        return next(fact for fact in self.facts if fact["fact"] == "summary")

    def curve(self, metric: str) -> Array:
        """A metric by epoch, (E, R)."""
        epochs = [fact for fact in self.facts if fact["fact"] == "epoch"]
        return np.array([np.atleast_1d(e.get("replicas", e["metrics"])[metric]) for e in epochs], np.float64)

    def _kept(self, metric: str, epoch: int, replica: int) -> float | None:
        """A metric of the weights that a replica keeps; None where it was not measured."""
        measured = any(metric in fact["metrics"] for fact in self.facts if fact["fact"] == "epoch")
        return float(self.curve(metric)[epoch, replica]) if measured else None

    @property
    def windows(self) -> SeriesDataset:
        """The data of a run on windows of a series."""
        assert isinstance(self.experiment.data, SeriesDataset)
        return self.experiment.data

    def weights(self) -> Iterator[tuple[int, Parameters]]:
        """The weights that were kept on the way: epoch, parameters."""
        for fact in self.facts:
            if fact["fact"] == "weights":
                yield fact["epoch"], Parameters.load(self.folder / fact["file"])

    def rows(self, name: str) -> list[Row]:
        """One row for each replica: what it was, and how it ended."""
        trainer, records = self.experiment.trainer, len(self.windows.train)
        return [
            {
                "run": name,
                "seed": replica["seed"],
                "k": trainer.bptt_truncate,
                "records_seen": replica["epochs"] * records,
                "diverged": replica["diverged"],
                "train_rmse": replica["metrics"]["train/rmse"],
                "val_rmse": replica["metrics"]["val/rmse"],
                "val_rmse_full_window": self._kept("val/rmse_full_window", replica["kept_epoch"], r),
            }
            for r, replica in enumerate(self.summary["replicas"])
        ]


def run(folder: Path, overrides: Sequence[str]) -> Run:
    """Carry out one run: no MLflow, no figures; one whose replicas all diverge is a result like any other.

    Args:
        folder: the run folder; made.
        overrides: as on the command line, such as ``["study=tutorial", "replicas=10"]``.
    """
    return run_config(folder, composed(overrides))


def run_config(folder: Path, config: DictConfig) -> Run:
    """Carry out one run of a config that is composed already, as `run` does: composing takes half a second.

    Args:
        folder: the run folder; made.
        config: as `composed` gives it, or with some values set since.
    """
    _carry_out(folder, config)
    return _read_back(folder, config)


def several(folder: Path, named: Mapping[str, Sequence[str]], at_once: int | None = None) -> dict[str, Run]:
    """Carry out runs beside each other, each in a process of its own; they are as `run` would leave them.

    Args:
        folder: of the run folders.
        named: name -> overrides, in the order in which they begin.
        at_once: how many; None: as many as there are cores.
    """
    at_once = at_once or os.cpu_count()
    folders = {name: folder / str(number) for number, name in enumerate(named, 1)}
    configs = {name: composed(overrides) for name, overrides in named.items()}
    with ProcessPoolExecutor(at_once, get_context("spawn")) as pool:
        begun = {name: pool.submit(_carry_out, folders[name], configs[name]) for name in named}
        try:
            for number, (name, done) in enumerate(begun.items(), 1):
                done.result()
                print(f"run {number} of {len(named)}: {name}", flush=True)
        finally:
            pool.shutdown(cancel_futures=True)  # after one that failed, none of those that wait
    return {name: _read_back(folders[name], configs[name]) for name in named}


def composed(overrides: Sequence[str]) -> DictConfig:
    """The config of a run: no MLflow, no figures."""
    with initialize_config_dir(str(CONF), version_base="1.3"):
        return compose("config", [*overrides, "tracking=off", "tracking.figures=false", "tracking.plots_every=1000000"])


def _carry_out(folder: Path, config: DictConfig) -> None:
    folder.mkdir(parents=True)
    with suppress(Diverged):
        lab.run(config, folder)


def _read_back(folder: Path, config: DictConfig) -> Run:
    return Run(build(config), folder, read(folder))
