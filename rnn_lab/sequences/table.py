"""Forecasting of measured series: a user's own file, and the yearly sunspot numbers shipped with the lab."""

from importlib.resources import as_file, files
from pathlib import Path
from typing import ClassVar

from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.sequences.csv_file import read_csv
from rnn_lab.sequences.dataset import Series
from rnn_lab.sequences.forecasting import Forecasting


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Table(Forecasting):
    """Forecasting of columns of a CSV file, one row a time step, the oldest first.

    Args:
        path: the file, UTF-8; a relative path starts from the working directory.
        header: whether the first row names the columns; without one they are called "0", "1", ...
        index: the column that says when (numbers, or dates such as 2024-01-31), by name or position, increasing
            from row to row. It serves the figures' x axis and is no input unless ``columns`` names it. None: the
            rows are counted.
        delimiter: the one character between two cells; a backslash and a t stand for the tabulator.

    Raises:
        BadInput: on reading, a file, column or cell that does not serve; see ``read_csv``.
    """

    one_unit: ClassVar[bool] = False

    path: str
    header: bool = True
    index: str | int | None = None
    delimiter: str = ","

    def read(self) -> Series:
        """Read the file."""
        return read_csv(
            Path(self.path),
            columns=self.columns,
            target=self.target,
            header=self.header,
            index=self.index,
            delimiter=self.delimiter.replace("\\t", "\t"),  # what a shell passes on for '\t'
        )


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Sunspots(Forecasting):
    """Forecasting of the yearly mean sunspot number, 1700-2008: 309 values, column SUNACTIVITY, index YEAR.

    The file ships inside the package. Source: Wolf's relative sunspot numbers, as compiled by the Solar
    Influences Data Center (SIDC), Royal Observatory of Belgium; public domain. Yule (1927) invented the
    autoregressive model for them.

    Example:
        >>> data = Sunspots(name="sunspots", window=12, train=209, validation=88).dataset()
        >>> data.series.shape, data.targets, data.index[data.train.at[-1]].item()
        ((309, 1), ('SUNACTIVITY',), 1920.0)
    """

    def read(self) -> Series:
        """Read the package's own file, wherever the package is installed."""
        with as_file(files("rnn_lab.sequences") / "sunspots.csv") as path:
            return read_csv(path, columns=self.columns, target=self.target, index="YEAR")
