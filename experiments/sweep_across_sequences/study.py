"""Sweeps across sequences, from runs to paper: ``python scripts/study.py sweep_across_sequences``."""

import json
from pathlib import Path
from time import perf_counter

from experiments.evidence import origin, write_rows, write_up
from experiments.sweep_across_sequences.design import Design
from experiments.sweep_across_sequences.measure import measure
from experiments.sweep_across_sequences.pictures import draw
from experiments.sweep_across_sequences.rows import Rows
from experiments.sweep_across_sequences.tables import blocks

HERE = Path(__file__).parent
EVIDENCE = HERE / "evidence"


def main(design: Design | None = None) -> None:
    """Run what is not done yet below ``multirun/`` of the working directory, then replace all that is generated."""
    folder = Path("multirun", HERE.name).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    begun, started = folder / "origin.json", perf_counter()
    if not begun.exists():
        begun.write_text(json.dumps(origin()))
    tables = measure(folder, design or Design())
    EVIDENCE.mkdir(exist_ok=True)
    for name, rows in tables.items():
        write_rows(EVIDENCE / f"{name}.csv", rows)
    made_by = json.loads(begun.read_text()) | {"seconds": round(perf_counter() - started)}
    (EVIDENCE / "origin.json").write_text(json.dumps(made_by, indent=2) + "\n", encoding="utf-8")
    report()


def report() -> None:
    """Make tables and figures from the rows that are there."""
    rows = Rows(EVIDENCE)
    write_up(HERE / "README.md", EVIDENCE, blocks(rows))
    draw(rows, EVIDENCE)
