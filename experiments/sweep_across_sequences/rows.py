"""The committed rows of the study, as arrays: all that its tables and figures are made from."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from experiments.evidence import read_rows
from experiments.sweep_across_sequences.design import POOLED

Array = NDArray[np.float64]


class Rows:
    """The rows.

    Args:
        folder: where the CSV files lie.
    """

    def __init__(self, folder: Path) -> None:
        names = ("trials", "finals", "importances", "sequences")
        self._tables = {name: read_rows(folder / f"{name}.csv") for name in names}
        self.sequences = [row["sequence"] for row in self._tables["sequences"]]

    def sequence(self, column: str) -> dict[str, str]:
        """A fact of each sequence."""
        return {row["sequence"]: row[column] for row in self._tables["sequences"]}

    def numbers(self, column: str) -> Array:
        """The same as numbers, (S,)."""
        return np.array([float(self.sequence(column)[name]) for name in self.sequences])

    def finals(self, configuration: str, column: str = "test_rmse") -> list[Array]:
        """A column of a configuration's seeds on each sequence, S arrays of (R,); infinite where one diverged."""
        found: dict[str, list[float]] = {name: [] for name in self.sequences}
        for row in self._tables["finals"]:
            if row["configuration"] == configuration:
                found[row["sequence"]].append(float(row[column]) if row["diverged"] == "False" else np.inf)
        return [np.array(found[name]) for name in self.sequences]

    def medians(self, configuration: str, column: str = "test_rmse") -> Array:
        """Their medians, (S,)."""
        return np.array([np.median(each) for each in self.finals(configuration, column)])

    def scan(self, name: str) -> dict[int, float]:
        """Median validation NRMSE by truncation length."""
        found: dict[int, list[float]] = {}
        for row in self._tables["finals"]:
            if row["sequence"] == name and row["configuration"].startswith(POOLED):
                error = float(row["val_nrmse"]) if row["diverged"] == "False" else np.inf
                found.setdefault(int(row["bptt_truncate"]), []).append(error)
        return {k: float(np.median(found[k])) for k in sorted(found)}

    def importance(self, parameter: str, column: str) -> Array:
        """A column of a parameter's importances, (S,)."""
        cells = {row["sequence"]: row[column] for row in self._tables["importances"] if row["parameter"] == parameter}
        return np.array([float(cells[name]) for name in self.sequences])

    def best_so_far(self, sampler: str) -> Array:
        """The least validation error after each trial, (S, trials); infinite before the first that is complete."""
        found: dict[str, list[float]] = {name: [] for name in self.sequences}
        for row in self._tables["trials"]:
            if row["sampler"] == sampler:
                found[row["sequence"]].append(float(row["val_rmse"] or np.inf))
        return np.minimum.accumulate(np.array([found[name] for name in self.sequences]), axis=1)

    def best_trial(self, name: str, column: str) -> float:
        """A column of a sequence's best trial of both samplers."""
        own = [row for row in self._tables["trials"] if row["sequence"] == name and row["val_rmse"]]
        return float(min(own, key=lambda row: float(row["val_rmse"]))[column])
