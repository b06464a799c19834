"""Every number of the memory study, from real runs: what is run, and what is read off."""

from collections.abc import Iterator
from pathlib import Path

from experiments.memory.tasks import NETWORKS, TASKS
from experiments.runs import Row, Run, several
from rnn_lab.sequences import TaskDataset

RUNS: dict[tuple[str, str], tuple[str, ...]] = {
    (task, network): ("study=memory", *NETWORKS[network], *TASKS[task].overrides)
    for task in TASKS
    for network in NETWORKS
}
"""Task and network -> overrides."""


def measure(folder: Path) -> Iterator[tuple[str, list[Row]]]:
    """Carry out everything; yields each table's name and rows.

    Args:
        folder: for the run folders; a temporary one will do.
    """
    named = several(folder, {f"{task}: {network}": overrides for (task, network), overrides in RUNS.items()})
    runs = dict(zip(RUNS, named.values(), strict=True))
    yield "runs", [row for (task, network), done in runs.items() for row in ends(task, network, done)]
    yield "curves", [row for (task, network), done in runs.items() for row in curve(task, network, done)]
    yield "yardsticks", [row for task in TASKS for row in yardsticks(task, runs[task, "GRU"])]


def ends(name: str, network: str, done: Run) -> list[Row]:
    """Final scores of each seed on the test records."""
    task, data = TASKS[name], tasks_data(done)
    return [
        {
            "task": name,
            "network": network,
            "seed": replica["seed"],
            "updates": done.summary["updates"],
            "parameters": done.summary["parameters"],
            "diverged": replica["diverged"],
            "loss": replica["metrics"]["test/loss"],
            "score": task.of(replica["metrics"], data),
            "success": replica["metrics"]["test/success"],
            "seconds": done.summary["seconds"]["training"],
        }
        for replica in done.summary["replicas"]
    ]


def curve(name: str, network: str, done: Run) -> list[Row]:
    """Validation loss of each seed on the way."""
    losses = done.curve("val/loss")
    each = done.summary["updates"] // (len(losses) - 1)
    return [
        {"task": name, "network": network, "updates": each * epoch}
        | {f"seed_{seed}": float(f"{loss:.6g}") for seed, loss in zip(done.experiment.seeds, row, strict=True)}
        for epoch, row in enumerate(losses)
    ]


def yardsticks(name: str, done: Run) -> list[Row]:
    """Losses on the test records of what needs no training loop; of strings, also the grammar's own on just these."""
    found = {who: scores.get("loss") for who, scores in done.summary["baselines"]["test"].items()}
    if "ideal" in found:
        found["grammar"] = found.pop("ideal")
    return [{"task": name, "name": who, "loss": loss} for who, loss in found.items() if loss is not None]


def tasks_data(done: Run) -> TaskDataset:
    """The data of a run on a task."""
    assert isinstance(done.experiment.data, TaskDataset)
    return done.experiment.data
