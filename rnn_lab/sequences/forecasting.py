"""Forecasting: windows of a series as inputs, a later row as the target."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from typing import Any, ClassVar, cast

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.errors import BadInput
from rnn_lab.rng import named_rng
from rnn_lab.sequences.dataset import SeriesDataset
from rnn_lab.sequences.fingerprint import fingerprint
from rnn_lab.sequences.frames import Frames
from rnn_lab.sequences.generator import Generator
from rnn_lab.sequences.missing import admissible
from rnn_lab.sequences.records import Windows
from rnn_lab.sequences.scaling import Array, Scaling, fit_scaler
from rnn_lab.sequences.series import Series
from rnn_lab.sequences.transform import Kind, Transform
from rnn_lab.sequences.windows import count_windows, split

Share = int | float
"""A number of records, or a fraction of them."""
Selection = str | int | list[str | int] | None
"""Columns by name or by position (from 0)."""


UNTOLD = (("transform", "none"), ("known", None))
"""Keys and values that do nothing to a series."""


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Forecasting(ABC):
    """Turns a series into a Dataset of scaled, chronologically split windows and targets.

    X[n] = series[n : n + T, inputs] and Y[n] = series[n + T - 1 + horizon, targets]; N = L - T - horizon + 1
    records in the order of time. Every validation target lies after every training target, every test target
    after those. Columns are scaled by what the rows up to the last training target say, and no later one.

    Args:
        name: what figures and the tracker call the data.
        window: T, the rows that the network reads, >= 1.
        horizon: how many rows after the window's last the target lies, >= 1.
        each_step: whether every row of the window has a target, ``horizon`` rows after it: Y (N, T, O). Targets that
            belong to an earlier split do not count; errors are those of the last step, whose target lies at ``at``.
        train: records of the split: an integer counts them, a fraction in (0, 1) is a share of them.
        validation: likewise.
        test: likewise; may be 0.
        gap: records left out between two splits, >= 0.
        transform: of all columns before they are scaled: ``none``, ``difference`` (to the row ``horizon`` before),
            ``log`` or ``log_difference``; see `Transform`. Scores, figures and forecasts are of the series itself.
        scaling: ``none``, ``standard`` or ``minmax``.
        columns: the D input columns, by name or position; None takes all.
        target: the O target columns, likewise; None takes the input columns.

    Subclasses say where the series comes from: ``read``.
    """

    one_unit: ClassVar[bool] = True
    """True where all columns have one unit."""

    name: str
    window: int = Field(gt=0)
    horizon: int = Field(default=1, gt=0)
    each_step: bool = False
    train: Share
    validation: Share
    test: Share = 0
    gap: int = Field(default=0, ge=0)
    transform: Kind = "none"
    scaling: Scaling = "none"
    columns: Selection = None
    target: Selection = None

    @abstractmethod
    def read(self) -> Series:
        """Return the series, with its input and target columns resolved by ``choose``."""

    def dataset(self) -> SeriesDataset:
        """Read, scale, cut and split the series; raises what `cut` does, and what reading it does."""
        return self.cut(self.read())

    def cut(self, series: Series) -> SeriesDataset:
        """Scale, cut and split a series that was read.

        Raises:
            BadInput: window, horizon or splits do not fit the series; a column is unknown, constant under scaling, or
                holds values that the transform forbids.
        """
        transform = Transform(self.transform, self.horizon)
        transform.check_columns(series.inputs, series.targets)
        lost = transform.lost  # rows at the series' beginning
        count = count_windows(len(series.values) - lost, self.window, self.horizon)
        lag = self.window - 1 + self.horizon
        inputs = [series.columns.index(name) for name in series.inputs]
        targets = [series.columns.index(name) for name in series.targets]
        filled = series.filled
        if filled is not None and lost:
            filled = filled[lost:] | filled[:-lost]
        knowing = [] if series.carried else inputs  # what was carried forward was known: a window may end on it
        fit = np.arange(count) if filled is None else self.fit(filled, knowing, targets)
        parts = split(len(fit), self.train, self.validation, self.test, self.gap)
        used = sorted({*inputs, *targets})
        names = tuple(series.columns[i] for i in used)
        rows = series.values if len(used) == len(series.columns) else series.values[:, used]
        transform.check(rows, names)
        values = np.ascontiguousarray(transform.apply(rows))
        inputs, targets = ([used.index(i) for i in chosen] for chosen in (inputs, targets))
        # One fit serves inputs and targets alike: a forecast that is fed back as an input keeps its scale.
        scaler = fit_scaler(
            self.scaling,
            values[: fit[parts[0].stop - 1] + 1 + lag],
            names,
        )
        input_scaler, target_scaler = scaler.select(inputs), scaler.select(targets)

        def records(part: slice, before: slice | None = None) -> Windows:
            starts = fit[part].astype(np.int64)
            at = starts + lag + lost
            mask, Y = None, Frames(values, targets, target_scaler, starts + self.horizon, self.window)
            if self.each_step and before is not None:
                mask = at[:, None] + np.arange(1 - self.window, 1) > fit[before.stop - 1] + lag + lost
            return Windows(
                X=cast("Array", Frames(values, inputs, input_scaler, starts, self.window)),
                Y=cast("Array", Y) if self.each_step else Y.last(),
                at=at,
                mask=mask,
                transform=transform,
                base=transform.base(rows[at - self.horizon].take(targets, axis=-1)) if lost else None,
            )

        train, validation, test = (records(part, before) for part, before in zip(parts, (None, *parts), strict=False))
        recipe = {
            **describe(self),
            "inputs": list(series.inputs),
            "targets": list(series.targets),
            "input_scaler": input_scaler.recipe(),
            "target_scaler": target_scaler.recipe(),
        }
        return SeriesDataset(
            name=self.name,
            train=train,
            validation=validation,
            test=test if len(test) else None,
            series=series.values,
            columns=series.columns,
            inputs=series.inputs,
            targets=series.targets,
            index=series.index,
            index_name=series.index_name,
            calendar=series.calendar,
            notes=series.notes,
            horizon=self.horizon,
            one_unit=self.one_unit or len(series.targets) == 1,
            input_scaler=input_scaler,
            target_scaler=target_scaler,
            transform=transform,
            known=series.known,
            filled=series.filled,
            carried=series.carried,
            recipe=recipe,
            # What is done to no series leaves no trace: data keep the fingerprints that they had without the key.
            fingerprint=fingerprint(
                {key: value for key, value in recipe.items() if (key, value) not in UNTOLD}, series
            ),
        )

    def fit(self, filled: NDArray[np.bool_], inputs: list[int], targets: list[int]) -> NDArray[np.int64]:
        """Return the windows that may be records where cells were made up; see `admissible`.

        Raises:
            BadInput: there is none, or ``each_step`` would count targets that were never observed.
        """
        if self.each_step:
            raise BadInput(
                "data.each_step=true has a target at every row, but some were missing and made up:"
                " say data.missing=drop"
            )
        lag = self.window - 1 + self.horizon
        found = np.flatnonzero(admissible(filled, inputs, targets, lag, self.horizon))
        if not len(found):
            raise BadInput("data.missing leaves no window with an observed target: too many cells are missing")
        return found


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Generated(Forecasting):
    """Forecasting of a series that a generator makes.

    Args:
        series: the generator, a component of its own.
        seed: of the data's random stream, >= 0. It is not the run's seed: all replicas see the same data.

    Example:
        >>> from rnn_lab.sequences import Sine
        >>> sine = Generated(name="sine", series=Sine(length=200), window=50, train=100, validation=50)
        >>> data = sine.dataset()
        >>> data.train.X.shape, data.train.Y.shape
        ((100, 50, 1), (100, 1))
        >>> (data.validation.Y[0, 0] == np.sin(150)).item()
        True
    """

    series: Generator
    seed: int = Field(default=0, ge=0)

    def read(self) -> Series:
        """Generate the series."""
        values = self.series(named_rng(self.seed, "data"))
        inputs, targets = choose(self.series.columns, self.columns, self.target)
        return Series(values, self.series.columns, inputs, targets)


def choose(
    names: tuple[str, ...], columns: Selection, target: Selection, apart: str | None = None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Resolve ``data.columns`` and ``data.target`` to the names of the input and the target columns.

    ``apart`` is a column that is an input only if named: the index.

    Raises:
        BadInput: a column that is not there, or one named twice.

    Example:
        >>> choose(("x", "y", "z"), ["x", 2], "y")
        (('x', 'z'), ('y',))
        >>> choose(("year", "x"), None, None, apart="year")
        (('x',), ('x',))
    """
    free = [name for name in names if name != apart]
    if columns is None and not free:
        raise BadInput(f"the only column is {apart!r}, which is data.index: there is nothing to read and to forecast")
    inputs = pick(names, free if columns is None else columns, "data.columns")
    return inputs, inputs if target is None else pick(names, target, "data.target")


def pick(names: tuple[str, ...], selection: str | int | Sequence[str | int], key: str) -> tuple[str, ...]:
    """Return the names of the columns that ``selection`` gives by name or position; ``key`` is its config key.

    Names come before positions: of the columns date, 0 and 1, a 1 means the one that is called so.

    Example:
        >>> pick(("date", "0", "1"), [1, "0"], "data.columns"), pick(("date", "x"), 1, "data.columns")
        (('1', '0'), ('x',))
    """
    wanted = [selection] if isinstance(selection, str | int) else selection
    known = ", ".join(names)
    picked: list[str] = []
    for column in wanted:
        if str(column) in names:
            picked.append(str(column))
        elif str(column).isdecimal() and int(column) < len(names):
            picked.append(names[int(column)])
        else:
            raise BadInput(
                f"{key} names {column!r}, which is no column: give a name ({known}) or a position from 0 to"
                f" {len(names) - 1}"
            )
    if not picked or len(set(picked)) < len(picked):
        raise BadInput(f"{key}={list(wanted)} must name at least one column, and none twice (there are: {known})")
    return tuple(picked)


def describe(component: Any) -> Any:
    """Return a component's recipe: its class as ``_target_`` and its arguments, JSON-able, components within included.

    Example:
        >>> from rnn_lab.sequences import Sine
        >>> describe(Sine(length=3))["_target_"]
        'rnn_lab.sequences.sine.Sine'
    """
    if is_dataclass(component):
        kind = type(component)
        arguments = {field.name: describe(getattr(component, field.name)) for field in fields(component)}
        return {"_target_": f"{kind.__module__}.{kind.__qualname__}", **arguments}
    return [describe(item) for item in component] if isinstance(component, list | tuple) else component
