"""The committed rows of the truncation study, as arrays: all that its tables and figures are made from."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from experiments.evidence import read_rows
from rnn_lab.sequences import TwoLags

Array = NDArray[np.float64]


class Setting(NamedTuple):
    """Setting that a row is of, without the way in which the gradient was obtained."""

    part: str
    task: str
    gain: float
    H: int
    optimizer: str


class Rows:
    """The rows, as arrays.

    Args:
        folder: where the CSV files lie.
    """

    def __init__(self, folder: Path) -> None:
        names = ("runs", "rates", "lags", "long", "costs")
        self._runs, self._rates, self._lags, self._long, self._costs = (
            read_rows(folder / f"{name}.csv") for name in names
        )

    def settings(self, part: str) -> list[Setting]:
        """Settings of a part, each once, in the order of the rows."""
        return list(dict.fromkeys(_setting(row) for row in self._runs if row["part"] == part))

    def ways(self, setting: Setting) -> list[str]:
        """Ways of obtaining a gradient that were tried in a setting: ``k = 1``, ``RTRL`` and so on."""
        return list(dict.fromkeys(row["how"] for row in self._runs if _setting(row) == setting))

    def values(self, setting: Setting, how: str, column: str = "loss") -> Array:
        """A column of all fresh seeds, (R,)."""
        cells = [row[column] for row in self._runs if _setting(row) == setting and row["how"] == how]
        return np.array([float(cell) for cell in cells])

    def ks(self, setting: Setting) -> list[int]:
        """Every k that was tried in a setting."""
        return sorted(int(how.removeprefix("k = ")) for how in self.ways(setting) if how.startswith("k = "))

    def shares(self, setting: Setting) -> Array:
        """Share of what can be known that each k and seed knows, (K, R)."""
        return np.stack([self.values(setting, f"k = {k}", "share") for k in self.ks(setting)])

    def by_lag(self, setting: Setting, how: str, when: str) -> tuple[Array, Array]:
        """Lags, and the gradient at them over that at lag 0, (lags, R)."""
        rows = [r for r in self._lags if _setting(r) == setting and (r["how"], r["when"]) == (how, when)]
        values = [[float(row[name]) for name in row if name.startswith("seed_")] for row in rows]
        return np.array([float(row["lag"]) for row in rows]), np.array(values)

    def long(self, how: str) -> Array:
        """Expected losses of the long runs, (R,)."""
        return np.array([float(row["loss"]) for row in self._long if row["how"] == how])

    @property
    def long_updates(self) -> int:
        """Updates of the long runs."""
        return int(self._long[0]["updates"])

    @property
    def costs(self) -> list[dict[str, str]]:
        """Rows of what a step costs."""
        return self._costs

    def at_the_edge(self) -> tuple[int, int]:
        """Cells whose rate is the lowest or highest of those tried, and all cells."""
        tried: dict[tuple[Setting, str], list[float]] = {}
        for row in self._rates:
            tried.setdefault((_setting(row), row["how"]), []).append(float(row["rate"]))
        chosen = {key: float(self.values(*key, "rate")[0]) for key in tried}
        return sum(chosen[key] in (min(rates), max(rates)) for key, rates in tried.items()), len(tried)

    @property
    def seconds(self) -> float:
        """Seconds of one core that all cells took."""
        cells = {(_setting(row), row["how"]): float(row["cell_seconds"]) for row in self._runs}
        return sum(cells.values())

    @property
    def counts(self) -> tuple[int, int, int]:
        """Cells, fresh seeds of each, updates of each."""
        cells = {(_setting(row), row["how"]) for row in self._runs}
        return len(cells), len(self._runs) // len(cells), int(self._runs[0]["updates"])


def known(task: str) -> dict[str, float]:
    """Expected losses of no memory, one lag and both, of every two-lag task."""
    return {name: row["loss"] for name, row in TwoLags(name=task, train=0.8, validation=0.2).yardsticks().items()}


def one_lag() -> float:
    """Share of what can be known that the nearer lag alone gives."""
    nats = known("")
    return (nats["no memory"] - nats["one lag"]) / (nats["no memory"] - nats["both lags"])


def far(task: str) -> int:
    """The longer lag of a two-lag task, by its name.

    Example:
        >>> far("lags 3, 8")
        8
    """
    return int(task.rpartition(" ")[2])


def _setting(row: dict[str, str]) -> Setting:
    return Setting(row["part"], row["task"], float(row["gain"]), int(row["H"]), row["optimizer"])


def said(setting: Setting) -> str:
    """Write a setting of the first part.

    Example:
        >>> said(Setting("reach", "lags 3, 8", 0.3, 32, "adam"))
        'lags 3, 8; H = 32; gain 0.3'
    """
    return f"{setting.task}; H = {setting.H}; gain {setting.gain:g}"
