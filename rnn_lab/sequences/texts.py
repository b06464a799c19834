"""Texts of a table's column, held as few bytes as they have."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any


class Texts(Sequence[str]):
    """Cells of one column, held as encoded text: a tenth of what as many strings take.

    Example:
        >>> cells = Texts()
        >>> cells.add(["1949-01", "1949-02"])
        >>> cells.add(["1949-03"])
        >>> len(cells), cells[-1], list(cells)
        (3, '1949-03', ['1949-01', '1949-02', '1949-03'])
    """

    def __init__(self) -> None:
        self._blocks: list[bytes] = []
        self._ends: list[int] = [0]

    def add(self, cells: list[str]) -> None:
        """Take some more."""
        if cells:
            text = "\0".join(cells)
            if text.count("\0") >= len(cells):  # a NUL of the file's own, which no cell that serves has
                text = "\0".join(cell.replace("\0", "\ufffd") for cell in cells)
            self._blocks.append(text.encode("utf-8", "surrogatepass"))
            self._ends.append(self._ends[-1] + len(cells))

    def pieces(self) -> Iterator[list[str]]:
        """Yield them as they were taken, some at a time."""
        for block in self._blocks:
            yield block.decode("utf-8", "surrogatepass").split("\0")

    def __len__(self) -> int:
        return self._ends[-1]

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(self.pieces())

    def __getitem__(self, position: Any) -> Any:
        if isinstance(position, slice):
            return list(self)[position]
        at = range(len(self))[position]
        block = bisect_right(self._ends, at) - 1
        return self._blocks[block].decode("utf-8", "surrogatepass").split("\0")[at - self._ends[block]]
