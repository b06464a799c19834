"""What a run says on the terminal: a progress bar where someone watches, plain lines elsewhere."""

import logging
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np

from rnn_lab.evaluation.free_run.results import told
from rnn_lab.network import Network
from rnn_lab.sequences import Dataset, SeriesDataset, StreamDataset
from rnn_lab.training import LBFGS, Epoch, Trainer
from rnn_lab.training.optimizers import Optimizer

log = logging.getLogger("rnn_lab")

SHOWN = {"rmse": ("rmse", "mae", "nrmse", "success"), "loss": ("loss", "accuracy", "success")}
"""The columns of the table of results, by the score that a network is judged by."""


class Progress:
    """An observer that shows how far training has come.

    On a terminal it is a bar with the latest losses; elsewhere some ten lines for the whole run.

    Args:
        epochs: the most epochs that the run may last.
    """

    def __init__(self, epochs: int) -> None:
        self.epochs = epochs
        self._every = max(1, -(-epochs // 10))
        self._bar: Any = None

    def __enter__(self) -> Self:
        if sys.stdout.isatty():
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

            columns = (TextColumn("epoch"), MofNCompleteColumn(), BarColumn(), TextColumn("{task.description}"))
            self._bar = Progress(*columns, TimeRemainingColumn(), transient=True)
            self._task = self._bar.add_task("", total=self.epochs)
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, epoch: Epoch) -> None:
        """Show one epoch."""
        score = "rmse" if "val/rmse" in epoch.metrics else "accuracy"
        train, validation = (float(epoch.metrics[f"{part}/{score}"].mean()) for part in ("train", "val"))
        text = f"train/{score} {train:<10.4g} val/{score} {validation:.4g}"
        if self._bar is not None:
            self._bar.update(self._task, completed=epoch.epoch, description=text)
        elif epoch.epoch % self._every == 0 or epoch.epoch == self.epochs:
            log.info("epoch %*d/%d  %s", len(str(self.epochs)), epoch.epoch, self.epochs, text)


def introduction(
    network: Network,
    data: Dataset | StreamDataset,
    trainer: Trainer,
    optimizer: Optimizer | LBFGS,
    seeds: Sequence[int],
) -> list[str]:
    """Say what is about to happen, a line for the data, the model and the training."""
    size = sum(int(np.prod(shape)) for shape in network.shapes.values())
    who = f"seed {seeds[0]}" if len(seeds) == 1 else f"{len(seeds)} replicas, seeds {seeds[0]}-{seeds[-1]}"
    rate = "" if isinstance(optimizer, LBFGS) else f" at {optimizer.learning_rate:g}"
    stacked = f", {network.model.layers} layers" if network.model.layers > 1 else ""
    name = f"{type(network.model).__name__}{stacked}, hidden_dim {network.model.hidden_dim}"
    how = f"{type(optimizer).__name__}{rate}, {trainer.epochs} epochs"
    if isinstance(data, StreamDataset):
        what = "characters" if data.classes else f"steps, horizon {data.horizon}"
        known = f"{data.train.length} training and {data.validation.length} validation {what}"
        lanes, k = trainer.lanes(data.train.length), trainer.bptt_truncate
        how += f" in {lanes} lanes, an update every {trainer.chunk} steps, gradient through {k}"
    else:
        known = f"{len(data.train)} training and {len(data.validation)} validation {_kind(data)}"
        k, T = min(trainer.bptt_truncate, data.window), data.window
        how += f" in batches of {trainer.batch(len(data.train))}, gradient through {k} of {T} steps"
    return [
        f"data      {data.name}: {known}",
        f"model     {name}: {size} parameters; {who}",
        f"training  {how}",
        "",
    ]


def _kind(data: Dataset) -> str:
    """Say what the records of a data set are."""
    if isinstance(data, SeriesDataset):
        each = ", a target after each step" if data.each_step else ""
        return f"windows of {data.window} steps, horizon {data.horizon}{each}"
    what = "classes" if data.classes else "numbers"
    where = "at each step" if data.each_step else "after the last"
    fresh = "; fresh ones each epoch" if data.fresh else ""
    return f"records of {data.window} steps, {what} to give {where}{fresh}"


def results(summary: Mapping[str, Any]) -> list[str]:
    """Say what came out: the network among its baselines, best first, and how training ended."""
    metrics, baselines = summary["metrics"], summary["baselines"]
    score = summary["score"]
    parts = {"train": "train", "val": "validation"} | ({"test": "test"} if f"test/{score}" in metrics else {})
    rows = [("network", metrics)] + [
        (name, {f"{part}/{m}": v for part, split in parts.items() for m, v in baselines[split][name].items()})
        for name in baselines["validation"]
    ]
    rows.sort(key=lambda row: float(row[1].get(f"val/{score}", "inf")))
    columns = [f"{part}/{metric}" for metric in SHOWN[score] for part in parts if f"{part}/{metric}" in metrics]
    lines = ["", table(rows, columns), ""]
    if score == "rmse":
        losses = ", ".join(f"{part} {metrics[f'{part}/loss']:.4g}" for part in parts)
        lines.append(f"The network's loss, half the mean squared error of scaled targets: {losses}")
    else:
        for name, what in (
            ("bits", "The loss, a cross-entropy in nats, in bits a target"),
            ("perplexity", "Perplexity"),
        ):
            lines.append(f"{what}: " + ", ".join(f"{part} {metrics[f'{part}/{name}']:.4g}" for part in parts))
    spread = summary["spread"][f"val/{score}"]
    if spread["interval"] is not None:
        lines.append(
            f"val/{score} over {len(summary['replicas'])} replicas: mean {spread['mean']:.4g}, "
            f"standard deviation {spread['standard_deviation']:.2g}, "
            "95 % interval of the mean {:.4g} to {:.4g}".format(*spread["interval"])
        )
    if "val/rmse_full_window" in metrics:
        lines.append(
            "val/rmse by the tutorial's own prediction, which feeds the whole window at every step: "
            f"{metrics['val/rmse_full_window']:.4g}"
        )
    if "free_run" in summary:
        lines += told(summary["free_run"])
    if "sample" in summary:
        sample = summary["sample"]
        lines += [
            "",
            f"It writes, at temperature {sample['temperature']}, after {sample['prompt']!r}:",
            sample["text"],
            "",
        ]
    kept = ", ".join(str(replica["kept_epoch"]) for replica in summary["replicas"])
    return [*lines, f"Ended: {summary['reason']}; weights of epoch {kept} are kept."]


def table(rows: Sequence[tuple[str, Mapping[str, float]]], columns: Sequence[str]) -> str:
    """Lay out numbers as an aligned text table, one row a name; four significant digits.

    Example:
        >>> print(table([("network", {"rmse": 0.25}), ("mean", {"rmse": 0.7071067})], ["rmse"]))
                   rmse
        network    0.25
        mean     0.7071
    """
    width = max(len(name) for name, _ in rows)
    cells = [[f"{numbers[c]:.4g}" if c in numbers else "" for c in columns] for _, numbers in rows]
    widths = [max(len(column), 6, *(len(row[i]) for row in cells)) for i, column in enumerate(columns)]
    lines = [" " * width + "".join(f"  {c:>{w}}" for c, w in zip(columns, widths, strict=True))]
    for (name, _), row in zip(rows, cells, strict=True):
        lines.append(
            (f"{name:<{width}}" + "".join(f"  {cell:>{w}}" for cell, w in zip(row, widths, strict=True))).rstrip()
        )
    return "\n".join(lines)
