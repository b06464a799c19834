"""The committed rows of the forecasting study, as arrays: all that its tables and figure are made from."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from experiments.evidence import read_rows

Array = NDArray[np.float64]


class Rows:
    """The rows, as arrays.

    Args:
        folder: where the CSV files lie.
    """

    def __init__(self, folder: Path) -> None:
        names = ("runs", "rivals", "curves", "free", "growth", "sample", "reservoir")
        self._tables = {name: read_rows(folder / f"{name}.csv") for name in names}
        self.rivals, self.validation = (self._rivals(column) for column in ("score", "val_score"))
        self.free = {row["name"]: {k: float(v) for k, v in row.items() if k != "name"} for row in self._tables["free"]}
        (self.sample,) = self._tables["sample"]

    def _rivals(self, column: str) -> dict[str, dict[str, float]]:
        found: dict[str, dict[str, float]] = {}
        for row in self._tables["rivals"]:
            found.setdefault(row["task"], {})[row["name"]] = float(row[column])
        return found

    def largest(self, task: str, kind: str) -> str:
        """The name of the largest rival of a kind, such as AR20."""
        return max(
            (name for name in self.rivals[task] if name.startswith(kind)), key=lambda name: int(name[len(kind) :])
        )

    def ends(self, task: str, column: str = "score") -> Array:
        """A column of all seeds of a run, (R,)."""
        return np.array([float(row[column]) for row in self._tables["runs"] if row["task"] == task])

    def driven(self, task: str, column: str = "score") -> Array:
        """A column of all draws of the tuned echo-state network, (R,); empty where there is none."""
        return np.array([float(row[column]) for row in self._tables["reservoir"] if row["task"] == task])

    def curve(self, task: str) -> tuple[Array, Array]:
        """Epochs (E,), and the validation score after them, (E, R)."""
        cells = [row for row in self._tables["curves"] if row["task"] == task]
        values = [[float(row[name]) for name in row if name.startswith("seed_")] for row in cells]
        return np.array([float(row["epoch"]) for row in cells]), np.array(values)

    def growth(self) -> dict[str, Array]:
        """``step``, and the error of each forecaster that is fed back."""
        cells = self._tables["growth"]
        return {name: np.array([float(row[name]) for row in cells]) for name in cells[0]}
