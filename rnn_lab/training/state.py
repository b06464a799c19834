"""Everything that a run of training carries from one epoch to the next, so that a checkpoint can hold it."""

from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_lab.atomic import atomic_write
from rnn_lab.network import Parameters
from rnn_lab.npz import read_npz

Array = NDArray[Any]
RUNNING = -1


@dataclass(eq=False, repr=False)
class TrainingState:
    """The state after an epoch.

    Attributes:
        parameters: the weights as they are. A replica that stops at this epoch still has those that it stops with, so
            that they belong to the epoch's metrics; from the next epoch on, and at the end, it has its best ones.
        best: the weights with the lowest validation loss so far.
        epoch, updates: how many are done.
        first_loss: (R,) training loss before any update.
        best_loss, kept_epoch: (R,) the lowest validation loss, and the epoch of the weights that would be kept now.
        stopped: (R,) the epoch at which a replica stopped, or RUNNING.
        reasons: for each replica why it stopped, or an empty string.
        diverged: (R,) whether that was divergence.
        moments, schedule: the optimizer's and the schedule's arrays.
        history: name -> (R,) of each epoch that was trained since the state was made or loaded, epoch 0 included; a
            checkpoint has none of it, for the journal has it all.

    Example:
        >>> state = TrainingState.before(Parameters(np.zeros((2, 3)), {"b_y": (3,)}))
        >>> state.history["val/loss"] = [np.array([0.5, 0.4]), np.array([0.2, 0.1])]
        >>> state
        TrainingState(epoch 0, 2 replicas, 0 diverged)
        >>> state.curves["val/loss"].shape
        (2, 2)
    """

    parameters: Parameters
    best: Parameters
    epoch: int
    updates: int
    first_loss: Array
    best_loss: Array
    kept_epoch: Array
    stopped: Array
    reasons: list[str]
    diverged: Array
    moments: dict[str, Array] = field(default_factory=dict)
    schedule: dict[str, Array] = field(default_factory=dict)
    history: dict[str, list[Array]] = field(default_factory=dict)

    def __repr__(self) -> str:
        R, lost = self.parameters.replicas, int(self.diverged.sum())
        return f"TrainingState(epoch {self.epoch}, {R} replica{'s' * (R > 1)}, {lost} diverged)"

    @property
    def curves(self) -> dict[str, Array]:
        """Each metric by epoch, (E, R)."""
        return {name: np.array(values) for name, values in self.history.items()}

    @classmethod
    def before(cls, parameters: Parameters) -> "TrainingState":
        """The state before any update."""
        R = parameters.replicas
        return cls(
            parameters=parameters,
            best=parameters.copy(),
            epoch=0,
            updates=0,
            first_loss=np.full(R, np.inf),
            best_loss=np.full(R, np.inf),
            kept_epoch=np.zeros(R, int),
            stopped=np.full(R, RUNNING),
            reasons=[""] * R,
            diverged=np.zeros(R, bool),
        )

    @property
    def running(self) -> Array:
        """(R,) which replicas still train."""
        return np.asarray(self.stopped == RUNNING)

    def stop(self, replicas: Array, reason: str, *, diverged: bool = False) -> None:
        """Let the replicas of a mask (R,) stop at this epoch, those that have not stopped before."""
        for r in np.flatnonzero(replicas & self.running):
            self.stopped[r], self.reasons[r], self.diverged[r] = self.epoch, reason, diverged

    def freeze(self) -> None:
        """Give every replica that has stopped its best weights."""
        self.parameters.flat[~self.running] = self.best.flat[~self.running]

    def mismatch(self, fresh: "TrainingState") -> str | None:
        """Name the first part of which a state has more, less or another kind than a fresh one of the same training.

        Example:
            >>> state = TrainingState.before(Parameters(np.zeros((2, 3)), {"b_y": (3,)}))
            >>> state.mismatch(TrainingState.before(Parameters(np.zeros((2, 3)), {"b_y": (3,)})))
            >>> state.mismatch(TrainingState.before(Parameters(np.zeros((2, 4)), {"b_y": (4,)})))
            'parameters'
        """
        for f in fields(self):
            if f.name != "history" and _kind(getattr(self, f.name)) != _kind(getattr(fresh, f.name)):
                return f.name
        whole = (
            self.epoch >= 0 and self.updates >= 0 and (self.stopped >= RUNNING).all() and (self.kept_epoch >= 0).all()
        )
        return None if whole else "epoch"

    def of(self, replicas: slice) -> "TrainingState":
        """The state of some replicas, for updates in place: views of the same arrays, without the history."""

        def part(value: Any) -> Any:
            if isinstance(value, Parameters):
                return value.like(value.flat[replicas])
            if isinstance(value, dict):
                return {name: array[replicas] for name, array in value.items()}
            return value if isinstance(value, int) else value[replicas]

        return TrainingState(**{f.name: part(getattr(self, f.name)) for f in fields(self) if f.name != "history"})

    def copy(self) -> "TrainingState":
        """The state as it is now, without its history: what a checkpoint holds."""
        values = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "history"}
        for name, value in values.items():
            if isinstance(value, dict):
                values[name] = {key: array.copy() for key, array in value.items()}
            elif not isinstance(value, int):
                values[name] = value.copy()
        return TrainingState(**values)

    def save(self, path: Path, **identity: str) -> None:
        """Write an ``.npz`` whole or not at all; ``identity`` are strings to recognise the run by."""
        arrays: dict[str, Any] = {f"identity.{name}": np.array(text) for name, text in identity.items()}
        for f in fields(self):
            if f.name == "history":
                continue
            value = getattr(self, f.name)
            if isinstance(value, Parameters):
                value = value.arrays()
            if isinstance(value, dict):
                arrays |= {f"{f.name}.{name}": array for name, array in value.items()}
            else:
                arrays[f.name] = np.array(value)
        with atomic_write(path) as file:
            np.savez(file, **arrays)

    @classmethod
    def load(cls, path: Path) -> tuple["TrainingState", dict[str, str]]:
        """Read what `save` wrote: the state and the run's identity."""
        groups: dict[str, dict[str, Array]] = {
            name: {} for name in ("parameters", "best", "moments", "schedule", "identity")
        }
        plain: dict[str, Any] = {}
        for key, array in read_npz(path).items():
            group, _, name = key.partition(".")
            if group in groups:
                groups[group][name] = array
            else:
                plain[key] = array
        plain |= {"epoch": int(plain["epoch"]), "updates": int(plain["updates"]), "reasons": plain["reasons"].tolist()}
        state = cls(
            parameters=Parameters.from_arrays(groups["parameters"]),
            best=Parameters.from_arrays(groups["best"]),
            moments=groups["moments"],
            schedule=groups["schedule"],
            **plain,
        )
        return state, {name: str(text) for name, text in groups["identity"].items()}


def _kind(value: Any) -> Any:
    """Properties that have to be the same for one value to stand in another's place."""
    if isinstance(value, Parameters):
        return _kind(value.arrays())
    if isinstance(value, dict):
        return {name: (each.shape, each.dtype) for name, each in value.items()}
    if isinstance(value, list):
        return [type(each) for each in value]
    # First and best losses have the parameters' precision, but for the infinity that they begin with.
    return (value.shape, value.dtype.kind) if isinstance(value, np.ndarray) else type(value)
