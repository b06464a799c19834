"""Base class of tasks: records drawn at will, an answer that is known, and how well one does without memory."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.sequences.records import Records

Yardsticks = dict[str, dict[str, float]]
"""Name of an answer -> its figures: loss, and rmse of numbers or accuracy and bits of classes."""


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Task(ABC):
    """A recipe for records: ``task.draw(rng, N)`` gives N of them, each independent of the others.

    A task of your own is a subclass that adds its parameters as fields and defines all that is abstract here.

    Attributes:
        each_step: whether there is a target at each step, or one after the last.
        classes: whether a target is one of the O classes, or O numbers.
    """

    each_step: ClassVar[bool]
    classes: ClassVar[bool]

    @property
    @abstractmethod
    def inputs(self) -> tuple[str, ...]:
        """The D input channels' names."""

    @property
    @abstractmethod
    def targets(self) -> tuple[str, ...]:
        """The O names: of the target numbers, or of the classes."""

    @property
    def target_shape(self) -> tuple[int, ...]:
        """Shape of one target: (), the position of a class, or (O,) numbers."""
        return () if self.classes else (len(self.targets),)

    @property
    @abstractmethod
    def window(self) -> int:
        """T, the steps of a record; where sequences differ in length, those of the longest."""

    @abstractmethod
    def draw(self, rng: np.random.Generator, records: int) -> Records:
        """Return N records; random numbers come from ``rng`` alone."""

    @abstractmethod
    def yardsticks(self) -> Yardsticks:
        """Return what certain answers score in expectation, exactly.

        ``loss`` is the mean over the targets that count of half the squared error, or of the cross-entropy in nats;
        ``bits`` is the latter in bits a symbol.

            no memory     the best answer that recalls nothing of what went before
            chance        all classes alike
            entropy       the best answer there is, where even perfect memory leaves the next symbol open
        """

    def ideal(self, records: Records) -> float | None:
        """Return the loss of the best answer there is on just these records; None where that is 0, or unknown."""
        return None

    @abstractmethod
    def success(self, outputs: NDArray[Any], records: Records) -> NDArray[np.bool_]:
        """Tell which records are solved: raw outputs (..., N, [T,] O), numbers or logits -> (..., N)."""


def collect(X: NDArray[Any], Y: NDArray[Any], mask: NDArray[np.bool_] | None = None) -> Records:
    """Number records that belong to no series."""
    return Records(np.ascontiguousarray(X), np.ascontiguousarray(Y), np.arange(len(X), dtype=np.int64), mask)


def one_hot(codes: NDArray[np.int64], symbols: int) -> NDArray[np.float64]:
    """Write each code as a vector with a single 1; the code -1, no symbol, as zeros: (...) -> (..., symbols).

    Example:
        >>> one_hot(np.array([1, -1]), 3).tolist()
        [[0.0, 1.0, 0.0], [0.0, 0.0, 0.0]]
    """
    return np.eye(symbols + 1, symbols)[codes]  # the last row, -1, is zeros


def of_numbers(mean_squared_error: float) -> dict[str, float]:
    """Return the figures of an answer in numbers.

    Example:
        >>> of_numbers(0.5)
        {'loss': 0.25, 'rmse': 0.707107}
    """
    return {"loss": 0.5 * mean_squared_error, "rmse": float(np.sqrt(mean_squared_error))}


def of_classes(cross_entropy: float, accuracy: float) -> dict[str, float]:
    """Return the figures of an answer in probabilities; the cross-entropy in nats.

    Example:
        >>> of_classes(np.log(4), 0.25)
        {'loss': 1.386294, 'accuracy': 0.25, 'bits': 2.0}
    """
    loss = float(cross_entropy)
    return {"loss": loss, "accuracy": float(accuracy), "bits": float(loss / np.log(2))}


def chance(classes: int) -> Yardsticks:
    """Return what guessing scores, all classes being alike."""
    return {"chance": of_classes(np.log(classes), 1 / classes)}
