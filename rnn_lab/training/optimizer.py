"""Interface of optimizers: each takes a value and a gradient, and changes the parameters."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from rnn_lab.network import Parameters
from rnn_lab.training.clipping import Clipping
from rnn_lab.training.schedules import Schedule
from rnn_lab.training.state import TrainingState

Array = NDArray[Any]
Moments = dict[str, Array]


class ValueAndGradient(Protocol):
    """The loss of a batch and its gradient, as the learning rule gives them."""

    def __call__(self, parameters: Parameters, replica: int | None = None) -> tuple[Array, Parameters]:
        """Loss (R,) and gradient of R replicas; with ``replica``, of that one alone: parameters with R = 1."""


class Optimizer(ABC):
    """Turns gradients into updates: a frozen component."""

    one_loss: ClassVar[bool] = False
    """True if it goes down one loss, which must not change from one evaluation to the next: then it is given all
    records at once, in their order, and a rule that is that loss's gradient; nothing is clipped."""

    @abstractmethod
    def begin_training(self, state: TrainingState) -> None:
        """Put what it remembers into a new state."""

    @abstractmethod
    def step(
        self, state: TrainingState, loss: ValueAndGradient, clipping: Clipping, progress: float, epochs: int
    ) -> Array:
        """Change the state's parameters by one batch, in place.

        Args:
            state: parameters, moments, and the count of updates.
            loss: of the batch.
            clipping: of its gradient.
            progress: share of the epoch that lies before this update.
            epochs: that training may last.

        Returns:
            The gradient's length before clipping, and whether it was clipped: (2, R).
        """

    @abstractmethod
    def rates(self, state: TrainingState, epochs: int) -> Array:
        """Learning rates (R,) of an epoch's first update."""

    @abstractmethod
    def observe(self, state: TrainingState, loss: Array) -> None:
        """Take note of the validation losses (R,) after an epoch."""

    @property
    @abstractmethod
    def described(self) -> str:
        """Description in a word or two: ``Adam at 0.01``."""


class FirstOrder(Optimizer):
    """An optimizer that takes one gradient for each update.

    One of your own derives from it, has the fields ``learning_rate`` and ``schedule``, and defines `begin` and
    `update`. Every rule sees all replicas at once; nothing is summed across them, so they stay independent.
    """

    learning_rate: float
    schedule: Schedule

    @abstractmethod
    def begin(self, theta: Array) -> Moments:
        """The moments before the first update: arrays like theta (R, P)."""

    @abstractmethod
    def update(self, theta: Array, gradient: Array, rate: Array, moments: Moments, count: int) -> None:
        """Change theta (R, P) and the moments in place.

        Args:
            theta: parameters.
            gradient: (R, P); overwritten: that saves an array and a pass over memory for each update.
            rate: (R, 1), learning rates.
            moments: what `begin` made.
            count: updates so far, this one included: 1, 2, ...
        """

    def begin_training(self, state: TrainingState) -> None:
        """Put the moments and the schedule's state into a new state."""
        state.moments = self.begin(state.parameters.flat)
        state.schedule = self.schedule.begin(state.parameters.replicas)

    def step(
        self, state: TrainingState, loss: ValueAndGradient, clipping: Clipping, progress: float, epochs: int
    ) -> Array:
        """Take the gradient, clip it, and update by it."""
        _, gradient = loss(state.parameters)
        lengths, clipped = clipping(gradient.flat)
        state.updates += 1
        factor = self.schedule.factor(state.schedule, state.epoch + progress, epochs)
        rate = (self.learning_rate * factor).astype(gradient.flat.dtype)[:, None]
        self.update(state.parameters.flat, gradient.flat, rate, state.moments, state.updates)
        return np.stack([lengths, clipped])

    def rates(self, state: TrainingState, epochs: int) -> Array:
        """Learning rates (R,) of an epoch's first update."""
        return np.array(self.learning_rate * self.schedule.factor(state.schedule, state.epoch, epochs))

    def observe(self, state: TrainingState, loss: Array) -> None:
        """Let the schedule take note of the validation losses (R,)."""
        self.schedule.observe(state.schedule, loss)

    @property
    def described(self) -> str:
        """Its class and its learning rate."""
        return f"{type(self).__name__} at {self.learning_rate:g}"
