"""The lab against its rivals and against its own limits.

    python scripts/benchmark.py                          every comparison
    python scripts/benchmark.py epoch sine --rounds 9    some of them
    python scripts/benchmark.py --out benchmark.md       also as Markdown; .json for the bare numbers

PyTorch is optional: pip install -c constraints.txt -e '.[peers]'. Close other programs first.
"""

import argparse
import json
import os
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from comparisons import COMPARISONS as OF_RUNS
from comparisons import Programs, Row
from rich.console import Console
from rich.live import Live
from rich.table import Table
from speed_comparisons import SPEED
from sweep_comparisons import SWEEPS

ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
COMPARISONS = OF_RUNS | SWEEPS | SPEED
HEAD = ("what", "unit", "lab", "rival", "against", "lab / rival", "at most")


def cells(row: Row) -> tuple[str, ...]:
    """A row as text."""
    limit = "" if row.limit is None else f"{row.limit:g} {'✓' if row.kept else '✗'}"
    return row.what, row.unit, f"{row.lab:.3g}", f"{row.rival:.3g}", row.against, f"{row.ratio:.3g}", limit


def measure(names: list[str], rounds: int, console: Console) -> list[Row]:
    """Carry out the named comparisons, show each row as it comes, and say what could not be for want of a peer."""
    rows = []
    table = Table(title="rnn-lab and its rivals: medians, smaller is better")
    for title in HEAD:
        table.add_column(title, no_wrap=True)
    room = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)  # a relay may be at work there still
    with Live(table, console=console, auto_refresh=False) as live, room as folder:
        programs = Programs(Path(folder))
        for name in names:
            try:
                for row in COMPARISONS[name](programs, rounds):
                    rows.append(row)
                    table.add_row(*cells(row), style=None if row.kept else "bold red")
                    live.refresh()
            except ModuleNotFoundError as missing:
                console.print(f"{name}: {missing.name} is not installed, so it is left out of the comparison.")
    return rows


def text(rows: list[Row], suffix: str) -> str:
    """The rows for a file: JSON, or a Markdown table."""
    if suffix == ".json":
        return json.dumps([asdict(row) | {"ratio": row.ratio, "kept": row.kept} for row in rows], indent=2) + "\n"
    lines = [HEAD, ["---"] * len(HEAD), *map(cells, rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def main() -> None:
    """Exit code 1 if a limit is broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    known = ", ".join(COMPARISONS)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of {known}; all by default")
    parser.add_argument("--rounds", type=int, default=5, help="how often each side is measured (default 5)")
    parser.add_argument("--out", type=Path, help="a file to write, .md or .json")
    arguments = parser.parse_args()
    if unknown := [name for name in arguments.names if name not in COMPARISONS]:
        parser.error(f"no comparison is named {', '.join(unknown)}; there are {known}")
    if arguments.rounds < 1:
        parser.error(f"--rounds={arguments.rounds}: at least 1")
    if arguments.out and arguments.out.suffix not in (".md", ".json"):
        parser.error(f"--out={arguments.out}: a name that ends in .md or .json")
    if not ONE_THREAD.items() <= os.environ.items():  # BLAS read them when NumPy was imported: begin again
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | ONE_THREAD)

    console = Console(width=None if sys.stdout.isatty() else 160)
    if (load := os.getloadavg()[0]) > 0.5:
        # Tracking's relay needs a core of its own: beside other work, its rows say nothing about the lab.
        console.print(f"The machine is busy (load {load:.1f}): ratios will be off, those of tracking most of all.")
    rows = measure(arguments.names or list(COMPARISONS), arguments.rounds, console)
    if arguments.out:
        arguments.out.write_text(text(rows, arguments.out.suffix))
    raise SystemExit(not all(row.kept for row in rows))


if __name__ == "__main__":
    main()
