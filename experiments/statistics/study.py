"""The statistics held to what they say: ``python scripts/study.py statistics`` regenerates all that is not prose."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from experiments.evidence import collect, write_up
from experiments.statistics import simulations, verdicts
from experiments.statistics.planted import PLANTED, make
from experiments.statistics.tables import blocks
from rnn_lab.sweeping.examination.pictures import pictures

HERE = Path(__file__).parent
EVIDENCE = HERE / "evidence"


def main() -> None:
    """Simulate everything (some minutes), then replace the evidence and the README's generated parts."""
    collect(EVIDENCE, measure)
    report()


def measure(_: Path) -> Iterator[tuple[str, Sequence[dict[str, Any]]]]:
    """Give each table's name and rows."""
    yield "coverage", list(simulations.coverage())
    yield "equals", list(simulations.equals())
    yield "differences", list(simulations.planted_differences())
    yield "races", list(simulations.races())
    yield "verdicts", list(verdicts.measure())


def report() -> None:
    """Make tables and sentences from the rows that are there."""
    write_up(HERE / "README.md", EVIDENCE, blocks(EVIDENCE))
    shown = make(PLANTED["optimum outside the range"][0], 0)
    for question, drawn in pictures(shown.trials, shown.fresh, "value").items():
        if question in ("edge", "effects"):
            (EVIDENCE / f"{question}.png").write_bytes(drawn[0])
