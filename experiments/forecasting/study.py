"""The forecasting study, from runs to paper: ``python scripts/study.py forecasting`` makes all that is not prose."""

from pathlib import Path

from experiments.evidence import collect, write_up
from experiments.forecasting.measure import measure
from experiments.forecasting.pictures import draw
from experiments.forecasting.rows import Rows
from experiments.forecasting.tables import blocks

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
