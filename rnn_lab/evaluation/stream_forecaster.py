"""A network that was trained along a stream, ready to go on along another: forecasts at every row, and freely."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from rnn_lab.errors import BadInput
from rnn_lab.evaluation.forecaster import Forecaster
from rnn_lab.evaluation.trained_network import Array
from rnn_lab.network import Network, Parameters
from rnn_lab.network.recurrence import Recurrence
from rnn_lab.sequences import Data
from rnn_lab.sequences.reading import READING
from rnn_lab.sequences.real_numbers import real_numbers

BLOCK = 256
"""Rows computed at a time."""


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class StreamForecaster(Forecaster):
    """R trained networks that forecast a series row by row, their state carried along it from its first row on.

    Args: as in `Forecaster`; there is no window.

    Example:
        >>> from rnn_lab.network import Elman
        >>> from rnn_lab.sequences import Sine, Stream
        >>> data = Stream(name="sine", series=Sine(length=99), train=0.8, validation=0.2).dataset()
        >>> network = Network(Elman(hidden_dim=4), inputs=1, outputs=1, window=None, each_step=True)
        >>> forecaster = StreamForecaster.of(network, network.initial([0, 1, 2]), data)
        >>> x = np.sin(np.arange(50.0))[:, None]
        >>> forecaster.one_step(x).shape, forecaster.free_run(x, steps=7).shape
        ((3, 50, 1), (3, 7, 1))
    """

    @classmethod
    def of(cls, network: Network, parameters: Parameters, data: Data) -> Self:
        """The network that was trained on a stream, ready for use."""
        return super(Forecaster, cls).of(network, parameters, data)

    @classmethod
    def extras(cls, data: Any) -> dict[str, Any]:
        """The horizon, and how the table was read, so that another is read alike."""
        reading = {key: data.recipe.get(key, value) for key, value in READING.items()}
        return {
            "horizon": data.horizon,
            "reading": reading,
            "calendar": data.calendar and data.calendar.recipe,
        }

    def calibrated(self, data: Any) -> tuple[Self, dict[str, Any] | None]:
        """Itself: intervals are of windows of a series."""
        return self, None

    @property
    def window(self) -> int:
        """1: every row has a forecast."""
        return 1

    def one_step(self, series: ArrayLike) -> Array:
        """Forecasts from every row of a series (L, D) and all before it: (R, L, O); see `Forecaster`."""
        rows = self._finite(self._series(series, 1)[None])
        return np.concatenate([part[:, :, 0] for part in self._along(self._begin(1), rows)], axis=1)

    def free_run(self, series: ArrayLike, steps: int, ahead: ArrayLike | None = None) -> Array:
        """Forecasts of the ``steps`` rows after a series (L, D), which is read whole: (R, steps, O)."""
        return self.free_runs(self._series(series, self.lag)[None], steps)[:, 0]

    def free_runs(self, observed: ArrayLike, steps: int, ahead: Array | None = None) -> Array:
        """Forecasts of the ``steps`` rows after each of K stretches of rows: (R, K, steps, O).

        Args:
            observed: (K, n, D) with n >= horizon, original units: the warm-up, from which the state is.
            steps: rows to forecast, >= 0.

        Raises:
            BadInput: the stretches have another shape; or see `Forecaster.fed_back`.
        """
        rows = real_numbers(observed, "the observed rows")
        if rows.ndim != 3 or rows.shape[1] < self.lag or rows.shape[2] != len(self.inputs):
            raise BadInput(
                f"observed rows of shape {rows.shape} do not fit: (starts, {self.lag} or more, {len(self.inputs)}) is"
                f" needed, rows of {', '.join(self.inputs)}"
            )
        fed_back = self.fed_back(steps)
        recurrence = self._begin(len(rows))
        *_, last = self._along(recurrence, self._finite(rows), keep=self.horizon)
        coming = deque(last.swapaxes(0, 1))  # forecasts of rows that have not come yet, the next one first
        forecasts = np.empty((self.parameters.replicas, len(rows), steps, len(self.targets)))
        for s in range(steps):
            forecasts[:, :, s] = now = coming.popleft()
            if fed_back is not None:
                coming.append(self._step(recurrence, now[:, None, :, fed_back])[:, 0])
        return forecasts

    def _begin(self, batch: int) -> Recurrence:
        recurrence = self.network.unroll(self.parameters.replicas, batch, BLOCK)
        recurrence.begin(self.parameters)
        return recurrence

    def _along(self, recurrence: Recurrence, rows: Array, keep: int | None = None) -> Iterator[Array]:
        """Go along rows (K, n, D), block by block: forecasts (R, block, K, O), or the last ``keep`` so far."""
        found = np.empty((self.parameters.replicas, 0, len(rows), len(self.targets)))
        for start in range(0, rows.shape[1], BLOCK):
            block = rows[:, start : start + BLOCK].swapaxes(0, 1)
            outputs = self._step(recurrence, np.broadcast_to(block, (self.parameters.replicas, *block.shape)))
            found = outputs if keep is None else np.concatenate([found, outputs], axis=1)[:, -keep:]
            yield found

    def _step(self, recurrence: Recurrence, rows: Array) -> Array:
        """Go on by rows (R, n, K, D), original units: forecasts (R, n, K, O)."""
        with np.errstate(over="ignore", invalid="ignore"):  # a free run may blow up
            X = self.input_scaler.apply(rows).astype(self.network.dtype)
            outputs = np.empty((*X.shape[:3], len(self.targets)), self.network.dtype)
            self.network.readout(self.parameters, recurrence.forward_steps(self.parameters, X), X, outputs)
            return self.target_scaler.undo(outputs.astype(np.float64))

    def _finite(self, rows: Array) -> Array:
        if not np.isfinite(rows).all():
            raise BadInput("the series holds a value that is not finite, so nothing can be forecast from it")
        return rows
