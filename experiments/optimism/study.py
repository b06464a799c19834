"""The study of optimism, from runs to paper: ``python scripts/study.py optimism`` regenerates all that is not prose."""

from pathlib import Path

from experiments.evidence import collect, write_up
from experiments.optimism.measure import measure
from experiments.optimism.pictures import draw
from experiments.optimism.tables import blocks, drawn, values

HERE = Path(__file__).parent
EVIDENCE = HERE / "evidence"


def main() -> None:
    """Run everything, then replace the evidence and the README's generated parts."""
    collect(EVIDENCE, measure)
    report()


def report() -> None:
    """Make tables and the figure from the rows that are there."""
    measured = values(EVIDENCE)
    found = drawn(measured)
    write_up(HERE / "README.md", EVIDENCE, blocks(measured, found))
    draw(found, EVIDENCE)
