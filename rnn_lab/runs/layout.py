"""Rows of text in columns, folded where a terminal is too narrow for them."""

import shutil
import sys
from collections.abc import Sequence


def terminal_width() -> int | None:
    """Return the columns of the terminal that standard output is; None if it is a file or a pipe, which takes any."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def laid_out(rows: Sequence[Sequence[str]], width: int | None = None, abreast: int = 1) -> list[str]:
    r"""Lay rows out in columns; what does not fit goes below, a line a cell, never broken; empty ones take none.

    Args:
        rows: cells of each row, as many in all.
        width: the most columns of text that a line may have; None: any.
        abreast: how many cells of a folded row may stay side by side.

    Example:
        >>> rows = [("best", "age", "folder"), ("0.25", "3 min", "outputs/s0")]
        >>> print(*laid_out(rows), sep="\n")
        best  age    folder
        0.25  3 min  outputs/s0
        >>> print(*laid_out(rows, 20, abreast=2), sep="\n")
        best  age
          folder
        0.25  3 min
          outputs/s0
    """
    whole = _aligned(rows)
    if width is None or _fit(whole, width):
        return whole
    kept = next((n for n in range(abreast, 1, -1) if _fit(_aligned([row[:n] for row in rows]), width)), 1)
    heads = _aligned([row[:kept] for row in rows])
    return [
        line
        for head, row in zip(heads, rows, strict=True)
        for line in (head, *(f"  {cell}" for cell in row[kept:] if cell))
    ]


def _fit(lines: Sequence[str], width: int) -> bool:
    return all(len(line) <= width for line in lines)


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
