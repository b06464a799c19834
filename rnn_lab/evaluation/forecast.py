"""Forecasts of a new series by a trained network: of each row from the rows before it, and of the rows to come."""

import csv
import io
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_lab.atomic import atomic_write
from rnn_lab.errors import BadInput
from rnn_lab.evaluation.forecaster import Forecaster
from rnn_lab.evaluation.trained_network import Array
from rnn_lab.sequences import Series, read_csv
from rnn_lab.sequences.calendar import calendar_of
from rnn_lab.sequences.forecasting import Selection
from rnn_lab.sequences.reading import READING


@dataclass(frozen=True, eq=False)
class Forecast:
    """Observations and forecasts of M rows: the L of a series, and the ones after it; ``nan`` where there is nothing.

    Attributes:
        targets: the O names.
        rows: L.
        horizon: how many rows ahead ``one_step`` forecasts.
        index: (M,) numbers or datetime64 for a figure; beyond the series it goes on by its calendar, or evenly. Dates
            that go by no step are no such index: then the rows are counted.
        written: (M,) the index as the series' file would write it; where steps are numbered, ``+1``, ``+2``, ...
        index_name: what the index is called.
        observed: (M, O), original units; nothing that was made up where a cell was missing.
        one_step: (R, M, O), each from a window that ends ``horizon`` rows before; none from one that ends inside a gap
            which a later row closes.
        free_run: (R, M, O), after the series' last row, each replica from its own forecasts.
        interval: the lower and the upper bound, (M, O) each, around the replicas' mean: of one_step up to the series'
            last row, and of the free run after it; ``nan`` where its width was not measured. None: there is none.
    """

    targets: tuple[str, ...]
    rows: int
    horizon: int
    index: NDArray[Any]
    written: list[str]
    index_name: str
    observed: Array
    one_step: Array
    free_run: Array
    interval: tuple[Array, Array] | None = None

    def write_csv(self, path: Path) -> None:
        """Write a row a time step, whole or not at all: the index, and for each target what was observed and forecast.

        Forecasts are means over replicas; with several replicas a column ``_sd`` beside each holds their standard
        deviation (``ddof=1``). Cells of what does not exist are empty. Targets keep their names; where another column's
        would be one of them, it has a ``_`` at its end.

        Raises:
            BadInput: the file cannot be written.
        """
        taken = set(self.targets)
        columns: dict[str, Array] = {name: self.observed[:, o] for o, name in enumerate(self.targets)}
        order = [_free(self.index_name, taken)]
        for o, target in enumerate(self.targets):
            order.append(target)
            for kind, values in (("one_step", self.one_step), ("free_run", self.free_run)):
                name = _free(f"{target}_{kind}", taken)
                with np.errstate(over="ignore", invalid="ignore"):  # a free run may blow up
                    columns[name] = values[:, :, o].mean(axis=0)
                    order.append(name)
                    if len(values) > 1:
                        order.append(_free(f"{name}_sd", taken))
                        columns[order[-1]] = values[:, :, o].std(axis=0, ddof=1)
            for bound, values in zip(("low", "high"), self.interval or (), strict=False):
                order.append(_free(f"{target}_{bound}", taken))
                columns[order[-1]] = values[:, o]
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow(order)
        for row, when in enumerate(self.written):
            cells = (float(columns[name][row]) for name in order[1:])
            writer.writerow([when, *("" if np.isnan(cell) else repr(cell) for cell in cells)])
        try:
            with atomic_write(path) as file:
                file.write(text.getvalue().encode())
        except OSError as error:
            raise BadInput(f"the forecast {path} cannot be written: {error.strerror}") from error


def forecast_series(
    forecaster: Forecaster, series: Series, steps: int, interval: float | None = None, source: str = "validation"
) -> Forecast:
    """Forecast every row of a series that can be, and ``steps`` rows after it.

    Args:
        forecaster: R trained networks.
        series: with the forecaster's inputs, and those of its targets that were observed, as `read_series` makes it.
        steps: rows of the free run, >= 0.
        interval: level of intervals, such as 0.95; None for none.
        source: of their widths, ``validation`` or ``replicas``.

    Raises:
        BadInput: there are no such intervals; the series is too short, or an input would have to be invented; see
            `Forecaster.free_run`.
    """
    L, O = len(series.values) - series.ahead, len(forecaster.targets)  # noqa: E741
    read = [series.columns.index(name) for name in forecaster.inputs]
    every = series.values[:, read]
    inputs, ahead = every[:L], every[L:]
    one_step, free_run = forecaster.one_step(inputs), forecaster.free_run(inputs, steps, ahead)
    R, M = len(one_step), L + max(steps, forecaster.horizon, series.ahead)
    index, written = continued(series, M)
    forecast = Forecast(
        targets=forecaster.targets,
        rows=L,
        horizon=forecaster.horizon,
        index=index,
        written=written,
        index_name=series.index_name,
        observed=np.full((M, O), np.nan),
        one_step=np.full((R, M, O), np.nan),
        free_run=np.full((R, M, O), np.nan),
    )
    for o, name in enumerate(forecaster.targets):
        if name in series.columns:
            column = series.columns.index(name)
            forecast.observed[:L, o] = series.values[:L, column]
            if series.filled is not None:
                forecast.observed[:L, o][series.filled[:, column]] = np.nan
    if series.filled is not None and not series.carried:  # the rest of a gap knows the row that closes it
        one_step = np.where(series.filled[forecaster.window - 1 :, read].any(axis=1, keepdims=True), np.nan, one_step)
    forecast.one_step[:, forecaster.lag : L + forecaster.horizon] = one_step
    forecast.free_run[:, L : L + steps] = free_run
    if interval is None:
        return forecast
    half, h = np.full((M, O), np.nan), forecaster.horizon
    if source == "replicas":
        half[:L] = forecaster.half_widths(interval, forecast.one_step[:, :L], source)
    else:
        half[:L] = forecaster.half_widths(interval, np.empty((R, h, O)), source)[-1]
    half[L : L + steps] = forecaster.half_widths(interval, free_run, source)
    middle = np.concatenate([forecast.one_step[:, :L], forecast.free_run[:, L:]], axis=1).mean(axis=0)
    return replace(forecast, interval=(middle - half, middle + half))


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
        forecaster: says which columns, how its own file was read, and which calendar a file that may have several has.
        path: the file.
        columns: its D input columns, in the network's order; None looks for the network's own names.
        target: its O target columns, likewise. None takes targets that are inputs too from there, and the others by
            name if the file has them: they are only compared with, so any of their cells may be unknown.
        reading: keyword arguments of `read_csv` that differ from the training file's.

    Raises:
        BadInput: as `read_csv`; or another number of columns is named than the network has.
    """
    how = {**READING, **forecaster.reading, **(reading or {})}
    inputs: Selection = list(forecaster.inputs) if columns is None else columns
    unseen = [name for name in forecaster.targets if name not in forecaster.inputs] if target is None else []
    ahead = [position for position, name in enumerate(forecaster.inputs) if name in forecaster.known]
    series = read_csv(
        path, columns=inputs, target=target, **how, optional=unseen, known=ahead, usual=forecaster.calendar
    )
    _same_number("data.columns", series.inputs, "reads", forecaster.inputs)
    known = dict(zip(forecaster.inputs, series.inputs, strict=True))
    if target is None:
        known |= {name: name for name in unseen if name in series.columns}
    else:
        _same_number("data.target", series.targets, "forecasts", forecaster.targets)
        known |= dict(zip(forecaster.targets, series.targets, strict=True))
    chosen = [series.columns.index(name) for name in known.values()]
    filled = None if series.filled is None else series.filled[:, chosen]
    return replace(
        series,
        values=series.values[:, chosen],
        columns=tuple(known),
        inputs=forecaster.inputs,
        targets=forecaster.targets,
        filled=filled,
    )


def _same_number(key: str, given: tuple[str, ...], verb: str, needed: tuple[str, ...]) -> None:
    if len(given) != len(needed):
        raise BadInput(
            f"{key} names {len(given)} columns ({', '.join(given)}), but the network {verb} {len(needed)}:"
            f" {', '.join(needed)}"
        )


def continued(series: Series, length: int) -> tuple[NDArray[Any], list[str]]:
    """Extend a series' index to ``length`` entries, for a figure and as its file would write it.

    Dates go on by their calendar, numbers by their median step; dates of no step are numbered from the last one.

    Raises:
        BadInput: the dates would leave what a calendar has.

    Example:
        >>> years = Series(np.zeros((2, 1)), ("x",), ("x",), ("x",), np.array([1700.0, 1701.0]), "year")
        >>> continued(years, 4)
        (array([1700., 1701., 1702., 1703.]), ['1700', '1701', '1702', '1703'])
    """
    rows, index = len(series.values), series.index
    if index is None:
        return np.arange(length), [str(row) for row in range(length)]
    if not np.issubdtype(index.dtype, np.datetime64):
        step = np.median(np.diff(index)) if rows > 1 else 1.0
        whole = np.concatenate([index, index[-1] + np.arange(1, length - rows + 1) * step])
        return whole, [_plain(value) for value in whole[:rows]] + [_plain(float(f"{v:.15g}")) for v in whole[rows:]]
    calendar = series.calendar or calendar_of(index)
    try:
        following = calendar.following(index[-1], length - rows)
        written = calendar.write(index)
        if following is None:
            return np.arange(length), written + [f"+{step}" for step in range(1, length - rows + 1)]
        return np.concatenate([index, following]), written + calendar.write(following)
    except OverflowError:
        raise BadInput(
            f"{length - rows} steps after {calendar.write(index[-1:])[0]} leave the calendar: ask for fewer steps"
        ) from None


def _plain(number: float) -> str:
    """Write a number of an index; a whole one as such."""
    return str(int(number)) if float(number).is_integer() else repr(float(number))


def _free(name: str, taken: set[str]) -> str:
    """Return the name, with as many ``_`` after it as make it a new one, and take it."""
    while name in taken:
        name += "_"
    taken.add(name)
    return name
