"""A table read block by block, in memory that does not depend on how many rows it has."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_lab.errors import BadInput
from rnn_lab.sequences.calendar import Calendar
from rnn_lab.sequences.csv_file import named, read_index
from rnn_lab.sequences.csv_numbers import Column, Marks, Spot, numbers, refuse_one_mark
from rnn_lab.sequences.csv_text import CsvText
from rnn_lab.sequences.forecasting import Selection, choose
from rnn_lab.sequences.scaling import Array
from rnn_lab.sequences.texts import Texts


class CsvBlocks:
    """The columns of a table that are used, in blocks of rows; the arguments are those of `read_csv`.

    Attributes:
        used: the names of the columns that `blocks` gives.
        inputs, targets: which of them are read and forecast.
        calendar: of the first block's dates, once `blocks` has read it.

    Raises:
        BadInput: as `read_csv`; or missing cells would be filled.
    """

    def __init__(self, path: Path, *, columns: Selection = None, target: Selection = None, **reading: Any) -> None:
        self.path, self.reading = path, reading
        if reading["missing"] not in ("refuse", "drop"):
            raise BadInput(
                f"data.missing={reading['missing']} makes cells up, and a stream has a target at every row, which would"
                " be made up too: say data.missing=drop, or data=csv"
            )
        refuse_one_mark(reading["decimal"], reading["thousands"])
        keys = "delimiter", "decimal", "encoding", "comment", "skiprows", "skipfooter", "compression"
        self.text = CsvText(path=path, **{key: reading[key] for key in keys})
        first = next(self.text.blocks(), None)
        if first is None:
            raise BadInput(f"data.path={path} is empty")
        self.names, self.index = named(path, first, reading["header"], reading["index"])
        self.inputs, self.targets = choose(self.names, columns, target, apart=self.index)
        self.used = list(dict.fromkeys(self.inputs + self.targets))
        self.rows = self.dropped = 0
        self.calendar: Calendar | None = None

    def blocks(self) -> Iterator[Array]:
        """Yield the rows of the columns used, (n, C) each; the index must increase from block to block."""
        how, header = self.reading, int(self.reading["header"])
        self.rows = self.dropped = 0
        last, pattern, spot = None, how["date_format"], Spot(self.text, bool(header))
        read, marks = 0, Marks(how["na_values"])
        for block in self.text.blocks():
            block = block[header:] if not read else block
            columns = [Column(name) for name in self.used]
            cells = (list(block[:, self.names.index(name)]) for name in self.used)
            signs = how["decimal"], how["thousands"]
            values = np.stack([c.read(x, *signs) for c, x in zip(columns, cells, strict=True)], axis=1)
            spot.lines = np.arange(read, read + len(block))
            read += len(block)
            marks.strike(columns, values)
            lacking, _ = numbers(spot, columns, values, how["missing"], marks, ())
            kept = ~lacking.any(axis=1)
            spot.lines, values = spot.lines[kept], values[kept]
            self.rows, self.dropped = self.rows + len(values), self.dropped + int((~kept).sum())
            if self.index is not None and len(values):
                last, pattern = self._times(spot, block[kept, self.names.index(self.index)], pattern, last)
            yield values
        if not self.rows:
            raise BadInput(f"data.path={self.path} holds no row of data")
        marks.refuse_idle(self.used)

    def _times(self, spot: Spot, cells: NDArray[Any], pattern: str | None, last: Any) -> tuple[Any, str | None]:
        """See that the rows run on in time; return the last moment, and the format that their dates have."""
        how, times = self.reading, Texts()
        times.add(list(cells))
        assert self.index is not None
        moments, calendar = read_index(spot, times, self.index, pattern, how["tz"], how["decimal"], how["thousands"])
        if last is not None and not moments[0] > last:
            raise BadInput(
                f"data.path={self.path}: data.index={self.index} does not increase at row {spot.row(0)} ({times[0]!r}):"
                " the rows must run from the oldest to the newest"
            )
        self.calendar = self.calendar or calendar
        found = pattern if calendar is None else calendar.format.pattern or pattern
        return moments[-1], "ISO8601" if found and found.startswith("%Y-%m") else found  # their lengths may differ

    def notes(self) -> tuple[str, ...]:
        """Say which file was read, how many rows of it, and which columns, once `blocks` has gone through it."""
        inputs, targets = ", ".join(self.inputs), ", ".join(self.targets)
        what = f"inputs and targets {inputs}" if inputs == targets else f"inputs {inputs}; targets {targets}"
        dropped = (f"{self.dropped} rows that lack a cell are left out (drop)",) if self.dropped else ()
        return (f"{self.path}: {self.rows} rows; {what}", *self.text.notes(), *dropped)
