"""Every number of the forecasting study, from real runs: what is run, and what is read off."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from experiments.forecasting import reservoir
from experiments.runs import Row, Run, several
from rnn_lab.evaluation import ngram
from rnn_lab.sequences import Rows, StreamDataset

ORDERS = (4, 5, 6)
"""n of the models that count n-grams, beyond those of the lab's own runs."""


@dataclass(frozen=True)
class Task:
    """One series.

    Attributes:
        overrides: of the run.
        score: what is scored, in words; smaller is better.
        of: the score from the scores of a network or a rival, such as ``{"nrmse": 0.1, ...}``.
        on_the_way: the metric of each epoch that tells the score.
    """

    overrides: tuple[str, ...]
    score: str
    of: Callable[[Mapping[str, float]], float]
    on_the_way: str = "rmse"


TASKS = {
    "Mackey-Glass": Task(("study=forecasting",), "NRMSE", lambda scores: scores["nrmse"]),
    "NARMA-10": Task(
        ("study=forecasting", "data=narma10", "data.series.length=5000", "trainer.epochs=5"),
        "NMSE",
        lambda scores: scores["nrmse"] ** 2,
    ),
    "text": Task(("study=forecasting_text",), "bits per character", lambda scores: scores["bits"], "loss"),
}
RUNS = {name: (*task.overrides, "replicas=5") for name, task in TASKS.items()}
"""Task -> overrides."""


def measure(folder: Path) -> Iterator[tuple[str, list[Row]]]:
    """Carry out everything; yields each table's name and rows.

    Args:
        folder: for the run folders; a temporary one will do.
    """
    runs = several(folder, RUNS)
    yield "runs", [row for name, done in runs.items() for row in ends(name, done)]
    yield "rivals", [*(row for name, done in runs.items() for row in rivals(name, done)), *counted(runs["text"])]
    yield "curves", [row for name, done in runs.items() for row in curve(name, done)]
    yield "free", free(runs["Mackey-Glass"])
    yield "growth", growth(runs["Mackey-Glass"])
    yield "sample", [runs["text"].summary["sample"]]
    yield from driven()


def driven() -> Iterator[tuple[str, list[Row]]]:
    """Tune an echo-state network for each series of numbers: all that was tried, and the best of it drawn anew."""
    found = [reservoir.measure(name, RUNS[name], TASKS[name].of) for name in ("Mackey-Glass", "NARMA-10")]
    yield "reservoir_search", [row for searched, _ in found for row in searched]
    yield "reservoir", [{**dict.fromkeys(found[0][1][0]), **row} for _, drawn in found for row in drawn]


def ends(name: str, done: Run) -> list[Row]:
    """Final score of each seed, on the test records."""
    return [
        {
            "task": name,
            "seed": replica["seed"],
            "updates": done.summary["updates"],
            "parameters": done.summary["parameters"],
            "diverged": replica["diverged"],
            "score": TASKS[name].of(of_split("test", replica["metrics"])),
            "seconds": done.summary["seconds"]["training"],
        }
        for replica in done.summary["replicas"]
    ]


def of_split(split: str, metrics: Mapping[str, float]) -> dict[str, float]:
    """The metrics of some records by their own names."""
    return {key.partition("/")[2]: value for key, value in metrics.items() if key.startswith(f"{split}/")}


def rivals(name: str, done: Run) -> list[Row]:
    """Scores of what needs no training loop, on the same targets."""
    validation, test = (done.summary["baselines"][split] for split in ("validation", "test"))
    of = TASKS[name].of
    return [{"task": name, "name": who, "val_score": of(validation[who]), "score": of(test[who])} for who in test]


def counted(done: Run) -> list[Row]:
    """Models of longer memory than the trigram's, counted in the training text as it is, in bits per character."""
    data = done.experiment.data
    assert isinstance(data, StreamDataset)
    assert data.test is not None
    order = ORDERS[-1]
    models = ngram.fit([grams(data.train, order)], order, len(data.targets))
    validation, test = grams(data.validation, order), grams(data.test, order)

    def bits(n: int, symbols: ngram.Symbols) -> float:
        return -float(np.log2(models[n - 1].probability(symbols[:, order - n :])).mean())

    return [
        {"task": "text", "name": f"{n}-gram", "val_score": bits(n, validation), "score": bits(n, test)} for n in ORDERS
    ]


def grams(rows: Rows, order: int) -> ngram.Symbols:
    """A split's characters, each behind the ``order - 1`` before it: (M, order)."""
    past = min(rows.first, order - 1)
    symbols = rows.read_targets(-past, rows.length + past)
    return np.lib.stride_tricks.sliding_window_view(symbols, order)


def curve(name: str, done: Run) -> list[Row]:
    """The score of each seed on the way, on the validation records."""
    task = TASKS[name]
    values = done.curve(f"val/{task.on_the_way}")
    ended = of_split("val", done.summary["replicas"][0]["metrics"])
    # An NRMSE is the RMSE in other units: those of the targets' standard deviation.
    unit = ended["nrmse"] / ended["rmse"] if task.on_the_way == "rmse" else 1.0
    return [
        {"task": name, "epoch": epoch}
        | {
            f"seed_{seed}": float(f"{task.of({'nrmse': unit * value, 'bits': value / np.log(2)}):.6g}")
            for seed, value in zip(done.experiment.seeds, row, strict=True)
        }
        for epoch, row in enumerate(values)
    ]


def free(done: Run) -> list[Row]:
    """Valid times of forecasts that are fed back, in Lyapunov times, and their errors after so many steps."""
    section = done.summary["free_run"]
    longest = section["steps"] * section["lyapunov"]["exponent"] * section["lyapunov"]["step"]
    return [
        {"name": who, "valid_time": found["valid_time"]["mean"], "longest": longest}
        | {f"nrmse_{horizon}": value for horizon, value in found["nrmse"].items()}
        for who, found in {"network": section["network"], **section["rivals"]}.items()
    ]


def growth(done: Run) -> list[Row]:
    """The typical error of each step of these, in standard deviations."""
    section = done.summary["free_run"]
    everyone = {"network": section["network"], **section["rivals"]}
    return [
        {"step": step} | {who: float(f"{found['growth'][i]:.6g}") for who, found in everyone.items()}
        for i, step in enumerate(section["growth_at"])
    ]
