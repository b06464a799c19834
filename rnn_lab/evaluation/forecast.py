"""What a trained network says of a new series: of each row from the rows before it, and of the rows to come."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_lab.atomic import atomic_write
from rnn_lab.errors import BadInput
from rnn_lab.evaluation.forecaster import READING, Forecaster
from rnn_lab.evaluation.trained_network import Array
from rnn_lab.sequences import Series, read_csv
from rnn_lab.sequences.forecasting import Selection


@dataclass(frozen=True, eq=False)
class Outlook:
    """Observations and forecasts of M rows: the L of a series, and the ones after it; ``nan`` where there is nothing.

    Attributes:
        targets: the O names.
        rows: L.
        horizon: how many rows ahead ``one_step`` forecasts.
        index: (M,) numbers or datetime64; beyond the series it goes on evenly.
        index_name: what the index is called.
        observed: (M, O), original units.
        one_step: (R, M, O), each from a window of observed rows that ends ``horizon`` rows before.
        free_run: (R, M, O), after the series' last row, each replica from its own forecasts.
    """

    targets: tuple[str, ...]
    rows: int
    horizon: int
    index: NDArray[Any]
    index_name: str
    observed: Array
    one_step: Array
    free_run: Array

    def write_csv(self, path: Path) -> None:
        """Write a row a time step, whole or not at all: the index, and for each target what was observed and forecast.

        Forecasts are means over replicas; with several replicas a column ``_sd`` beside each holds their standard
        deviation (``ddof=1``). Cells of what does not exist are empty.

        Raises:
            BadInput: the file cannot be written.
        """
        columns: dict[str, Array] = {}
        for o, name in enumerate(self.targets):
            columns[name] = self.observed[:, o]
            for kind, values in (("one_step", self.one_step), ("free_run", self.free_run)):
                with np.errstate(over="ignore", invalid="ignore"):  # a free run may blow up
                    columns[f"{name}_{kind}"] = values[:, :, o].mean(axis=0)
                    if len(values) > 1:
                        columns[f"{name}_{kind}_sd"] = values[:, :, o].std(axis=0, ddof=1)
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow([self.index_name, *columns])
        for row, when in enumerate(_texts(self.index)):
            cells = (float(values[row]) for values in columns.values())
            writer.writerow([when, *("" if np.isnan(cell) else repr(cell) for cell in cells)])
        try:
            with atomic_write(path) as file:
                file.write(text.getvalue().encode())
        except OSError as error:
            raise BadInput(f"the forecast {path} cannot be written: {error.strerror}") from error


def look_ahead(forecaster: Forecaster, series: Series, steps: int) -> Outlook:
    """Forecast every row of a series that can be, and ``steps`` rows after it.

    Args:
        forecaster: R trained networks.
        series: with the forecaster's inputs, and those of its targets that were observed, as `read_series` makes it.
        steps: rows of the free run, >= 0.

    Raises:
        BadInput: the series is too short, or an input would have to be invented; see `Forecaster.free_run`.
    """
    inputs = series.values[:, [series.columns.index(name) for name in forecaster.inputs]]
    one_step, free_run = forecaster.one_step(inputs), forecaster.free_run(inputs, steps)
    L, R, O = len(inputs), len(one_step), len(forecaster.targets)  # noqa: E741
    M = L + max(steps, forecaster.horizon)
    outlook = Outlook(
        targets=forecaster.targets,
        rows=L,
        horizon=forecaster.horizon,
        index=continued(series.index, L, M),
        index_name=series.index_name,
        observed=np.full((M, O), np.nan),
        one_step=np.full((R, M, O), np.nan),
        free_run=np.full((R, M, O), np.nan),
    )
    for o, name in enumerate(forecaster.targets):
        if name in series.columns:
            outlook.observed[:L, o] = series.values[:, series.columns.index(name)]
    outlook.one_step[:, forecaster.lag : L + forecaster.horizon] = one_step
    outlook.free_run[:, L : L + steps] = free_run
    return outlook


def read_series(
    forecaster: Forecaster,
    path: Path,
    *,
    columns: Selection = None,
    target: Selection = None,
    reading: dict[str, Any] | None = None,
) -> Series:
    """Read a CSV file as a series of a trained network's columns, under the names that the network knows.

    Args:
        forecaster: says which columns, and how its own file was read.
        path: the file.
        columns: its D input columns, in the network's order; None looks for the network's own names.
        target: its O target columns, likewise. None takes targets that are inputs too from there, and the others by
            name if the file has them, complete: they are only compared with, so they may be unknown.
        reading: those of ``header``, ``index`` and ``delimiter`` that differ from the training file's.

    Raises:
        BadInput: as `read_csv`; or another number of columns is named than the network has.
    """
    how = {**READING, **forecaster.reading, **(reading or {})}
    inputs: Selection = list(forecaster.inputs) if columns is None else columns
    series = read_csv(path, columns=inputs, target=target, **how)
    _same_number("data.columns", series.inputs, "reads", forecaster.inputs)
    known = dict(zip(forecaster.inputs, series.inputs, strict=True))
    if target is not None:
        _same_number("data.target", series.targets, "forecasts", forecaster.targets)
        known |= dict(zip(forecaster.targets, series.targets, strict=True))
    elif unseen := [name for name in forecaster.targets if name not in known]:
        try:
            series = read_csv(path, columns=inputs, target=list(unseen), **how)
            known |= {name: name for name in unseen}
        except BadInput:
            pass
    values = series.values[:, [series.columns.index(name) for name in known.values()]]
    names = tuple(known)
    return Series(values, names, forecaster.inputs, forecaster.targets, series.index, series.index_name)


def _same_number(key: str, given: tuple[str, ...], verb: str, needed: tuple[str, ...]) -> None:
    if len(given) != len(needed):
        raise BadInput(
            f"{key} names {len(given)} columns ({', '.join(given)}), but the network {verb} {len(needed)}:"
            f" {', '.join(needed)}"
        )


def continued(index: NDArray[Any] | None, rows: int, length: int) -> NDArray[Any]:
    """Extend an index of ``rows`` entries to ``length``: by months where it goes by months, else by its median step.

    Example:
        >>> continued(np.array([1700.0, 1701.0]), 2, 4).tolist()
        [1700.0, 1701.0, 1702.0, 1703.0]
        >>> continued(np.array(["2024-11-15", "2024-12-15"], "datetime64[us]"), 2, 3)[2].item().isoformat()
        '2025-01-15T00:00:00'
    """
    if index is None:
        return np.arange(length)
    ahead = np.arange(1, length - rows + 1)
    if np.issubdtype(index.dtype, np.datetime64):
        months = index.astype("datetime64[M]")
        strides, within = np.diff(months), index - months.astype(index.dtype)
        monthly = rows > 1 and len(np.unique(strides)) == 1 and len(np.unique(within)) == 1 and months[1] > months[0]
        if monthly and within[0] < np.timedelta64(28, "D"):  # every month has such a day
            return np.concatenate([index, (months[-1] + ahead * strides[0]).astype(index.dtype) + within[0]])
        day = np.timedelta64(1, "D").astype("timedelta64[us]")
        step = np.sort(np.diff(index))[(rows - 1) // 2] if rows > 1 else day
    else:
        step = np.median(np.diff(index)) if rows > 1 else 1.0
    return np.concatenate([index, index[-1] + ahead * step])


def _texts(index: NDArray[Any]) -> list[str]:
    """Write dates as dates where no time of day is given, and whole numbers without a decimal point."""
    if np.issubdtype(index.dtype, np.datetime64):
        days = (index == index.astype("datetime64[D]")).all()
        return [str(text) for text in np.datetime_as_string(index, unit="D" if days else "s")]
    return [repr(float(value)).removesuffix(".0") for value in index]
