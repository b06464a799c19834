"""A data set from an array or a DataFrame that is there already: what a notebook starts from."""

from typing import Any

import numpy as np

from rnn_lab.errors import BadInput
from rnn_lab.sequences.dataset import SeriesDataset
from rnn_lab.sequences.forecasting import Forecasting, Selection, Share, choose
from rnn_lab.sequences.scaling import Scaling
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
        values: (L,) or (L, C) numbers, one row a time step, the oldest first; or a DataFrame, whose columns keep their
            names, and whose index is the x axis of figures.
        window: T, the rows that the network reads.
        horizon: how many rows after the window's last the target lies.
        train, validation, test: a whole number counts records, a fraction is a share of them.
        gap, each_step, transform, scaling: as in `Forecasting`.
        columns, target: inputs and targets by name or position; None takes all, and the inputs.
        name: what figures call the data.

    Raises:
        BadInput: the values are no table of finite numbers, or do not fit the rest.

    Example:
        >>> data = dataset(np.sin(np.arange(200.0)), window=50, train=100, validation=50)
        >>> data.train.X.shape, data.train.Y.shape
        ((100, 50, 1), (100, 1))
    """
    try:
        table = np.array(values, np.float64)
    except (TypeError, ValueError) as error:
        raise BadInput(f"the values are no table of numbers: {error}.") from None
    table = table[:, None] if table.ndim == 1 else table
    if table.ndim != 2 or not table.size or not np.isfinite(table).all():
        raise BadInput(f"the values must be (rows,) or (rows, columns) of finite numbers, and are {np.shape(values)}.")
    named = getattr(values, "columns", None)
    if named is not None:
        names = tuple(map(str, named))
    else:
        names = ("x",) if table.shape[1] == 1 else tuple(f"x{column}" for column in range(table.shape[1]))
    inputs, targets = choose(names, columns, target)
    index, index_name = None, "n"
    if named is not None and np.asarray(values.index).dtype.kind in "iufM":  # names of rows say nothing about time
        index, index_name = np.asarray(values.index), str(values.index.name or "n")
    series = Series(table, names, inputs, targets, index, index_name)

    class Given(Forecasting):
        one_unit = len(targets) == 1

        def read(self) -> Series:
            return series

    return Given(
        name=name, window=window, horizon=horizon, train=train, validation=validation, test=test, gap=gap,
        each_step=each_step, transform=transform, scaling=scaling, columns=columns, target=target,
    ).dataset()  # fmt: skip
