"""A trained network ready for use, and on disk without pickle: what every kind of it shares."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnn_lab.atomic import atomic_write
from rnn_lab.errors import BadInput, missing_module
from rnn_lab.network import Architecture, Network, Parameters
from rnn_lab.redaction import printable
from rnn_lab.sequences import Data, Scaler, scaler_from
from rnn_lab.sequences.forecasting import describe
from rnn_lab.sequences.real_numbers import real_numbers
from rnn_lab.trust import Trusted, check_targets

Array = NDArray[np.float64]

MODEL = Path("weights", "model.json")
WEIGHTS = Path("weights", "kept.npz")
FORMAT = 2
CHUNK = 4096
"""Windows per forward pass: memory does not grow with their number."""


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Trained:
    """R trained networks and everything that lies between them and data in its own units.

    Args:
        network: the network for windows (T, D), or for a stream.
        parameters: its R replicas.
        input_scaler, target_scaler: original units -> scaled, of the D inputs and of the O targets.
        inputs, targets: their names, D and O of them.

    Example:
        >>> from rnn_lab.network import Elman
        >>> from rnn_lab.sequences import Adding, TaskData
        >>> data = TaskData(name="adding", task=Adding(length=30), train=10, validation=10).dataset()
        >>> network = Network(Elman(hidden_dim=4), inputs=2, outputs=1, window=30)
        >>> trained = Trained.of(network, network.initial([0, 1, 2]), data)
        >>> trained.predict_each(data.validation.X).shape
        (3, 10, 1)
    """

    network: Network
    parameters: Parameters
    input_scaler: Scaler
    target_scaler: Scaler
    inputs: tuple[str, ...]
    targets: tuple[str, ...]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.parameters.replicas} x {self.network.model!r})"

    @classmethod
    def of(cls, network: Network, parameters: Parameters, data: Data) -> Self:
        """The network that was trained on some data, ready for use."""
        return cls(
            network=network,
            parameters=parameters,
            input_scaler=data.input_scaler,
            target_scaler=data.target_scaler,
            inputs=data.inputs,
            targets=data.targets,
            **cls.extras(data),
        )

    @classmethod
    def extras(cls, data: Any) -> dict[str, Any]:
        """The fields that a kind has beyond these, from the data."""
        return {}

    @property
    def classes(self) -> bool:
        """True if the outputs are probabilities of classes."""
        return self.network.loss.of_classes

    @property
    def rows(self) -> int | None:
        """Number of rows that a window must have; None: any number."""
        return self.network.window

    def sample(self, data: Any, rng: np.random.Generator) -> dict[str, Any] | None:
        """Something that the network makes up by itself, for the report; None: nothing, but for text."""
        return None

    def calibrated(self, data: Any) -> tuple[Self, dict[str, Any] | None]:
        """Itself with widths of intervals, and what the report says of them; no kind but a forecaster has any."""
        return self, None

    def free_runs(self, observed: ArrayLike, steps: int) -> Array:
        """Forecasts of the ``steps`` rows after each of K stretches of rows, from its own forecasts: (R, K, steps, O).

        Raises:
            BadInput: what it was trained on is no series.
        """
        raise BadInput(f"a network for {', '.join(self.inputs)} forecasts no series, so it cannot run freely")

    def predict(self, windows: ArrayLike) -> Array:
        """The mean over replicas of `predict_each`: (N, O), or (N, T, O)."""
        return np.asarray(self.predict_each(windows).mean(axis=0))

    def predict_each(self, windows: ArrayLike) -> Array:
        """Predictions of each replica for windows (N, T, D): (R, N, O), or (R, N, T, O) at each step; original units.

        Of classes it is their probabilities.

        Raises:
            BadInput: the windows have another shape, or hold a value that is no number, is masked or is not finite.
        """
        X = real_numbers(windows, "the windows")
        T, D = self.rows, len(self.inputs)
        if X.ndim != 3 or X.shape[2] != D or X.shape[1] != (T or X.shape[1]) or not X.shape[1]:
            raise BadInput(
                f"windows of shape {X.shape} do not fit: (records, {T or 'steps'}, {D}) is needed,"
                f" {T or 'any number of'} rows of {', '.join(self.inputs)}"
            )
        if not np.isfinite(X).all():
            raise BadInput("a window holds a value that is not finite, so nothing can be forecast from it")
        return self._predict(X)

    def _predict(self, X: Array) -> Array:
        """Predictions of each replica for finite windows of the right shape."""
        network = replace(self.network, window=X.shape[1])
        found = []
        with np.errstate(over="ignore", invalid="ignore"):
            for start in range(0, max(len(X), 1), CHUNK):
                chunk = self.input_scaler.apply(X[start : start + CHUNK])
                found.append(network.predict(self.parameters, chunk).astype(np.float64))
            outputs = np.concatenate(found, axis=1)
            return self.target_scaler.undo(self.network.loss.link(outputs))

    def save(self, folder: Path | str, diverged: Sequence[int] = ()) -> None:
        """Write ``weights/kept.npz`` and ``weights/model.json`` into a run folder; each whole or not at all.

        ``diverged`` numbers replicas that `load` is to leave out: theirs are not the weights that they were trained to.
        """
        weights = Path(folder) / WEIGHTS
        weights.parent.mkdir(parents=True, exist_ok=True)
        self.parameters.save(weights)
        self.save_recipe(folder, diverged)

    def save_recipe(self, folder: Path | str, diverged: Sequence[int] = ()) -> None:
        """Write ``weights/model.json`` alone, in the place of one that knew less of the same weights."""
        text = json.dumps(self.recipe() | {"diverged": list(diverged)}, indent=2, allow_nan=False) + "\n"
        with atomic_write(Path(folder) / MODEL) as file:
            file.write(text.encode())

    def recipe(self) -> dict[str, Any]:
        """JSON-able: all but the weights."""
        network = self.network
        return {
            "format": FORMAT,
            "kind": f"{type(self).__module__}.{type(self).__qualname__}",
            "model": describe(network.model),
            "dtype": network.dtype,
            "window": network.window,
            "each_step": network.each_step,
            "loss": describe(network.loss),
            "inputs": list(self.inputs),
            "targets": list(self.targets),
            "input_scaler": self.input_scaler.recipe(),
            "target_scaler": self.target_scaler.recipe(),
            **{name: getattr(self, name) for name in self._own()},
        }

    @classmethod
    def _own(cls) -> list[str]:
        """Names of the fields that a kind adds."""
        shared = {field.name for field in fields(Trained)}
        return [field.name for field in fields(cls) if field.name not in shared]

    @classmethod
    def from_recipe(cls, recipe: dict[str, Any], parameters: Parameters) -> Self:
        """Rebuild what `recipe` described."""
        inputs, targets = tuple(recipe["inputs"]), tuple(recipe["targets"])
        model = _component(recipe["model"])
        if not isinstance(model, Architecture):
            raise ValueError(f"{type(model).__name__} is no model")
        if model.layers > len(parameters.shapes):  # before shapes are made for each of them
            raise ValueError(f"{WEIGHTS} holds the weights of another network")
        network = Network(
            model,
            len(inputs),
            len(targets),
            recipe["window"],
            recipe["dtype"],
            recipe["each_step"],
            _component(recipe["loss"]),
        )
        if parameters.shapes != dict(network.shapes) or parameters.flat.dtype != network.dtype:
            raise ValueError(f"{WEIGHTS} holds the weights of another network")
        diverged = recipe.get("diverged", [])
        whole = [r for r in range(parameters.replicas) if r not in diverged] or slice(None)
        return cls(
            network=network,
            parameters=parameters.like(parameters.flat[whole]),
            input_scaler=scaler_from(recipe["input_scaler"]),
            target_scaler=scaler_from(recipe["target_scaler"]),
            inputs=inputs,
            targets=targets,
            **{name: recipe[name] for name in cls._own() if name in recipe},
        )

    @classmethod
    def load(cls, folder: Path | str, trusted: Trusted = ()) -> Self:
        """Read what `save` wrote into a run folder, or into a copy of it anywhere.

        Nothing is unpickled; of the code that ``model.json`` names, only the lab's components and those of trusted
        modules are called, and no other module is imported.

        Args:
            folder: the run folder.
            trusted: modules of components that are not the lab's; None: whichever it names.

        Raises:
            BadInput: there is no trained network of this kind, it cannot be read, or its weights are of another one.
        """
        folder = Path(folder)
        if not (folder / MODEL).is_file():
            raise BadInput(f"{folder} holds no trained network: {MODEL} is not there")
        try:
            recipe = json.loads((folder / MODEL).read_text(encoding="utf-8"))
            if recipe["format"] != FORMAT:
                raise ValueError(f"its format is {recipe['format']}, this version reads {FORMAT}")
            kind = _kinds()[recipe["kind"].rpartition(".")[2]]
            if not issubclass(kind, cls):
                raise ValueError(f"it is a {kind.__name__}, and no {cls.__name__}")
            check_targets(recipe, trusted, MODEL.name)
            found: Self = kind.from_recipe(recipe, Parameters.load(folder / WEIGHTS))
        except ModuleNotFoundError as error:
            raise BadInput(
                f"the trained network in {folder} cannot be read: {missing_module(str(error.name))}"
            ) from error
        except KeyError as error:
            raise BadInput(f"the trained network in {folder} cannot be read: {MODEL.name} has no {error}") from error
        except Exception as error:  # torn archives, strange recipes: each has errors of its own
            said = printable(" ".join(line.strip() for line in str(error).splitlines()[:3]))[:300]  # pydantic's go on
            raise BadInput(f"the trained network in {folder} cannot be read: {said}") from error
        return found


def _component(recipe: Any) -> Any:
    """The component that ``describe`` described, with those within it; what is none stays as it is."""
    if not isinstance(recipe, dict):
        return recipe
    arguments = {key: _component(value) for key, value in recipe.items() if key != "_target_"}
    return _named(recipe["_target_"])(**arguments)


def _kinds() -> dict[str, type[Trained]]:
    """The lab's kinds of trained networks by the names of their classes, wherever these stood in older versions."""
    waiting, found = [Trained], dict[str, type[Trained]]()
    for kind in waiting:
        waiting += kind.__subclasses__()
        if kind.__module__.startswith("rnn_lab."):
            found[kind.__name__] = kind
    return found


def _named(path: str) -> Any:
    """The component of that name, whose module is trusted: `check_targets` has seen it."""
    module, _, name = path.rpartition(".")
    component = getattr(import_module(module), name, None)
    if not (isinstance(component, type) and is_dataclass(component)):
        raise ValueError(f"{path!r} is no component")
    return component
