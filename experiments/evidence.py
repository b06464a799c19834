"""Evidence that a study leaves: rows as CSV, where they come from, and the parts of its README that they fill."""

import csv
import json
import re
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

from rnn_lab.errors import BadInput
from rnn_lab.tracking.provenance import provenance

Row = Mapping[str, Any]

MARKED = r"(<!-- generated: (\w+) -->).*?(<!-- end -->)"


def collect(folder: Path, measure: Callable[[Path], Iterable[tuple[str, Sequence[Row]]]]) -> None:
    """Carry a study out in a temporary folder, then replace its rows, and say where they come from.

    Args:
        folder: of the evidence; made if it is not there.
        measure: takes a folder for runs, and gives each table's name and rows.
    """
    started, made_by = perf_counter(), origin()
    with tempfile.TemporaryDirectory() as room:
        tables = dict(measure(Path(room)))
    folder.mkdir(exist_ok=True)
    for name, rows in tables.items():
        write_rows(folder / f"{name}.csv", rows)
    made_by["seconds"] = round(perf_counter() - started)
    (folder / "origin.json").write_text(json.dumps(made_by, indent=2) + "\n", encoding="utf-8")


def write_up(page: Path, folder: Path, blocks: Mapping[str, str]) -> None:
    """Put generated Markdown into a page, and on its own into ``table.md``.

    Args:
        page: a file with a mark for each block.
        folder: of the evidence.
        blocks: name -> Markdown.
    """
    page.write_text(fill(page.read_text(encoding="utf-8"), blocks), encoding="utf-8")
    (folder / "table.md").write_text("\n\n".join(blocks.values()) + "\n", encoding="utf-8")


def write_rows(path: Path, rows: Sequence[Row]) -> None:
    """Write rows as CSV, the first row's keys as header; floats with every digit, None as an empty cell."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def read_rows(path: Path) -> list[dict[str, str]]:
    """Read what `write_rows` wrote, every cell as text."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def origin() -> dict[str, Any]:
    """Origin of rows: commit, versions, processor, threads. Ask before anything is written."""
    facts = provenance(seed=0, data_fingerprint="")
    return {
        "commit": facts["git"]["commit"],
        "changed_since": facts["git"]["dirty"],
        "versions": facts["versions"],
        "cpu": facts["machine"]["cpu"],
        "threads": facts["threads"],
    }


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; the first column to the left, the others to the right.

    Example:
        >>> print(table(["run", "rmse"], [["a", "0.1"]]))
        | run | rmse |
        | --- | ---: |
        | a | 0.1 |
    """
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def fill(text: str, blocks: Mapping[str, str]) -> str:
    r"""Put generated Markdown between the marks of a hand-written page, in the place of what was there.

    Example:
        >>> print(fill("Hello\n<!-- generated: a -->\nold\n<!-- end -->\nthere", {"a": "new"}))
        Hello
        <!-- generated: a -->
        <BLANKLINE>
        new
        <BLANKLINE>
        <!-- end -->
        there

    Raises:
        BadInput: the page has a mark for which there is no block, or none for a block.
    """
    marked = [name for _, name, _ in re.findall(MARKED, text, flags=re.S)]
    if sorted(marked) != sorted(blocks):
        raise BadInput(f"The page has marks for {', '.join(marked)}; the blocks are {', '.join(blocks)}.")
    return re.sub(MARKED, lambda found: f"{found[1]}\n\n{blocks[found[2]]}\n\n{found[3]}", text, flags=re.S)
