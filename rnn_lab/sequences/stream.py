"""Long series: forecasting at every step, in memory that does not depend on how long the series is."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass as plain_dataclass
from dataclasses import replace
from pathlib import Path
from typing import Any

from numpy.typing import NDArray
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.errors import BadInput
from rnn_lab.rng import named_rng
from rnn_lab.sequences.csv_stream import CsvBlocks
from rnn_lab.sequences.dataset import StreamDataset
from rnn_lab.sequences.disk_rows import DiskRows
from rnn_lab.sequences.fingerprint import fingerprint_blocks
from rnn_lab.sequences.forecasting import Selection, Share, choose, describe
from rnn_lab.sequences.generator import ROWS, Generator
from rnn_lab.sequences.reading import READING, Reading
from rnn_lab.sequences.rows import cut
from rnn_lab.sequences.scaling import Array, Scaler, Scaling, fit_scaler_to_blocks
from rnn_lab.sequences.windows import split


@plain_dataclass(frozen=True, eq=False)
class Columns:
    """Some columns of stored rows, scaled."""

    positions: list[int]
    scaler: Scaler

    def __call__(self, rows: NDArray[Any]) -> Array:
        """Map (..., C) -> (..., len(positions))."""
        return self.scaler.apply(rows[..., self.positions])


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Stream(Reading):
    """A generator's series, or a table, as one long stream, with a target at every step.

    The step at row t reads row t's input columns and is to give the target columns of row t + horizon. The rows are
    split in the order of time, and a split's targets lie inside it: no training target lies at or after the first
    validation row. Columns are scaled by what the training rows say, and no later one.

    The series is made once, in blocks, and written to a temporary file without a name, of 8 bytes a number; whoever
    reads it holds what is read and no more. The numbers are those that `Generated` has of the same generator and seed.

    Args:
        name: what figures and the tracker call the data.
        series: the generator, a component of its own; not asked where there is a ``path``.
        path: a table in its place, read block by block; its keys are those of `Table`. Missing cells are refused, or
            their rows dropped: whatever else would fill them, a made-up target is none.
        seed: of the data's random stream, >= 0. It is not the run's seed: all replicas see the same data.
        horizon: how many rows after the one that is read the target lies, >= 1.
        train: rows of the split: an integer counts them, a fraction in (0, 1) is a share of them. The last
            ``horizon`` rows of a split serve as targets only.
        validation: likewise.
        test: likewise; may be 0.
        gap: rows left out between two splits, >= 0.
        scaling: ``none``, ``standard`` or ``minmax``.
        columns: the D input columns, by name or position; None takes all.
        target: the O target columns, likewise; None takes the input columns.

    Example:
        >>> import numpy as np
        >>> from rnn_lab.sequences import Sine
        >>> data = Stream(name="sine", series=Sine(length=1000), train=0.8, validation=0.2).dataset()
        >>> data.train.length, data.validation.length
        (799, 199)
        >>> X, Y = data.train.read(np.array([0, 400]), steps=50)
        >>> X.shape, Y.shape, bool(Y[49, 1, 0] == np.sin(450))
        ((50, 2, 1), (50, 2, 1), True)
    """

    name: str
    series: Generator
    path: str | None = None
    seed: int = Field(default=0, ge=0)
    horizon: int = Field(default=1, gt=0)
    train: Share
    validation: Share
    test: Share = 0
    gap: int = Field(default=0, ge=0)
    scaling: Scaling = "none"
    columns: Selection = None
    target: Selection = None

    def dataset(self) -> StreamDataset:
        """Make the series, put it aside, and fit what scales it.

        Raises:
            BadInput: the splits or the horizon do not fit the series; a column is unknown, or constant under scaling;
                the series diverges, or the disk is full.
        """
        if self.path is not None:
            return self._of_table(Path(self.path))
        if given := [key for key, usual in READING.items() if getattr(self, key) != usual]:
            raise BadInput(f"data.{given[0]}={getattr(self, given[0])!r} says how to read a table: say data.path too")
        inputs, targets = choose(self.series.columns, self.columns, self.target)
        split(self.series.length, self.train, self.validation, self.test, self.gap, unit="row")  # before it is made
        used = sorted({self.series.columns.index(name) for name in (*inputs, *targets)})
        names = [self.series.columns[position] for position in used]
        blocks = self.series.blocks(named_rng(self.seed, "data"), ROWS)
        return stream_of(self, (block[:, used] for block in blocks), names, inputs, targets, {"path", *READING})

    def _of_table(self, path: Path) -> StreamDataset:
        reading = {key: getattr(self, key) for key in READING}
        table = CsvBlocks(path, columns=self.columns, target=self.target, **reading)
        data = stream_of(self, table.blocks(), table.used, table.inputs, table.targets)
        return replace(data, notes=table.notes(), calendar=table.calendar, one_unit=len(data.targets) == 1)


def stream_of(
    how: Any,
    blocks: Iterable[Array],
    names: Sequence[str],
    inputs: tuple[str, ...],
    targets: tuple[str, ...],
    untold: Collection[str] = (),
) -> StreamDataset:
    """Put rows aside in a file, block by block, split them and fit what scales them.

    Args:
        how: a component with the arguments of `Stream` that say so.
        blocks: (n, C) each, of the columns ``names``.
        inputs, targets: which of them are read and forecast.
        untold: arguments that say nothing of this data, and so leave no trace in its recipe and fingerprint.

    Raises:
        BadInput: the splits or the horizon do not fit; a column is constant under scaling; the disk is full.
    """
    stored = DiskRows(blocks, len(names))
    parts = split(stored.length, how.train, how.validation, how.test, how.gap, unit="row")
    # One fit serves inputs and targets alike: a forecast that is fed back as an input keeps its scale.
    scaler = fit_scaler_to_blocks(how.scaling, lambda: stored.blocks(0, parts[0].stop, ROWS), tuple(names))
    input_columns, target_columns = (
        Columns(positions, scaler.select(positions))
        for positions in ([names.index(name) for name in chosen] for chosen in (inputs, targets))
    )
    train, validation, test = cut(stored, parts, how.horizon, input_columns, target_columns)
    assert train is not None
    assert validation is not None
    recipe = {
        **{key: value for key, value in describe(how).items() if key not in untold},
        "inputs": list(inputs),
        "targets": list(targets),
        "input_scaler": input_columns.scaler.recipe(),
        "target_scaler": target_columns.scaler.recipe(),
    }
    shape = (stored.length, stored.width)
    return StreamDataset(
        name=how.name,
        train=train,
        validation=validation,
        test=test,
        inputs=inputs,
        targets=targets,
        horizon=how.horizon,
        input_scaler=input_columns.scaler,
        target_scaler=target_columns.scaler,
        recipe=recipe,
        fingerprint=fingerprint_blocks(recipe, (stored.dtype, shape, stored.blocks(0, stored.length, ROWS))),
    )
