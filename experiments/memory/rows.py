"""The committed rows of the memory study, as arrays: all that its tables and figures are made from."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from experiments.evidence import read_rows
from experiments.memory.tasks import LEARNED

Array = NDArray[np.float64]


class Rows:
    """The rows, as arrays.

    Args:
        folder: where the CSV files lie.
    """

    def __init__(self, folder: Path) -> None:
        self._runs, self._curves, yardsticks = (
            read_rows(folder / f"{name}.csv") for name in ("runs", "curves", "yardsticks")
        )
        self.tasks = list(dict.fromkeys(row["task"] for row in self._runs))
        self.networks = list(dict.fromkeys(row["network"] for row in self._runs))
        self.yardsticks: dict[str, dict[str, float]] = {task: {} for task in self.tasks}
        for row in yardsticks:
            self.yardsticks[row["task"]][row["name"]] = float(row["loss"])

    def ends(self, task: str, network: str, column: str = "score") -> Array:
        """A column of all seeds of a run, (R,); what is true is 1."""
        cells = [row[column] for row in self._runs if (row["task"], row["network"]) == (task, network)]
        return np.array([float({"True": "1", "False": "0"}.get(cell, cell)) for cell in cells])

    def learned(self, task: str, network: str) -> NDArray[np.bool_]:
        """Seeds that have learned the task, (R,): those that solve enough of the test records."""
        return np.asarray(self.ends(task, network, "success") >= LEARNED)

    def curve(self, task: str, network: str) -> tuple[Array, Array]:
        """Updates (E,), and the validation loss after them, (E, R)."""
        cells = [row for row in self._curves if (row["task"], row["network"]) == (task, network)]
        losses = [[float(row[name]) for name in row if name.startswith("seed_") and row[name]] for row in cells]
        return np.array([float(row["updates"]) for row in cells]), np.array(losses)
