"""The figures of the study, from its rows."""

from pathlib import Path

import numpy as np

from experiments.sweep_across_sequences.design import DEFAULT, KEYS
from experiments.sweep_across_sequences.rows import Rows
from experiments.sweep_across_sequences.tables import shortest
from rnn_lab.figures import sweeps
from rnn_lab.figures.style import save

FLOOR = 0.05
CONFIGURATIONS = {"default": DEFAULT, "random search": "random", "TPE": "tpe"}


def draw(rows: Rows, folder: Path) -> None:
    """Write the figures."""
    found = {key: np.stack([rows.importance(key, c) for c in ("low", "importance", "high")], axis=1) for key in KEYS}
    chance = {key: rows.importance(key, "by_chance") for key in KEYS}
    save(sweeps.importances(found, chance, rows.sequences), folder / "importances.png")

    scans = {name: rows.scan(name) for name in rows.sequences}
    ratios = {name: {k: error / min(scan.values()) for k, error in scan.items()} for name, scan in scans.items()}
    memory = {name: int(value) for name, value in rows.sequence("memory").items()}
    save(sweeps.scan(ratios, memory, shortest(rows)), folder / "truncation.png")

    unit = rows.medians(DEFAULT)
    groups = {
        label: [each / one for each, one in zip(rows.finals(name), unit, strict=True)]
        for label, name in CONFIGURATIONS.items()
    }
    yardsticks = {name: np.clip(rows.numbers(f"{name}_rmse") / unit, FLOOR, None) for name in ("linear", "esn")}
    labels = {"linear": "best linear model", "esn": "echo-state network"}
    figure = sweeps.comparison(
        groups,
        {labels[name]: marks for name, marks in yardsticks.items()},
        rows.sequences,
        xlabel=f"test RMSE over the default's median (yardsticks below {FLOOR} at {FLOOR})",
    )
    save(figure, folder / "gains.png")

    samplers = {label: rows.best_so_far(name) for label, name in CONFIGURATIONS.items() if name != DEFAULT}
    end = np.minimum(*(best[:, -1] for best in samplers.values()))[:, None]
    lines = {label: best / end for label, best in samplers.items()}
    save(
        sweeps.progress(lines, ylabel="best validation RMSE so far\nover the best of both sweeps"),
        folder / "progress.png",
    )
