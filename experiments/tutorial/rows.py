"""The committed rows of experiment zero, as arrays: all that its tables and figures are made from."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from experiments.evidence import read_rows

Array = NDArray[np.float64]

PUBLISHED_RMSE = 0.127191931509431
PRINTED = 5e-9
"""Half a unit of the last digit that the tutorial printed."""

RULE, SAME, DEFAULT = "other seeds", "true gradient, sensible weights", "the lab's default"
STARTED_THERE = "true gradient, nothing else changed", "true gradient, tutorial's weights"
LADDER = {
    RULE: "the tutorial's rule, 20 seeds",
    STARTED_THERE[0]: "only the rule replaced by the gradient",
    STARTED_THERE[1]: "the lab's training (Adam) from the tutorial's weights",
    SAME: "the lab's training from the lab's initial weights",
    f"{SAME}, 100 epochs": "the lab's initial weights, 100 epochs",
    DEFAULT: "the lab's default network",
    f"{DEFAULT}, 100 epochs": "the lab's default network, 100 epochs",
}
"""Runs that are compared, from the published rule on."""


class Rows:
    """The rows, as arrays.

    Args:
        folder: where the CSV files lie; the published log lies beside it.
    """

    def __init__(self, folder: Path) -> None:
        names = ("runs", "losses", "yardsticks", "anatomy", "separation")
        self._tables = {name: read_rows(folder / f"{name}.csv") for name in names}
        self._tables["published"] = read_rows(folder.parent / "published.csv")
        self.yardsticks = dict(
            zip(self.words("yardsticks", "name"), self.column("yardsticks", "val_rmse"), strict=True)
        )

    def words(self, name: str, column: str) -> list[str]:
        """A column as text."""
        return [row[column] for row in self._tables[name]]

    def column(self, name: str, column: str) -> Array:
        """A column as numbers."""
        return np.array([float(word) for word in self.words(name, column)])

    def run(self, run: str, metric: str = "val_rmse") -> Array:
        """A metric of all seeds of a run, (R,)."""
        return np.array([float(row[metric]) for row in self._tables["runs"] if row["run"] == run])

    def losses(self, run: str, metric: str) -> Array:
        """Losses of a run by epoch, (E, R)."""
        cells = [row for row in self._tables["losses"] if row["run"] == run]
        by_seed = {seed: [float(c[metric]) for c in cells if c["seed"] == seed] for seed in {c["seed"] for c in cells}}
        return np.array(list(by_seed.values())).T

    def by_k(self, run: str) -> dict[int, Array]:
        """Validation RMSE by k: of the run itself, and of those named ``<run>, k=...``, over their common seeds."""
        found: dict[int, list[float]] = {}
        for row in self._tables["runs"]:
            if row["run"] == run or row["run"].startswith(f"{run}, k="):
                found.setdefault(int(row["k"]), []).append(float(row["val_rmse"]))
        seeds = min(map(len, found.values()))
        return {k: np.array(found[k][:seeds]) for k in sorted(found)}

    @property
    def published_trained(self) -> float:
        """RMSE behind the last published validation loss, a sum over 50 records of half the squared error."""
        return float(np.sqrt(2 * self.column("published", "val_loss")[-1] / 50))
