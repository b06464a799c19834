"""The figures of experiment zero, from its rows."""

from pathlib import Path

import numpy as np

from experiments.tutorial.figure import reproduction
from experiments.tutorial.rows import DEFAULT, LADDER, PUBLISHED_RMSE, RULE, SAME, Rows
from rnn_lab.figures.strips import Strip, strips
from rnn_lab.figures.style import BLUE, GREEN, ORANGE, save
from rnn_lab.figures.truncation import truncation


def draw(rows: Rows, folder: Path) -> None:
    """Write the figures."""
    distances = np.stack([rows.column("separation", f"pair_{r}") for r in range(5)], axis=1)
    ends = [
        Strip(f"{how}:\n{who}", rows.run(run, metric), colour, mark)
        for how, metric, published in (
            ("published prediction", "val_rmse_full_window", PUBLISHED_RMSE),
            ("forward pass trained", "val_rmse", rows.published_trained),
        )
        for run, who, colour, mark in (
            ("nudged", "seed 42, 32 runs", BLUE, published),
            (RULE, "20 other seeds", ORANGE, None),
        )
    ]
    yardsticks = {name: rows.yardsticks[key] for name, key in (("AR(1)", "AR1"), ("zero", "zero"))}
    figure = reproduction(
        rows.column("published", "train_loss"),
        rows.losses("nudged", "train_loss"),
        rows.column("anatomy", "countdown")[:6],
        (rows.column("separation", "update"), distances),
        ends,
        yardsticks,
    )
    save(figure, folder / "reproduction.png")
    colours = {RULE: ORANGE, DEFAULT: GREEN, f"{DEFAULT}, 100 epochs": GREEN}
    groups = [Strip(name, rows.run(run), colours.get(run, BLUE)) for run, name in LADDER.items()]
    save(strips(groups, xlabel="validation RMSE", yardsticks=yardsticks), folder / "ladder.png")
    errors = {
        "the tutorial's rule": rows.by_k(RULE),
        "the same network, true gradient": rows.by_k(SAME),
        "the lab's default network": rows.by_k(DEFAULT),
    }
    save(truncation(errors, ylabel="validation RMSE"), folder / "truncation.png")
