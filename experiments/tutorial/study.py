"""Experiment zero, from runs to paper: ``python scripts/study.py tutorial`` regenerates all that is not prose."""

import json
import tempfile
from pathlib import Path
from time import perf_counter

from experiments.evidence import fill, origin, write_rows
from experiments.tutorial.measure import measure
from experiments.tutorial.pictures import draw
from experiments.tutorial.rows import Rows
from experiments.tutorial.tables import blocks

HERE = Path(__file__).parent
EVIDENCE = HERE / "evidence"


def main() -> None:
    """Run everything in a temporary folder, then replace the evidence and the README's generated parts."""
    started, made_by = perf_counter(), origin()
    with tempfile.TemporaryDirectory() as folder:
        tables = dict(measure(Path(folder)))
    EVIDENCE.mkdir(exist_ok=True)
    for name, rows in tables.items():
        write_rows(EVIDENCE / f"{name}.csv", rows)
    made_by["seconds"] = round(perf_counter() - started)
    (EVIDENCE / "origin.json").write_text(json.dumps(made_by, indent=2) + "\n", encoding="utf-8")
    report()


def report() -> None:
    """Make tables and figures from the rows that are there."""
    rows = Rows(EVIDENCE)
    parts = blocks(rows)
    readme = HERE / "README.md"
    readme.write_text(fill(readme.read_text(encoding="utf-8"), parts), encoding="utf-8")
    (EVIDENCE / "table.md").write_text("\n\n".join(parts.values()) + "\n", encoding="utf-8")
    draw(rows, EVIDENCE)
