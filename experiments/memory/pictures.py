"""The figure of the memory study, from its rows."""

from pathlib import Path

from experiments.memory.rows import Rows
from rnn_lab.figures.panels import Curves, Panel, panels
from rnn_lab.figures.style import BLUE, GREEN, ORANGE, PURPLE, save

COLOURS = (ORANGE, PURPLE, BLUE, GREEN)
SHOWN = ("no memory", "chance", "short memory", "entropy")


def draw(rows: Rows, folder: Path) -> None:
    """Write the figure."""
    plots = [
        Panel(
            title=task,
            xlabel="updates",
            ylabel="validation loss",
            curves=[
                Curves(network, *rows.curve(task, network), colour)
                for network, colour in zip(rows.networks, COLOURS, strict=True)
            ],
            yardsticks={name: loss for name, loss in rows.yardsticks[task].items() if name in SHOWN},
        )
        for task in rows.tasks
    ]
    save(panels(plots), folder / "learning.png")
