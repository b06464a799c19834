"""The truncation study, from runs to paper: ``python scripts/study.py truncation`` makes all that is no prose."""

from functools import partial
from pathlib import Path

from experiments.evidence import collect
from experiments.truncation.design import FULL, REDUCED
from experiments.truncation.measure import measure

HERE = Path(__file__).parent
EVIDENCE = HERE / "evidence"


def main(*, full: bool = False) -> None:
    """Run everything, then replace the evidence and the README's generated parts; interrupted, it goes on where it was.

    Args:
        full: the whole design, and not the reduced one of ten minutes.
    """
    collect(EVIDENCE, partial(measure, size=FULL if full else REDUCED, unfinished=EVIDENCE / "unfinished.jsonl"))
