"""Forecasting of measured series: a user's own file, and the yearly sunspot numbers shipped with the lab."""

from dataclasses import replace
from importlib.resources import as_file, files
from pathlib import Path
from typing import ClassVar

from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.errors import BadInput
from rnn_lab.sequences.csv_file import read_csv
from rnn_lab.sequences.forecasting import Forecasting, pick
from rnn_lab.sequences.reading import READING, Reading
from rnn_lab.sequences.scaling import Scaling
from rnn_lab.sequences.series import Series


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Table(Reading, Forecasting):
    """Forecasting of columns of a CSV file, one row a time step, the oldest first; read as `Reading` says.

    Args:
        path: the file; a relative path starts from the working directory.

        known: input columns that are known in advance (a price that is announced, a holiday), by name. They are read as
            all inputs are, up to the window's last row; and a file to forecast from gives them for rows to come, which
            lack every other column.

    A record's target is always an observed one, and no window ends inside a gap that a later value closes: see
    `admissible`.

    Raises:
        BadInput: on reading, a file, column or cell that does not serve; see ``read_csv``.
    """

    one_unit: ClassVar[bool] = False

    path: str
    known: str | list[str] | None = None
    scaling: Scaling = "standard"

    def read(self) -> Series:
        """Read the file; the first note says which it was and what was taken from it."""
        reading = {key: getattr(self, key) for key in READING}
        series = read_csv(Path(self.path), columns=self.columns, target=self.target, **reading)
        known = () if self.known is None else pick(series.inputs, self.known, "data.known")
        if both := [name for name in known if name in series.targets]:
            raise BadInput(f"data.known names {both[0]!r}, which data.target asks to be forecast: it cannot be both")
        inputs, targets = ", ".join(series.inputs), ", ".join(series.targets)
        what = f"inputs and targets {inputs}" if inputs == targets else f"inputs {inputs}; targets {targets}"
        return replace(series, known=known, notes=(f"{self.path}: {len(series.values)} rows; {what}", *series.notes))


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

    scaling: Scaling = "standard"

    def read(self) -> Series:
        """Read the package's own file, wherever the package is installed."""
        with as_file(files("rnn_lab.sequences") / "sunspots.csv") as path:
            return read_csv(path, columns=self.columns, target=self.target, index="YEAR")
