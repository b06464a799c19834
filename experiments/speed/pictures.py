"""The figure of the speed study: how many times a rival's CPU time an epoch takes, point by point of the grid.

python -m experiments.speed.pictures      draws evidence/ratios.png from the rows of scripts/benchmark.py beside it
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from rnn_lab.figures.style import BLUE, GREEN, INK, ORANGE, legend_above, save, styled

EVIDENCE = Path(__file__).parent / "evidence"
COLOURS = {"elman": BLUE, "gru": ORANGE, "lstm": GREEN}
POINT = re.compile(r"(?P<cell>elman|gru|lstm), (?P<dtype>float\d\d), (?P<size>H \d+, B \d+, k \d+)$")


def ratios(rows: list[Mapping[str, Any]]) -> dict[str, dict[tuple[str, str], dict[str, float]]]:
    """Group rows: what is compared -> (cell, precision) -> size -> the lab's share of the rival's time.

    Example:
        >>> ratios([{"what": "epoch, gru, float32, H 16, B 1, k 5", "against": "JAX", "ratio": 0.5}])
        {'epoch against JAX': {('gru', 'float32'): {'H 16, B 1, k 5': 0.5}}}
    """
    found: dict[str, dict[tuple[str, str], dict[str, float]]] = {}
    for row in rows:
        if at := POINT.search(row["what"]):
            title = f"{row['what'][: at.start()].rstrip(', ')} against {row['against']}"
            found.setdefault(title, {}).setdefault((at["cell"], at["dtype"]), {})[at["size"]] = row["ratio"]
    return found


@styled
def draw(rows: list[Mapping[str, Any]]) -> Figure:
    """One panel a comparison: ratios on a logarithmic axis, below 1 where the lab is faster."""
    groups = ratios(rows)
    sizes = list(dict.fromkeys(size for kinds in groups.values() for values in kinds.values() for size in values))
    figure = Figure(figsize=(4.2 * len(groups), 1.3 + 0.19 * len(sizes)), layout="constrained")
    for number, (title, kinds) in enumerate(groups.items(), 1):
        axes = figure.add_subplot(1, len(groups), number)
        for (cell, dtype), values in kinds.items():
            at = [sizes.index(size) for size in values]
            filled = COLOURS[cell] if dtype == "float64" else "white"
            axes.scatter(
                list(values.values()), at, s=22, facecolor=filled, edgecolor=COLOURS[cell], label=f"{cell}, {dtype}"
            )
        axes.axvline(1.0, color=INK, linewidth=1.0)
        axes.set(
            xscale="log", ylim=(len(sizes) - 0.4, -0.6), xlabel="CPU time, as a multiple of the rival's", title=title
        )
        axes.set_yticks(range(len(sizes)), sizes if number == 1 else [""] * len(sizes))
        axes.title.set_position((0.0, 1.0))
        legend_above(axes, 1)
    return figure


def main() -> None:
    """Draw."""
    rows = [row for file in sorted(EVIDENCE.glob("*.json")) for row in json.loads(file.read_text())]
    save(draw(rows), EVIDENCE / "ratios.png")


if __name__ == "__main__":
    main()
