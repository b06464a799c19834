"""A table at the end of Hydra's own ``-m``: one row a run, its overrides, what it returned, and where it lies."""

import json
import sys
from pathlib import Path
from typing import Any

from hydra.core.utils import JobReturn, JobStatus
from hydra.experimental.callback import Callback
from omegaconf import DictConfig, OmegaConf

MOST = 40
"""Rows that are printed; the others are counted."""


class MultirunTable(Callback):
    """Hydra's callback that gathers the runs of a multirun, and prints them as a table when it ends.

    Only Hydra's own sweepers run their jobs in this process; after a sweep of ours there is nothing to print.
    """

    def __init__(self) -> None:
        self._rows: list[tuple[str, str, str]] = []

    def on_job_end(self, config: DictConfig, job_return: JobReturn, **_: Any) -> None:
        """Keep what the run was and returned."""
        overrides = " ".join(str(text) for text in job_return.overrides or [])
        value = "failed" if job_return.status != JobStatus.COMPLETED else _told(job_return.return_value)
        output = OmegaConf.select(job_return.hydra_cfg, "hydra.runtime.output_dir") if job_return.hydra_cfg else None
        folder = Path(str(output or job_return.working_dir))
        self._rows.append((overrides, value + _survivors(folder), folder.name))

    def on_multirun_end(self, config: DictConfig, **_: Any) -> None:
        """Print the table."""
        if len(self._rows) > 1:
            folder = OmegaConf.select(config, "hydra.sweep.dir")
            sys.stdout.write(f"\n{table(self._rows[:MOST])}\n")
            more = f" (and {len(self._rows) - MOST} more)" if len(self._rows) > MOST else ""
            sys.stdout.write(f"{len(self._rows)} runs in {folder}{more}\n")
            sys.stdout.flush()


def table(rows: list[tuple[str, str, str]]) -> str:
    """The overrides that differ, the value and the folder of each run, in columns.

    >>> print(table([("seed=1 trainer.epochs=3", "0.5", "0"), ("seed=2 trainer.epochs=3", "0.25", "1")]))
    run  value  differs in
      0    0.5  seed=1
      1   0.25  seed=2
    """
    each = [overrides.split(" ") for overrides, _, _ in rows]
    shared = set(each[0]).intersection(*each[1:])
    texts = [
        (folder, value, " ".join(text for text in own if text not in shared))
        for own, (_, value, folder) in zip(each, rows, strict=True)
    ]
    lines = [("run", "value", "differs in"), *texts]
    widths = [max(len(line[column]) for line in lines) for column in (0, 1)]
    return "\n".join(f"{a.rjust(widths[0])}  {b.rjust(widths[1])}  {c}".rstrip() for a, b, c in lines)


def _survivors(folder: Path) -> str:
    """Say of a run that lost replicas that its value is of the others alone; nothing of any other."""
    try:
        replicas = json.loads((folder / "summary.json").read_text(encoding="utf-8"))["replicas"]
        lost = sum(bool(replica["diverged"]) for replica in replicas)
    except (OSError, ValueError, LookupError, TypeError):
        return ""
    return f" ({len(replicas) - lost} of {len(replicas)} replicas)" if lost else ""


def _told(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(_told, value))
    return f"{value:.6g}" if isinstance(value, float) else str(value)
