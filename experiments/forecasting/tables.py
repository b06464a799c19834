"""Findings in the rows of the forecasting study, in Markdown: the generated parts of its README."""

import textwrap
from collections.abc import Callable

import numpy as np

from experiments.evidence import table
from experiments.forecasting.measure import RUNS, TASKS
from experiments.forecasting.reservoir import UNITS
from experiments.forecasting.rows import Array, Rows
from experiments.words import bullets, middle, three

TUNED = f"ESN{UNITS}, tuned, driven"


def blocks(rows: Rows) -> dict[str, str]:
    """Every generated part of the README by name."""
    parts: tuple[Callable[[Rows], str], ...] = (answer, scores, seeds, free, sample, commands)
    return {part.__name__: part(rows) for part in parts}


def answer(rows: Rows) -> str:
    """The findings, one sentence each."""
    glass, narma, text = (rows.ends(task) for task in ("Mackey-Glass", "NARMA-10", "text"))
    long, far = rows.largest("Mackey-Glass", "AR"), rows.largest("NARMA-10", "AR")
    echo = rows.rivals["NARMA-10"][rows.largest("NARMA-10", "ESN")]
    one, ahead = rows.rivals["Mackey-Glass"][long], np.median(glass) / rows.rivals["Mackey-Glass"][long]
    network, rival, most = rows.free["network"], rows.free[long], rows.free["network"]["longest"]
    tuned = {task: rows.driven(task) for task in ("Mackey-Glass", "NARMA-10")}
    held = rows.driven("Mackey-Glass", "valid_time")
    counted = rows.rivals["text"]
    best = min(counted, key=lambda name: counted[name])
    return bullets(
        (
            f"**Mackey-Glass, one step ahead:** NRMSE {middle(glass)}, which is {ahead:.2f} times that of a linear "
            f"model of the last values, {long} ({three(one)}): {(glass < one).sum()} of {len(glass)} seeds are better.",
            f"**Mackey-Glass, fed back:** the network's forecasts hold for {network['valid_time']:.2f} Lyapunov times "
            f"of at most {most:.2f} that were asked for, those of {long} for {rival['valid_time']:.2f}; after 84 steps "
            f"the NRMSE is {three(network['nrmse_84'])} against {three(rival['nrmse_84'])}.",
            f"**NARMA-10:** NMSE {middle(narma)}; an echo-state network of the same size has "
            f"{three(echo)}, and {far}, which reads the past of the output that the "
            f"network never sees, {three(rows.rivals['NARMA-10'][far])}.",
            f"**An echo-state network of {UNITS} units,** tuned on validation and driven along the series: NRMSE "
            f"{middle(tuned['Mackey-Glass'])} on Mackey-Glass, {_beside(tuned['Mackey-Glass'], glass)}, and "
            f"forecasts that hold for {middle(held)} Lyapunov times; NMSE {middle(tuned['NARMA-10'])} on NARMA-10, "
            f"{_beside(tuned['NARMA-10'], narma)}.",
            f"**Text:** {middle(text)} bits per character; the trigram has {three(counted['trigram'])}. Counts of "
            f"longer contexts do better than the trigram: the best of them, the {best}, has {three(counted[best])}, "
            f"and {(text < counted[best]).sum()} of {len(text)} seeds are below it.",
        )
    )


def _beside(tuned: Array, network: Array) -> str:
    """Place of the one's draws beside the other's seeds."""
    where = "whose seeds and its draws overlap"
    if tuned.max() < network.min():
        where = "every draw better than every seed"
    if tuned.min() > network.max():
        where = "every draw worse than every seed"
    return f"{three(np.median(tuned) / np.median(network))} times the network's, {where}"


def scores(rows: Rows) -> str:
    """Every network beside its rivals, the best first."""
    cells = []
    for name, task in TASKS.items():
        network = rows.ends(name)
        drawn = {"**network**": network, TUNED: rows.driven(name)}
        drawn = {who: values for who, values in drawn.items() if len(values)}
        every = {who: float(np.median(values)) for who, values in drawn.items()} | rows.rivals[name]
        for who in sorted(every, key=lambda who: every[who]):
            shown = middle(drawn[who]) if who in drawn else three(every[who])
            cells.append([f"{name}, {task.score}", who, shown])
    return table(["test score", "who", "median (range)"], cells)


def seeds(rows: Rows) -> str:
    """Each seed's score."""
    cells = [[f"{name}, {task.score}", *map(three, rows.ends(name))] for name, task in TASKS.items()]
    return table(["test score", *(f"seed {seed:.0f}" for seed in rows.ends("text", "seed"))], cells)


def free(rows: Rows) -> str:
    """Forecasts that are fed back."""
    tuned = {
        key: float(np.median(rows.driven("Mackey-Glass", key))) for key in rows.free["network"] if key != "longest"
    }
    cells = [
        [name, f"{found['valid_time']:.3f}", *(three(found[f"nrmse_{horizon}"]) for horizon in (1, 6, 84))]
        for name, found in sorted({**rows.free, TUNED: tuned}.items(), key=lambda item: -item[1]["valid_time"])
    ]
    return table(["", "valid Lyapunov times", "NRMSE after 1 step", "6 steps", "84 steps"], cells)


def sample(rows: Rows) -> str:
    """Text that seed 0 writes."""
    written = (rows.sample["prompt"] + rows.sample["text"]).splitlines()
    return "\n".join(textwrap.fill(line, 116, initial_indent="    ", subsequent_indent="    ") for line in written)


def commands(rows: Rows) -> str:
    """Commands that do each run again."""
    return "\n".join(f"    python scripts/train.py {' '.join(overrides)}" for overrides in RUNS.values())
