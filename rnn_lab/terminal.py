"""What a run says on the terminal: a progress bar where someone watches, plain lines elsewhere."""

import logging
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Self

from rnn_lab.training import Epoch

log = logging.getLogger("rnn_lab")


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
        train, validation = (float(epoch.metrics[f"{part}/rmse"].mean()) for part in ("train", "val"))
        text = f"train/rmse {train:<10.4g} val/rmse {validation:.4g}"
        if self._bar is not None:
            self._bar.update(self._task, completed=epoch.epoch, description=text)
        elif epoch.epoch % self._every == 0 or epoch.epoch == self.epochs:
            log.info("epoch %*d/%d  %s", len(str(self.epochs)), epoch.epoch, self.epochs, text)


def table(rows: Sequence[tuple[str, Mapping[str, float]]], columns: Sequence[str]) -> str:
    """Lay out numbers as an aligned text table, one row a name; four significant digits.

    Example:
        >>> print(table([("network", {"rmse": 0.25}), ("mean", {"rmse": 0.7071067})], ["rmse"]))
                    rmse
        network     0.25
        mean      0.7071
    """
    width = max(len(name) for name, _ in rows)
    cells = [[f"{numbers[c]:.4g}" if c in numbers else "" for c in columns] for _, numbers in rows]
    widths = [max(len(column), 6, *(len(row[i]) for row in cells)) for i, column in enumerate(columns)]
    lines = [" " * width + "".join(f"  {c:>{w}}" for c, w in zip(columns, widths, strict=True))]
    for (name, _), row in zip(rows, cells, strict=True):
        lines.append(f"{name:<{width}}" + "".join(f"  {cell:>{w}}" for cell, w in zip(row, widths, strict=True)))
    return "\n".join(lines)
