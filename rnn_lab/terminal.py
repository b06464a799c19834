"""Output of a run on the terminal: a progress bar where someone watches, plain lines elsewhere."""

import logging
import sys
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np

from rnn_lab.evaluation.backtest import told as told_of_backtest
from rnn_lab.evaluation.free_run.results import told
from rnn_lab.evaluation.intervals import told as told_of_intervals
from rnn_lab.network import Network
from rnn_lab.scoring.spread import described
from rnn_lab.sequences.dataset import SPLITS, Data, metric
from rnn_lab.training import Epoch, Optimizer, Trainer
from rnn_lab.training.fit import EpochRunner

log = logging.getLogger("rnn_lab")


class Progress:
    """An observer that shows how far training has come.

    On a terminal it is a bar with the latest losses; elsewhere some ten lines for the whole run.

    Args:
        epochs: the most epochs that the run may last.
        scores: the names of those that are taken each epoch; the first beside the loss is shown.
    """

    def __init__(self, epochs: int, scores: Sequence[str]) -> None:
        self.epochs = epochs
        self.score = next(name for name in scores if name != "loss")
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

    def say(self, line: str) -> None:
        """Put a line above the bar."""
        if self._bar is not None:
            self._bar.stop()
        log.info(line)
        if self._bar is not None:
            self._bar.start()

    def __call__(self, epoch: Epoch) -> None:
        """Show one epoch."""
        for name, why in epoch.lost.items():
            self.say(wrapped(f"observers.{name} is left out from epoch {epoch.epoch} on: {why}"))
        score = self.score
        comparable = ~epoch.state.diverged if not epoch.state.diverged.all() else slice(None)
        train, validation = (
            float(epoch.metrics[metric(split, score)][comparable].mean()) for split in ("train", "validation")
        )
        text = f"train/{score} {train:<10.4g} val/{score} {validation:.4g}"
        if self._bar is not None:
            self._bar.update(self._task, completed=epoch.epoch, description=text)
        elif epoch.epoch % self._every == 0 or epoch.epoch == self.epochs:
            log.info("epoch %*d/%d  %s", len(str(self.epochs)), epoch.epoch, self.epochs, text)


def introduction(
    network: Network,
    data: Data,
    trainer: Trainer,
    optimizer: Optimizer,
    runner: EpochRunner,
    seeds: Sequence[int],
    notes: Sequence[str] = (),
) -> list[str]:
    """Say what is about to happen: the data, the model, the training, and what else is to be noted."""
    size = sum(int(np.prod(shape)) for shape in network.shapes.values())
    who = f"seed {seeds[0]}" if len(seeds) == 1 else f"{len(seeds)} replicas, seeds {seeds[0]}-{seeds[-1]}"
    stacked = f", {network.model.layers} layers" if network.model.layers > 1 else ""
    name = f"{type(network.model).__name__}{stacked}, hidden_dim {network.model.hidden_dim}"
    lines = [
        f"data      {data.name}: {data.size}",
        *(f"          {remark}" for remark in data.remarks),
        f"model     {name}: {size} parameters; {who}",
        f"training  {optimizer.described}, {trainer.epochs} epochs {runner.described}",
        *(f"          {note}" for note in notes),
    ]
    return [*(wrapped(line, 10) for line in lines), ""]


def results(summary: Mapping[str, Any]) -> list[str]:
    """Say what came out: the network among its baselines, best first, and how training ended."""
    metrics, baselines = summary["metrics"], summary["baselines"]
    score = summary["score"]
    rows = [("network", metrics)] + [
        (name, {metric(split, m): v for split, found in baselines.items() for m, v in found[name].items()})
        for name in baselines["validation"]
    ]
    main = metric(summary["judged_on"], score)  # test, if there is any: nothing was chosen on it
    rows.sort(key=lambda row: _rank(row[1].get(main)))
    lines = [""]
    for columns in fitting(rows, [[metric(split, name) for split in baselines] for name in summary["columns"]]):
        if known := [row for row in rows if any(column in row[1] for column in columns)]:
            lines += [table(known, columns), ""]
    for name, sentence in summary["sentences"].items():
        numbers = ", ".join(f"{SPLITS[split]} {metrics[metric(split, name)]:.4g}" for split in baselines)
        lines.append(wrapped(f"{sentence}: {numbers}"))
    if len(summary["replicas"]) > 1:
        text = described(summary["spread"][main], counted=False)
        lines.append(wrapped(f"{main} over {_how_many(summary['replicas'])} replicas: {text}"))
    lines += [wrapped(line) for line in [*summary["of_draws"], summary["verdict"]] if line]
    if summary.get("chosen_on"):
        held = "the test scores are of records on which nothing was chosen"
        ask = "data.test holds records back on which nothing is"
        sentence = f"The weights kept were chosen on {summary['chosen_on']}, which flatters its scores"
        lines.append(wrapped(f"{sentence}; {held if summary['judged_on'] == 'test' else ask}."))
    lines += _each_target(summary)
    if "free_run" in summary:
        lines += [wrapped(line) for line in told(summary["free_run"])]
    if "intervals" in summary:
        lines += [wrapped(line) for line in told_of_intervals(summary["intervals"])]
    if "backtest" in summary:
        lines += [wrapped(line) for line in told_of_backtest(summary["backtest"])]
    if "sample" in summary:
        sample = summary["sample"]
        lines += [
            "",
            f"It writes, at temperature {sample['temperature']}, after {sample['prompt']!r}:",
            sample["text"],
            "",
        ]
    kept = ", ".join(str(replica["kept_epoch"]) for replica in summary["replicas"])
    return [*lines, wrapped(f"Ended: {summary['reason']}; weights of epoch {kept} are kept.")]


WIDTH = 80
"""Columns of a terminal that nobody has widened."""


def wrapped(line: str, indent: int = 2) -> str:
    """Break a sentence at blanks alone, and indent what goes on below.

    Example:
        >>> print(wrapped("Ended: " + "no better since many epochs, " * 3 + "so it ended."))
        Ended: no better since many epochs, no better since many epochs, no better since
          many epochs, so it ended.
    """
    hanging = " " * indent
    return textwrap.fill(line, WIDTH, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False)


def fitting(rows: Sequence[tuple[str, Mapping[str, float]]], groups: Sequence[Sequence[str]]) -> list[list[str]]:
    """Put groups of columns side by side as long as a table of them fits the terminal, and the others below.

    Example:
        >>> fitting([("network", {})], [["train/rmse", "val/rmse"], ["train/mae", "val/mae"]])
        [['train/rmse', 'val/rmse', 'train/mae', 'val/mae']]
    """
    found: list[list[str]] = [[]]
    for group in groups:
        wider = [*found[-1], *group]
        if found[-1] and len(table(rows, wider).split("\n", 1)[0]) > WIDTH:
            found.append(list(group))
        else:
            found[-1] = wider
    return found


def _rank(value: Any) -> float:
    """Sort key of a score in a table, the best first: what has none, or no number, comes last."""
    number = float("inf") if value is None else float(value)
    return float("inf") if number != number else number


def table(rows: Sequence[tuple[str, Mapping[str, float]]], columns: Sequence[str]) -> str:
    """Lay out numbers as an aligned text table, one row a name; four significant digits.

    Example:
        >>> print(table([("network", {"rmse": 0.25}), ("mean", {"rmse": 0.7071067})], ["rmse"]))
                   rmse
        network    0.25
        mean     0.7071
    """
    width = max(len(name) for name, _ in rows)
    cells = [[_cell(numbers[c]) if c in numbers else "" for c in columns] for _, numbers in rows]
    widths = [max(len(column), 6, *(len(row[i]) for row in cells)) for i, column in enumerate(columns)]
    lines = [" " * width + "".join(f"  {c:>{w}}" for c, w in zip(columns, widths, strict=True))]
    for (name, _), row in zip(rows, cells, strict=True):
        lines.append(
            (f"{name:<{width}}" + "".join(f"  {cell:>{w}}" for cell, w in zip(row, widths, strict=True))).rstrip()
        )
    return "\n".join(lines)


def _cell(value: float) -> str:
    """Four significant digits; of a number that ran away, its power of ten alone."""
    return f"{value:.0e}" if 1e15 < abs(value) < float("inf") else f"{value:.4g}"


def _how_many(replicas: Sequence[Mapping[str, Any]]) -> str:
    """Count the replicas that a mean is over: ``5``, or ``4 of 5`` where one diverged."""
    whole = sum(not replica["diverged"] for replica in replicas)
    return str(whole) if whole == len(replicas) else f"{whole} of {len(replicas)}"


def _each_target(summary: Mapping[str, Any]) -> list[str]:
    """Say of each of several targets how far the network is off, in its own unit, beside the best baseline."""
    column = metric(summary["judged_on"], "rmse")
    lines = []
    if summary["pooled"]:
        lines.append(wrapped("The targets have different units: errors in those are of each target alone."))
    for target, rows in summary["each_target"].items():
        others = {name: scores[column] for name, scores in rows.items() if name != "network"}
        best = min(others, key=others.__getitem__, default=None)
        beside = "" if best is None else f"; {best} {others[best]:.4g}"
        lines.append(wrapped(f"{target}: {column} {rows['network'][column]:.4g}{beside}"))
    return lines
