"""A trained network ready for use: forecasts of new series in the data's own units, on disk without pickle."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, is_dataclass
from importlib import import_module
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnn_lab.component import BadInput
from rnn_lab.evaluation.feedback import feed_back
from rnn_lab.network import ForwardPass, Network, Parameters
from rnn_lab.sequences import Scaler, SeriesDataset, scaler_from
from rnn_lab.sequences.forecasting import describe
from rnn_lab.whole import whole

Array = NDArray[np.float64]

MODEL = Path("weights", "model.json")
WEIGHTS = Path("weights", "kept.npz")
FORMAT = 1
READING: Mapping[str, Any] = {"header": True, "index": None, "delimiter": ","}
CHUNK = 4096
"""Windows per forward pass: memory does not grow with the length of the series."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Forecaster:
    """R trained networks and everything that lies between them and a series in its own units.

    Args:
        network: the network for windows (T, D).
        parameters: its R replicas.
        input_scaler, target_scaler: original units -> scaled, of the D inputs and of the O targets.
        horizon: how many rows after a window's last the forecast lies.
        inputs, targets: the columns' names, D and O of them.
        reading: how a file of such a series is read: ``header``, ``index`` and ``delimiter`` of `read_csv`.

    Example:
        >>> from rnn_lab.network import Elman
        >>> from rnn_lab.sequences import Generated, Sine
        >>> data = Generated(name="sine", series=Sine(length=99), window=50, train=30, validation=10).dataset()
        >>> network = Network(Elman(hidden_dim=4), inputs=1, outputs=1, window=50)
        >>> forecaster = Forecaster.of(network, network.initial([0, 1, 2]), data)
        >>> forecaster.one_step(data.series).shape, forecaster.free_run(data.series, steps=7).shape
        ((3, 50, 1), (3, 7, 1))
    """

    network: Network
    parameters: Parameters
    input_scaler: Scaler
    target_scaler: Scaler
    horizon: int
    inputs: tuple[str, ...]
    targets: tuple[str, ...]
    reading: Mapping[str, Any] = field(default_factory=lambda: dict(READING))

    @classmethod
    def of(cls, network: Network, parameters: Parameters, dataset: SeriesDataset) -> "Forecaster":
        """The forecaster of a network that was trained on a dataset."""
        return cls(
            network=network,
            parameters=parameters,
            input_scaler=dataset.input_scaler,
            target_scaler=dataset.target_scaler,
            horizon=dataset.horizon,
            inputs=dataset.inputs,
            targets=dataset.targets,
            reading={key: dataset.recipe.get(key, value) for key, value in READING.items()}
            | {"index": None if dataset.index is None else dataset.index_name},
        )

    @property
    def window(self) -> int:
        """T, the rows that a forecast is made from."""
        assert self.network.window is not None
        return self.network.window

    @property
    def lag(self) -> int:
        """T - 1 + horizon: how many rows after a window's first the forecast lies."""
        return self.window - 1 + self.horizon

    def predict(self, windows: ArrayLike) -> Array:
        """Forecasts (N, O), the mean over replicas, for windows (N, T, D); all in original units."""
        return np.asarray(self.predict_each(windows).mean(axis=0))

    def predict_each(self, windows: ArrayLike) -> Array:
        """Forecasts of each replica, (R, N, O), for windows (N, T, D); all in original units.

        Raises:
            BadInput: the windows have another shape, or hold a value that is not finite.
        """
        X = np.asarray(windows, np.float64)
        if X.ndim != 3 or X.shape[1:] != (self.window, len(self.inputs)):
            raise BadInput(
                f"windows of shape {X.shape} do not fit: (records, {self.window}, {len(self.inputs)}) is needed,"
                f" {self.window} rows of {', '.join(self.inputs)}"
            )
        if not np.isfinite(X).all():
            raise BadInput("a window holds a value that is not finite, so nothing can be forecast from it")
        outputs = np.empty((self.parameters.replicas, len(X), len(self.targets)))
        with np.errstate(over="ignore", invalid="ignore"):
            for start in range(0, len(X), CHUNK):
                chunk = self.input_scaler.apply(X[start : start + CHUNK])
                outputs[:, start : start + CHUNK] = self.network.predict(self.parameters, chunk)
        return self.target_scaler.undo(outputs)

    def one_step(self, series: ArrayLike) -> Array:
        """Forecasts from every window of a series (L, D), each from observed rows only: (R, L - T + 1, O).

        Forecast n is of row n + lag. The last ``horizon`` of them lie after the series' last row.

        Raises:
            BadInput: the series has other columns, fewer rows than the window, or values that are not finite.
        """
        windows = np.lib.stride_tricks.sliding_window_view(self._series(series, self.window), self.window, axis=0)
        return self.predict_each(windows.transpose(0, 2, 1))

    def free_run(self, series: ArrayLike, steps: int) -> Array:
        """Forecasts of the ``steps`` rows after a series (L, D), each replica from its own: (R, steps, O).

        Raises:
            BadInput: as in `one_step`; or as in `free_runs`.
        """
        return self.free_runs(self._series(series, self.lag)[None, -self.lag :], steps)[:, 0]

    def free_runs(self, observed: ArrayLike, steps: int) -> Array:
        """Forecasts of the ``steps`` rows after each of K stretches of rows, each replica from its own: (R, K, steps, O).

        Row s after a stretch is forecast from the window that ends ``horizon`` rows before it. Up to s = horizon - 1
        that window is observed; from there on its unseen rows are the replica's own forecasts. No information about
        those rows enters, so errors accumulate, and a network that fits well one step ahead may still drift or blow up
        here: the result then holds large numbers, ``inf`` or ``nan``.

        Args:
            observed: (K, lag, D), original units: the warm-up, from which the first windows are cut.
            steps: rows to forecast, >= 0.

        Raises:
            BadInput: the stretches have another shape; or ``steps`` > horizon, and an input is no target that could be
                fed back.
        """
        rows = np.asarray(observed, np.float64)
        if rows.ndim != 3 or rows.shape[1:] != (self.lag, len(self.inputs)):
            raise BadInput(
                f"observed rows of shape {rows.shape} do not fit: (starts, {self.lag}, {len(self.inputs)}) is needed,"
                f" {self.lag} rows of {', '.join(self.inputs)}"
            )
        if steps < 0:
            raise BadInput(f"steps={steps} must be 0 or more")
        missing = [name for name in self.inputs if name not in self.targets]
        if steps > self.horizon and missing:
            raise BadInput(
                f"steps={steps} feeds forecasts back as inputs, but the input {missing[0]!r} is no target of this"
                f" network: train with data.target naming every input, or ask for steps={self.horizon} at most"
            )
        forward = ForwardPass(self.network, self.parameters.replicas, len(rows))

        def forecast(windows: Array) -> Array:
            X = self.input_scaler.apply(windows).astype(self.network.dtype)
            outputs = forward(self.parameters, X).astype(np.float64)
            return self.target_scaler.undo(outputs[:, -1] if self.network.each_step else outputs)

        fed_back = None if missing else [self.targets.index(name) for name in self.inputs]
        everyone = np.broadcast_to(rows, (self.parameters.replicas, *rows.shape))
        return feed_back(forecast, everyone, steps, window=self.window, outputs=len(self.targets), fed_back=fed_back)

    def _series(self, series: ArrayLike, needed: int) -> Array:
        rows = np.asarray(series, np.float64)
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

    def save(self, folder: Path | str) -> None:
        """Write ``weights/kept.npz`` and ``weights/model.json`` into a run folder; each whole or not at all."""
        weights, model = Path(folder) / WEIGHTS, Path(folder) / MODEL
        weights.parent.mkdir(parents=True, exist_ok=True)
        self.parameters.save(weights)
        text = json.dumps(self.recipe(), indent=2, allow_nan=False) + "\n"
        with whole(model) as file:
            file.write(text.encode())

    def recipe(self) -> dict[str, Any]:
        """JSON-able: all but the weights."""
        return {
            "format": FORMAT,
            "model": describe(self.network.model),
            "dtype": self.network.dtype,
            "window": self.window,
            "horizon": self.horizon,
            "inputs": list(self.inputs),
            "targets": list(self.targets),
            "input_scaler": self.input_scaler.recipe(),
            "target_scaler": self.target_scaler.recipe(),
            "reading": dict(self.reading),
        }

    @classmethod
    def load(cls, folder: Path | str) -> "Forecaster":
        """Read what `save` wrote into a run folder, or into a copy of it anywhere.

        Nothing is unpickled; of the code that ``model.json`` names, only a component (a dataclass) is called.

        Raises:
            BadInput: there is no trained network, it cannot be read, or its weights are of another network.
        """
        folder = Path(folder)
        if not (folder / MODEL).is_file():
            raise BadInput(f"{folder} holds no trained network: {MODEL} is not there")
        try:
            recipe = json.loads((folder / MODEL).read_text(encoding="utf-8"))
            if recipe["format"] != FORMAT:
                raise ValueError(f"its format is {recipe['format']}, this version reads {FORMAT}")
            inputs, targets = tuple(recipe["inputs"]), tuple(recipe["targets"])
            network = Network(_component(recipe["model"]), len(inputs), len(targets), recipe["window"], recipe["dtype"])
            parameters = Parameters.load(folder / WEIGHTS)
            if parameters.shapes != dict(network.shapes):
                raise ValueError(f"{WEIGHTS} holds the weights of another network")
            return cls(
                network=network,
                parameters=parameters,
                input_scaler=scaler_from(recipe["input_scaler"]),
                target_scaler=scaler_from(recipe["target_scaler"]),
                horizon=recipe["horizon"],
                inputs=inputs,
                targets=targets,
                reading=recipe["reading"],
            )
        except (OSError, ValueError, KeyError, TypeError, ImportError, BadZipFile, EOFError) as error:
            raise BadInput(f"the trained network in {folder} cannot be read: {error}") from error


def _component(recipe: dict[str, Any]) -> Any:
    """The component that ``describe`` described."""
    module, _, name = recipe["_target_"].rpartition(".")
    component = getattr(import_module(module), name, None)
    if not (isinstance(component, type) and is_dataclass(component)):
        raise ValueError(f"{recipe['_target_']!r} is no component")
    return component(**{key: value for key, value in recipe.items() if key != "_target_"})
