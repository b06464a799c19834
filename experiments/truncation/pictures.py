"""The figures of the truncation study, from its rows."""

from pathlib import Path

import numpy as np

from experiments.truncation.design import LONGEST
from experiments.truncation.rows import Rows, Setting, known, one_lag
from rnn_lab.figures.panels import Curves, Panel, panels
from rnn_lab.figures.strips import Strip, strips
from rnn_lab.figures.style import BLUE, GREEN, ORANGE, PURPLE, save

BY_GAIN = {0.1: PURPLE, 0.3: BLUE, 0.9: ORANGE}
BY_RULE = {"k = 1": BLUE, f"k = {LONGEST}": GREEN, "SnAp-1": PURPLE, "RFLO": PURPLE, "UORO": ORANGE, "RTRL": "#222222"}


def draw(rows: Rows, folder: Path) -> None:
    """Write the figures."""
    save(panels(reach(rows)), folder / "reach.png")
    save(panels(lags(rows)), folder / "lags.png")
    save(
        strips(rules(rows), xlabel="loss beyond that of both lags, in nats", yardsticks=excess()), folder / "rules.png"
    )


def groups(rows: Rows) -> dict[str, list[Setting]]:
    """Settings of the first part that differ in their gain only, by their title."""
    found: dict[str, list[Setting]] = {}
    for setting in rows.settings("reach"):
        found.setdefault(f"{setting.task}, H = {setting.H}", []).append(setting)
    return found


def reach(rows: Rows) -> list[Panel]:
    """Share of what can be known against k."""
    return [
        Panel(
            title=title,
            xlabel="k (0: a readout alone)",
            ylabel="share of what can be known",
            curves=[
                Curves(f"gain {s.gain:g}", np.array(rows.ks(s), float), rows.shares(s), BY_GAIN[s.gain])
                for s in settings
            ],
            yardsticks={"the nearer lag alone": one_lag()} if title.startswith("lags") else {},
            logarithmic=False,
        )
        for title, settings in groups(rows).items()
    ]


def lags(rows: Rows) -> list[Panel]:
    """Gradient by lag after training by the longest k, and by a readout alone: as before training."""
    plots = []
    for title, settings in groups(rows).items():
        curves = [
            Curves(f"gain {s.gain:g}", *rows.by_lag(s, f"k = {LONGEST}", "last"), BY_GAIN[s.gain]) for s in settings
        ]
        plots.append(Panel(f"{title}: after", "lag j", "|dL/dh(t-j)| / |dL/dh(t)|", curves))
    first = next(iter(groups(rows).values()))
    before = [Curves(f"gain {s.gain:g}", *rows.by_lag(s, "k = 0", "first"), BY_GAIN[s.gain]) for s in first]
    return [Panel(f"{next(iter(groups(rows)))}: before", "lag j", "|dL/dh(t-j)| / |dL/dh(t)|", before), *plots]


def rules(rows: Rows) -> list[Strip]:
    """Losses of the rules with Adam, beyond what is possible; those with other optimizers are in the table."""
    best = known("")["both lags"]
    return [
        Strip(f"{'GRU, ' * (s.part == 'gated')}gain {s.gain:g}: {how}", rows.values(s, how) - best, BY_RULE[how])
        for s in [*rows.settings("rules"), *rows.settings("gated")]
        if s.optimizer == "adam"
        for how in rows.ways(s)
    ]


def excess() -> dict[str, float]:
    """Losses of no memory and of the nearer lag, beyond that of both."""
    exact = known("")
    return {name: exact[name] - exact["both lags"] for name in ("no memory", "one lag")}
