"""The figure of the study, from its rows."""

from pathlib import Path

import numpy as np

from experiments.optimism.resampling import TRIALS
from experiments.optimism.tables import Found, optimism
from rnn_lab.figures.panels import Curves, Panel, panels
from rnn_lab.figures.style import BLUE, ORANGE, save


def draw(found: Found, folder: Path) -> None:
    """Write the figure: truth over what was said, by n, of what the search reports and of what the race confirms."""
    names = list(dict.fromkeys(name for name, _ in found))
    plots = []
    for name in names:
        reported = np.array([np.quantile(optimism(found[name, n]), [0.25, 0.5, 0.75]) for n in TRIALS])
        paid = [n for n in TRIALS if np.isfinite([one.confirmed for one in found[name, n]]).all()]
        confirmed = np.array(
            [
                np.quantile([one.truth_confirmed / one.confirmed for one in found[name, n]], [0.25, 0.5, 0.75])
                for n in paid
            ]
        )
        curves = [Curves("reported by the search", np.array(TRIALS, float), reported, ORANGE)]
        curves += [Curves("confirmed by a race", np.array(paid, float), confirmed, BLUE)] if paid else []
        plots.append(
            Panel(title=name, xlabel="trials", ylabel="truth / said", curves=curves, yardsticks={"as said": 1.0})
        )
    save(panels(plots), folder / "optimism.png")
