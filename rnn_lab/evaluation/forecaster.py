"""A trained network that forecasts series, in the data's own units: one step ahead, and freely."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from rnn_lab.errors import BadInput
from rnn_lab.evaluation import intervals
from rnn_lab.evaluation.free_run.loop import feed_back
from rnn_lab.evaluation.trained_network import CHUNK, Array, Trained
from rnn_lab.network import ForwardPass, Network, Parameters
from rnn_lab.sequences import Data
from rnn_lab.sequences.reading import READING
from rnn_lab.sequences.real_numbers import real_numbers
from rnn_lab.sequences.transform import Kind, Transform


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Forecaster(Trained):
    """R trained networks that forecast a series from windows of it.

    Args:
        horizon: how many rows after a window's last the forecast lies.
        known: inputs that are known in advance, so that they need not be forecast to be fed back.
        intervals: level -> half the width of an interval, by steps ahead and target; see `intervals`.
        reading: how a file of such a series is read: the keyword arguments of `read_csv`.
        calendar: of the series that it was trained on, `Calendar.recipe`; None: it had none, or the folder is older.
        transform: what is done to a series before it is scaled, and undone in its forecasts; see `Transform`. All else
            as in `Trained`.

    Example:
        >>> from rnn_lab.network import Elman
        >>> from rnn_lab.sequences import Generated, Sine
        >>> data = Generated(name="sine", series=Sine(length=99), window=50, train=30, validation=10).dataset()
        >>> network = Network(Elman(hidden_dim=4), inputs=1, outputs=1, window=50)
        >>> forecaster = Forecaster.of(network, network.initial([0, 1, 2]), data)
        >>> forecaster.one_step(data.series).shape, forecaster.free_run(data.series, steps=7).shape
        ((3, 50, 1), (3, 7, 1))
    """

    horizon: int
    reading: Mapping[str, Any] = field(default_factory=lambda: dict(READING))
    calendar: Mapping[str, Any] | None = None
    transform: Kind = "none"
    known: list[str] = field(default_factory=list)
    intervals: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, network: Network, parameters: Parameters, data: Data) -> Self:
        """The forecaster of a network that was trained on windows of a series: its last step's outputs count."""
        return super().of(replace(network, each_step=False), parameters, data)

    @classmethod
    def extras(cls, data: Any) -> dict[str, Any]:
        """The horizon, and how the file was read and transformed, so that another is treated alike."""
        reading = {key: data.recipe.get(key, value) for key, value in READING.items()}
        index = None if data.index is None else data.index_name
        return {
            "horizon": data.horizon,
            "reading": reading | {"index": index},
            "calendar": data.calendar and data.calendar.recipe,
            "transform": data.transform.kind,
            "known": list(data.known),
        }

    @property
    def window(self) -> int:
        """The rows that a forecast is made from: T, and those that a difference reaches back."""
        assert self.network.window is not None
        return self.network.window + self.transformed.lost

    @property
    def rows(self) -> int | None:
        """T, where the network is bound to it; None: any number."""
        return self.network.window and self.window

    @property
    def transformed(self) -> Transform:
        """The transform at work."""
        return Transform(self.transform, self.horizon)

    @property
    def lag(self) -> int:
        """T - 1 + horizon: how many rows after a window's first the forecast lies."""
        return self.window - 1 + self.horizon

    def one_step(self, series: ArrayLike) -> Array:
        """Forecasts from every window of a series (L, D), each from observed rows only: (R, L - T + 1, O).

        Forecast n is of row n + lag. The last ``horizon`` of them lie after the series' last row.

        Raises:
            BadInput: the series has other columns, fewer rows than the window, or values that are not finite.
        """
        rows = self._series(series, self.window)
        self.transformed.check(rows, self.inputs)  # here, a sentence can name the row
        windows = np.lib.stride_tricks.sliding_window_view(rows, self.window, axis=0)
        return self.predict_each(windows.transpose(0, 2, 1))

    def _predict(self, X: Array) -> Array:
        transformed = self.transformed
        if transformed.kind == "none":
            return super()._predict(X)
        found = []
        for start in range(0, max(len(X), 1), CHUNK):  # what is transformed is a copy
            windows = X[start : start + CHUNK]
            transformed.check(windows.reshape(-1, len(self.inputs)), self.inputs)
            found.append(self._undo(super()._predict(transformed.apply(windows, axis=1)), windows[:, -1]))
        return np.concatenate(found, axis=1)

    def calibrated(self, data: Any) -> tuple[Self, dict[str, Any] | None]:
        """Itself with the widths of intervals that errors on the validation split give, and how often these hold."""
        widths, section = intervals.measure(self, data)
        return replace(self, intervals=widths), section

    def half_widths(self, level: float, forecasts: Array, source: str) -> Array:
        """Half the widths (S, O) of intervals around the replicas' mean forecast, by steps ahead.

        Args:
            level: such as 0.95.
            forecasts: (R, S, O).
            source: ``validation`` or ``replicas``.

        Raises:
            BadInput: the level is none that was measured, or there is one replica.
        """
        if source == "replicas":
            if len(forecasts) < 2:
                raise BadInput("interval_from=replicas needs two replicas at least: train with replicas=5, say")
            return intervals.replica_half_width(forecasts, level)
        if f"{level:g}" not in self.intervals:
            known = ", ".join(self.intervals) or "none, since it was trained along a stream or by an older version"
            raise BadInput(f"interval={level:g} was not measured on this network's validation split: there are {known}")
        rows = np.array(self.intervals[f"{level:g}"], np.float64)[: forecasts.shape[1]]
        beyond = np.full((forecasts.shape[1] - len(rows), forecasts.shape[2]), np.nan)
        return np.concatenate([rows, beyond])

    def _undo(self, forecasts: Array, last: Array) -> Array:
        """The forecasts of a series, from those of its transform (..., O) after last known rows of inputs (..., D)."""
        if not self.transformed.lost:
            return self.transformed.undo(forecasts, None)
        known = last[..., [self.inputs.index(name) for name in self.targets]]
        return self.transformed.undo(forecasts, self.transformed.base(known))

    def free_run(self, series: ArrayLike, steps: int, ahead: ArrayLike | None = None) -> Array:
        """Forecasts of the ``steps`` rows after a series (L, D), each replica from its own: (R, steps, O).

        Args:
            series: observed rows.
            steps: how many to forecast.
            ahead: (n, D), rows after the series of which the known inputs are given, and the others ``nan``.

        Raises:
            BadInput: as in `one_step`; or as in `free_runs`.
        """
        if steps == 0:  # needs no row at all
            return np.empty((self.parameters.replicas, 0, len(self.targets)))
        given = None if ahead is None else real_numbers(ahead, "the rows ahead")[None]
        return self.free_runs(self._series(series, self.lag)[None, -self.lag :], steps, given)[:, 0]

    def most_steps(self, rows: int, wanted: int, ahead: int = 0) -> int:
        """Number of the steps wanted that a free run can have after so many rows.

        All of them where every input is fed back; else as many as the horizon, and as rows are known ahead; none after
        less rows than it needs.
        """
        if rows < self.lag:
            return 0
        left = [name for name in self.inputs if name not in self.targets]
        if all(name in self.known for name in left):
            return max(ahead, wanted) if not left else ahead + self.horizon
        return min(wanted, self.horizon)

    def free_runs(self, observed: ArrayLike, steps: int, ahead: Array | None = None) -> Array:
        """Forecasts of the ``steps`` rows after each of K stretches of rows: (R, K, steps, O).

        Row s after a stretch is forecast from the window that ends ``horizon`` rows before it. Up to s = horizon - 1
        that window is observed; from there on its unseen rows are the replica's own forecasts. No information about
        those rows enters, so errors accumulate, and a network that fits well one step ahead may still drift or blow up
        here: the result then holds large numbers, ``inf`` or ``nan``.

        Args:
            observed: (K, lag, D), original units: the warm-up, from which the first windows are cut.
            steps: rows to forecast, >= 0.
            ahead: (K, n, D), what is known of the rows after them; see `free_run`.

        Raises:
            BadInput: the stretches have another shape; or ``steps`` > horizon, and an input is no target that could be
                fed back.
        """
        rows = real_numbers(observed, "the observed rows")
        if rows.ndim != 3 or rows.shape[1:] != (self.lag, len(self.inputs)):
            raise BadInput(
                f"observed rows of shape {rows.shape} do not fit: (starts, {self.lag}, {len(self.inputs)}) is needed,"
                f" {self.lag} rows of {', '.join(self.inputs)}"
            )
        self.transformed.check(rows.reshape(-1, len(self.inputs)), self.inputs)
        fed_back = self.fed_back(steps, 0 if ahead is None else ahead.shape[1])
        if ahead is not None:  # what this network was to forecast is no input that is given
            ahead = np.where([name in self.known for name in self.inputs], ahead, np.nan)
        forward = ForwardPass(self.network, self.parameters.replicas, len(rows))

        def forecast(windows: Array) -> Array:
            X = self.input_scaler.apply(self.transformed.apply(windows, axis=1)).astype(self.network.dtype)
            return self._undo(self.target_scaler.undo(forward(self.parameters, X).astype(np.float64)), windows[:, -1])

        everyone = np.broadcast_to(rows, (self.parameters.replicas, *rows.shape))
        return feed_back(
            forecast, everyone, steps, window=self.window, outputs=len(self.targets), fed_back=fed_back, ahead=ahead
        )

    def fed_back(self, steps: int, ahead: int = 0) -> list[int] | None:
        """Position of each of the D inputs among the O targets (0 of one that is known); None where one is neither.

        Args:
            steps: rows to forecast.
            ahead: rows of which the known inputs are given.

        Raises:
            BadInput: so many steps cannot be forecast.
        """
        if steps < 0:
            raise BadInput(f"steps={steps} must be 0 or more")
        given = [name for name in self.inputs if name in self.known]
        missing = [name for name in self.inputs if name not in (*self.targets, *given)]
        if steps > self.horizon and missing:
            raise BadInput(
                f"steps={steps} feeds forecasts back as inputs, but the input {missing[0]!r} is no target of this"
                f" network: train with data.target naming every input, or data.known those that are known in advance,"
                f" or ask for steps={self.horizon} at most"
            )
        if given and steps > ahead + self.horizon:
            raise BadInput(
                f"steps={steps} needs the known inputs ({', '.join(given)}) of {steps - self.horizon} rows after the"
                f" series, and {ahead} are given: append rows that hold them and lack the other columns, or ask for"
                f" steps={ahead + self.horizon} at most"
            )
        if missing:
            return None
        return [self.targets.index(name) if name in self.targets else 0 for name in self.inputs]

    def _series(self, series: ArrayLike, needed: int) -> Array:
        rows = real_numbers(series, "the values of the series")
        if rows.ndim != 2 or rows.shape[1] != len(self.inputs):
            raise BadInput(
                f"a series of shape {rows.shape} does not fit: (rows, {len(self.inputs)}) is needed, the columns"
                f" {', '.join(self.inputs)}"
            )
        if len(rows) < needed:
            raise BadInput(
                f"the series has {len(rows)} rows, but a forecast needs at least {needed}: the network reads a window"
                f" of {self.window} rows to forecast {self.horizon} ahead"
            )
        return rows
