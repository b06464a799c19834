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
        self._name = "value"

    def on_job_end(self, config: DictConfig, job_return: JobReturn, **_: Any) -> None:
        """Keep what the run was and returned."""
        overrides = " ".join(str(text) for text in job_return.overrides or [])
        value = "failed" if job_return.status != JobStatus.COMPLETED else _told(job_return.return_value)
        output = OmegaConf.select(job_return.hydra_cfg, "hydra.runtime.output_dir") if job_return.hydra_cfg else None
        folder = Path(str(output or job_return.working_dir))
        summary = _summary(folder)
        self._name = _name(config, summary) or self._name
        self._rows.append((overrides, value + _survivors(summary), folder.name))

    def on_multirun_end(self, config: DictConfig, **_: Any) -> None:
        """Print the table."""
        if len(self._rows) > 1:
            folder = OmegaConf.select(config, "hydra.sweep.dir")
            sys.stdout.write(f"\n{table(self._rows[:MOST], self._name)}\n")
            more = f" (and {len(self._rows) - MOST} more)" if len(self._rows) > MOST else ""
            sys.stdout.write(f"{len(self._rows)} runs in {folder}{more}\n")
            sys.stdout.flush()


def table(rows: list[tuple[str, str, str]], name: str) -> str:
    """The overrides that differ, the value and the folder of each run, in columns.

    Args:
        rows: overrides, value and folder of each run.
        name: the value's.

    Example:
        >>> print(table([("seed=1 replicas=3", "0.5", "0"), ("seed=2 replicas=3", "0.25", "1")], "val/rmse"))
        run  val/rmse  differs in
          0       0.5  seed=1
          1      0.25  seed=2
    """
    each = [overrides.split(" ") for overrides, _, _ in rows]
    shared = set(each[0]).intersection(*each[1:])
    texts = [
        (folder, value, " ".join(text for text in own if text not in shared))
        for own, (_, value, folder) in zip(each, rows, strict=True)
    ]
    lines = [("run", name, "differs in"), *texts]
    widths = [max(len(line[column]) for line in lines) for column in (0, 1)]
    return "\n".join(f"{a.rjust(widths[0])}  {b.rjust(widths[1])}  {c}".rstrip() for a, b, c in lines)


def _summary(folder: Path) -> dict[str, Any]:
    """Read a run's summary; empty where it has none."""
    try:
        found = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _name(config: DictConfig, summary: dict[str, Any]) -> str | None:
    """Return the name of what a run returned: its objective's, or that of the score by which weights are kept."""
    objective = OmegaConf.select(config, "objective")
    if objective is None:
        return f"val/{summary['score']}" if "score" in summary else None
    return ", ".join(objective) if OmegaConf.is_list(objective) else str(objective)


def _survivors(summary: dict[str, Any]) -> str:
    """Say of a run that lost replicas that its value is of the others alone; nothing of any other."""
    replicas = summary.get("replicas", [])
    lost = sum(bool(replica["diverged"]) for replica in replicas)
    return f" ({len(replicas) - lost} of {len(replicas)} replicas)" if lost else ""


def _told(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(_told, value))
    return f"{value:.6g}" if isinstance(value, float) else str(value)
