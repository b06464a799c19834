"""Learning-rate schedules: the factor on the learning rate as training goes on.

A schedule is asked before every update with a fractional epoch (2.5 = half way through the third epoch), and told the
validation loss after every epoch. What it remembers lives in a state of arrays, so that a checkpoint can hold it.
"""

from typing import Annotated, Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT

Array = NDArray[Any]
State = dict[str, Array]


@runtime_checkable  # so that pydantic can refuse an optimizer's schedule that is none
class Schedule(Protocol):
    """Interface of learning-rate schedules."""

    def begin(self, replicas: int) -> State:
        """The state before the first epoch: arrays with a leading R."""

    def factor(self, state: State, epoch: float, epochs: int) -> Array:
        """The factor on the learning rate, (R,), after ``epoch`` of ``epochs`` epochs."""

    def observe(self, state: State, loss: Array) -> None:
        """Take note of the validation losses (R,) after an epoch."""


class _Stateless:
    def begin(self, replicas: int) -> State:
        """Remember how many replicas there are, and nothing else."""
        return {"ones": np.ones(replicas)}

    def observe(self, state: State, loss: Array) -> None:
        """Ignore the losses."""


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Constant(_Stateless):
    """The factor 1 throughout.

    Example:
        >>> schedule = Constant()
        >>> schedule.factor(schedule.begin(replicas=1), epoch=3.0, epochs=10)
        array([1.])
    """

    def factor(self, state: State, epoch: float, epochs: int) -> Array:
        """One, always."""
        return state["ones"]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Cosine(_Stateless):
    """From 1 to ``final`` along half a cosine: final + (1 - final) (1 + cos(pi epoch / epochs)) / 2.

    Args:
        final: the factor at the last epoch.

    Example:
        >>> schedule = Cosine(final=0.1)
        >>> schedule.factor(schedule.begin(replicas=1), epoch=5.0, epochs=10)
        array([0.55])

    Reference: Loshchilov & Hutter, "SGDR: stochastic gradient descent with warm restarts" (2017), without restarts.
    """

    final: Annotated[float, Field(ge=0, le=1)] = 0.0

    def factor(self, state: State, epoch: float, epochs: int) -> Array:
        """The factor (R,) after so many of so many epochs."""
        progress = 0.5 * (1 + np.cos(np.pi * epoch / max(epochs, 1)))
        return np.asarray(state["ones"] * (self.final + (1 - self.final) * progress))


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Exponential(_Stateless):
    """``gamma`` to the power of the epoch.

    Args:
        gamma: factor an epoch.

    Example:
        >>> schedule = Exponential(gamma=0.5)
        >>> schedule.factor(schedule.begin(replicas=1), epoch=2.0, epochs=10)
        array([0.25])
    """

    gamma: Annotated[float, Field(gt=0, le=1)] = 0.97

    def factor(self, state: State, epoch: float, epochs: int) -> Array:
        """The factor (R,): gamma^epoch."""
        return np.asarray(state["ones"] * self.gamma**epoch)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class ReduceOnPlateau:
    """Multiply by ``reduce`` whenever the validation loss has not improved for more than ``patience`` epochs.

    Each replica has its own plateau.

    Args:
        reduce: the multiplier.
        patience: epochs without improvement that are borne.
        threshold: an improvement is a loss below (1 - threshold) times the best.
        minimum: the factor never falls below it.

    Example:
        >>> schedule = ReduceOnPlateau(reduce=0.5, patience=1)
        >>> state = schedule.begin(replicas=1)
        >>> for loss in (1.0, 1.0, 1.0):
        ...     schedule.observe(state, np.array([loss]))
        >>> schedule.factor(state, epoch=3.0, epochs=10)
        array([0.5])
    """

    reduce: Annotated[float, Field(gt=0, lt=1)] = 0.5
    patience: Annotated[int, Field(ge=0)] = 10
    threshold: Annotated[float, Field(ge=0, lt=1)] = 1e-4
    minimum: Annotated[float, Field(ge=0, le=1)] = 0.0

    def begin(self, replicas: int) -> State:
        """Factor, best loss and epochs without improvement of each replica."""
        return {"factor": np.ones(replicas), "best": np.full(replicas, np.inf), "wait": np.zeros(replicas)}

    def factor(self, state: State, epoch: float, epochs: int) -> Array:
        """The factor (R,) that the losses have led to."""
        return state["factor"]

    def observe(self, state: State, loss: Array) -> None:
        """Count epochs without improvement, and reduce the factor after too many."""
        better = loss < state["best"] * (1 - self.threshold)
        state["best"] = np.where(better, loss, state["best"])
        state["wait"] = np.where(better, 0, state["wait"] + 1)
        plateau = state["wait"] > self.patience
        state["factor"] = np.where(plateau, np.maximum(state["factor"] * self.reduce, self.minimum), state["factor"])
        state["wait"] = np.where(plateau, 0, state["wait"])
