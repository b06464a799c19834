"""The statistics held to what they say: ``python scripts/study.py statistics`` regenerates all that is not prose."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from experiments.evidence import collect, write_up
from experiments.statistics import simulations, tunings, verdicts
from experiments.statistics.planted import CLEAN, PLANTED, make
from experiments.statistics.tables import blocks
from rnn_lab.sweeping.examination.pictures import pictures

HERE = Path(__file__).parent
EVIDENCE = HERE / "evidence"
WORKERS = 4


def main() -> None:
    """Simulate everything (some minutes), then replace the evidence and the README's generated parts."""
    collect(EVIDENCE, measure)
    report()


def measure(_: Path) -> Iterator[tuple[str, Sequence[dict[str, Any]]]]:
    """Give each table's name and rows; simulations run side by side, each with seeds of its own."""
    tasks: list[tuple[str, Callable[..., Any], tuple[Any, ...]]] = [
        ("coverage", simulations.coverage, ()),
        *(("equals", simulations.equals, (name,)) for name in simulations.DISTRIBUTIONS),
        ("differences", simulations.planted_differences, ()),
        ("races", simulations.races, ()),
        *(("tunings", tunings.tunings, setting) for setting in reversed(tunings.SETTINGS)),  # the slowest ones first
        *(("verdicts", verdicts.planted, (name,)) for name in PLANTED),
        *(("verdicts", verdicts.clean, (name,)) for name in CLEAN),
    ]
    with ProcessPoolExecutor(WORKERS) as pool:
        running = [(table, pool.submit(_listed, function, arguments)) for table, function, arguments in tasks]
        tables: dict[str, list[dict[str, Any]]] = {}
        for table, rows in running:
            tables.setdefault(table, []).extend(rows.result())
    yield from tables.items()


def _listed(function: Callable[..., Any], arguments: tuple[Any, ...]) -> list[dict[str, Any]]:
    return list(function(*arguments))


def report() -> None:
    """Make tables and sentences from the rows that are there."""
    write_up(HERE / "README.md", EVIDENCE, blocks(EVIDENCE))
    shown = make(PLANTED["optimum outside the range"][0], 0)
    for question, drawn in pictures(shown.trials, shown.fresh, "value").items():
        if question in ("edge", "effects"):
            (EVIDENCE / f"{question}.png").write_bytes(drawn[0])
