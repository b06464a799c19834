"""The truncation study, from runs to paper: ``python scripts/study.py truncation`` makes all that is no prose."""

from functools import partial
from pathlib import Path

from experiments.evidence import collect, write_up
from experiments.truncation.design import FULL, REDUCED
from experiments.truncation.measure import measure
from experiments.truncation.pictures import draw
from experiments.truncation.rows import Rows
from experiments.truncation.tables import blocks

HERE = Path(__file__).parent
EVIDENCE = HERE / "evidence"


def main(*, full: bool = False) -> None:
    """Run everything, then replace the evidence and the README's generated parts; interrupted, it goes on where it was.

    Args:
        full: the whole design, and not the reduced one of ten minutes.
    """
    collect(EVIDENCE, partial(measure, size=FULL if full else REDUCED, unfinished=EVIDENCE / "unfinished.jsonl"))
    report()


def report() -> None:
    """Make tables and figures from the rows that are there."""
    rows = Rows(EVIDENCE)
    write_up(HERE / "README.md", EVIDENCE, blocks(rows))
    draw(rows, EVIDENCE)
