"""The memory study, from runs to paper: ``python scripts/study.py memory`` regenerates all that is not prose."""

from pathlib import Path

from experiments.evidence import collect, write_up
from experiments.memory.measure import measure
from experiments.memory.pictures import draw
from experiments.memory.rows import Rows
from experiments.memory.tables import blocks

HERE = Path(__file__).parent
EVIDENCE = HERE / "evidence"


def main() -> None:
    """Run everything, then replace the evidence and the README's generated parts."""
    collect(EVIDENCE, measure)
    report()


def report() -> None:
    """Make tables and figures from the rows that are there."""
    rows = Rows(EVIDENCE)
    write_up(HERE / "README.md", EVIDENCE, blocks(rows))
    draw(rows, EVIDENCE)
