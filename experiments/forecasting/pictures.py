"""The figure of the forecasting study, from its rows."""

from pathlib import Path

from experiments.forecasting.rows import Rows
from rnn_lab.figures.panels import Curves, Panel, panels
from rnn_lab.figures.style import BLUE, GREEN, GREY, ORANGE, save

COLOURS = (BLUE, GREY, ORANGE, GREEN)


def draw(rows: Rows, folder: Path) -> None:
    """Write the figure."""
    growth = rows.growth()
    steps = growth.pop("step")
    longest, echo = (rows.largest("Mackey-Glass", kind) for kind in ("AR", "ESN"))
    shown = dict(zip(("network", "persistence", longest, echo), COLOURS, strict=True))
    plots = [
        Panel(
            title="Mackey-Glass, forecasts fed back",
            xlabel="steps",
            ylabel="error (standard deviations)",
            curves=[Curves(name, steps, growth[name][:, None], colour) for name, colour in shown.items()],
        ),
        Panel(
            title="NARMA-10",
            xlabel="epochs of 200 steps of L-BFGS",
            ylabel="validation NMSE",
            curves=[Curves("network", *rows.curve("NARMA-10"))],
            yardsticks={
                name: rows.validation["NARMA-10"][name]
                for name in ("mean", *(rows.largest("NARMA-10", kind) for kind in ("AR", "ESN")))
            },
        ),
        Panel(
            title="Text",
            xlabel="epochs",
            ylabel="validation bits per character",
            curves=[Curves("network", *rows.curve("text"))],
            yardsticks={name: rows.validation["text"][name] for name in ("bigram", "trigram", "5-gram")},
            logarithmic=False,
        ),
    ]
    save(panels(plots), folder / "forecasts.png")
