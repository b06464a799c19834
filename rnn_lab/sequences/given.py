"""A data set from an array or a DataFrame that is there already: what a notebook starts from."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from rnn_lab.component import refusal
from rnn_lab.errors import BadInput
from rnn_lab.sequences.calendar import Calendar, recognise
from rnn_lab.sequences.dataset import SeriesDataset
from rnn_lab.sequences.forecasting import Forecasting, Selection, Share, choose
from rnn_lab.sequences.real_numbers import real_numbers
from rnn_lab.sequences.scaling import Array, Scaling
from rnn_lab.sequences.series import Series
from rnn_lab.sequences.transform import Kind


def dataset(
    values: Any,
    *,
    window: int,
    horizon: int = 1,
    train: Share = 0.7,
    validation: Share = 0.3,
    test: Share = 0,
    gap: int = 0,
    each_step: bool = False,
    transform: Kind = "none",
    scaling: Scaling = "standard",
    columns: Selection = None,
    target: Selection = None,
    name: str = "data",
) -> SeriesDataset:
    """Cut a series into windows and targets, split them in the order of time, and scale them by the training rows.

    Args:
        values: (L,) or (L, C) numbers, one row a time step, the oldest first; or a DataFrame or one column of it, which
            keep their names, and whose index of dates or increasing numbers is the x axis of figures.
        window: T, the rows that the network reads.
        horizon: how many rows after the window's last the target lies.
        train, validation, test: a whole number counts records, a fraction is a share of them.
        gap, each_step, transform, scaling: as in `Forecasting`.
        columns, target: inputs and targets by name or position; None takes all, and the inputs.
        name: what figures call the data.

    Raises:
        BadInput: a column that is used holds something else than finite numbers, or the dates of the index do not
            increase; or the rest does not fit them.

    Example:
        >>> data = dataset(np.sin(np.arange(200.0)), window=50, train=100, validation=50)
        >>> data.train.X.shape, data.train.Y.shape
        ((100, 50, 1), (100, 1))
    """

    class Given(Forecasting):
        one_unit = False  # of several columns nothing is known

        def read(self) -> Series:
            return _series(values, columns, target)

    try:
        given = Given(
            name=name, window=window, horizon=horizon, train=train, validation=validation, test=test, gap=gap,
            each_step=each_step, transform=transform, scaling=scaling, columns=columns, target=target,
        )  # fmt: skip
    except ValidationError as error:
        raise BadInput(refusal(error, "")) from error
    return given.dataset()


def _series(values: Any, columns: Selection, target: Selection) -> Series:
    """The columns that are used, as a series: of the others it does not matter what they hold."""
    if hasattr(values, "to_frame") and not hasattr(values, "columns"):  # one column of a frame
        values = values.to_frame("x" if values.name is None else values.name)
    try:
        table: Any = np.asanyarray(values)
    except ValueError as error:
        raise BadInput(f"the values are no table of numbers: {error}.") from None
    table = table[:, None] if table.ndim == 1 else table
    if table.ndim != 2 or not table.size:
        raise BadInput(f"the values must be (rows,) or (rows, columns) of numbers, and are {np.shape(table)}.")
    named = getattr(values, "columns", None)
    if named is not None:
        names = tuple(map(str, named))
    else:
        names = ("x",) if table.shape[1] == 1 else tuple(f"x{column}" for column in range(table.shape[1]))
    inputs, targets = choose(names, columns, target)
    used = [position for position, name in enumerate(names) if name in (*inputs, *targets)]
    names = tuple(names[position] for position in used)
    rows = _finite(table.take(used, axis=1), names)
    own = getattr(values, "index", None) if named is not None else None
    index, calendar = (None, None) if own is None else _times(own)
    index_name = "n" if own is None or index is None else str(own.name or "n")
    return Series(rows, names, inputs, targets, index, index_name, calendar)


def _times(own: Any) -> tuple[NDArray[Any] | None, Calendar | None]:
    """The times of a frame's index, dates in UTC with their calendar; None where it only names the rows."""
    dates = own.to_timestamp() if hasattr(own, "to_timestamp") else own  # of periods, their beginnings
    plain = np.asarray(dates if getattr(dates, "tz", None) is None else dates.tz_convert("UTC").tz_localize(None))
    if plain.dtype.kind not in "iufM":
        return None, None
    if (late := ~(plain[1:] > plain[:-1])).any():
        if plain.dtype.kind != "M":
            return None, None
        row = int(late.argmax()) + 1
        raise BadInput(
            f"the index does not increase at row {row} (the first is 0): the rows must run from the oldest on."
        )
    return plain, recognise(dates) if plain.dtype.kind == "M" else None


def _finite(table: Any, names: tuple[str, ...]) -> Array:
    """The numbers of a table, or a sentence about its first cell that holds none."""
    try:
        numbers = real_numbers(table, "the values")
        lost = ~np.isfinite(numbers)
    except BadInput as error:
        mixed = table.dtype.kind in "OUS"  # else all cells are of one type, and none is the culprit
        lost = np.array([[mixed and not _is_number(cell) for cell in row] for row in table], bool)
        if not lost.any():
            raise BadInput(f"{error}.") from None
    if lost.any():
        row, column = np.argwhere(lost)[0]
        cell = "a masked value" if table[row, column] is np.ma.masked else table[row, column]
        raise BadInput(
            f"the values must be finite numbers, and row {row} (the first is 0) has {cell} in column {names[column]!r}."
        )
    return numbers


def _is_number(cell: Any) -> bool:
    try:
        return bool(np.isfinite(float(cell)))
    except (TypeError, ValueError, OverflowError):
        return False
