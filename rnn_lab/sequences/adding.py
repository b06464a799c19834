"""The adding problem, in the form of today and in that of 1997: add two marked numbers of a long sequence."""

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.sequences.criteria import close
from rnn_lab.sequences.records import Records
from rnn_lab.sequences.task import Task, Yardsticks, collect, of_numbers

ERROR = 0.04
"""Right if the absolute error is below it: Hochreiter & Schmidhuber's, of a target in [0, 1]."""


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Adding(Task):
    """The sum of two marked values, one in each half of the sequence.

    Inputs: a value, uniform on [0, 1), and a marker, 1 at two steps and 0 elsewhere: one is uniform over the first half
    (the shorter, if T is odd), the other over the second. Target after the last step: the sum of the marked values.
    Solved if it is met within 0.04.

    No memory: 1 is the best constant answer, and the sum of two uniform numbers has variance 1/6 exactly (the 0.1767
    often printed is wrong).

    Args:
        length: T, >= 2.

    Example:
        >>> records = Adding(length=30).draw(np.random.default_rng(0), 5)
        >>> value, marker = np.moveaxis(records.X, -1, 0)
        >>> bool(np.allclose((value * marker).sum(axis=1), records.Y[:, 0]))
        True

    References:
        Le, Jaitly & Hinton, "A simple way to initialize recurrent networks of rectified linear units" (2015); the
        halves are those of Arjovsky, Shah & Bengio, "Unitary evolution recurrent neural networks" (2016).
    """

    each_step: ClassVar[bool] = False
    classes: ClassVar[bool] = False

    length: int = Field(ge=2)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The channels' names."""
        return ("value", "marker")

    @property
    def targets(self) -> tuple[str, ...]:
        """The one number's name."""
        return ("sum",)

    @property
    def window(self) -> int:
        """T."""
        return self.length

    def draw(self, rng: np.random.Generator, records: int) -> Records:
        """N records; random numbers come from ``rng`` alone."""
        half, each = self.length // 2, np.arange(records)
        X = np.zeros((records, self.length, 2))
        X[:, :, 0] = rng.random((records, self.length))
        X[each, rng.integers(half, size=records), 1] = 1.0
        X[each, rng.integers(half, self.length, size=records), 1] = 1.0
        return collect(X, X.prod(axis=2).sum(axis=1)[:, None])

    def yardsticks(self) -> Yardsticks:
        """The variance of a sum of two values, 1/6: no memory can do better than their mean."""
        return {"no memory": of_numbers(1 / 6)}

    def success(self, outputs: NDArray[Any], records: Records) -> NDArray[np.bool_]:
        """The sum is met within 0.04: (..., N)."""
        return close(outputs, records, ERROR)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class AddingOriginal(Task):
    """The adding problem as first published: values of either sign, sequences of different length.

    Inputs: a value, uniform on [-1, 1), and a marker. Sequences have T to T + T/10 steps, all lengths alike. One of the
    first ten steps is marked 1, then one of the first T/2 - 1 not yet marked; all others are 0, but for the first and
    the last, which are -1. The target, at the last step alone, is 1/2 + (X1 + X2) / 4, a number in [0, 1], with the
    values X1, X2 of the two. Solved if it is met within 0.04.

    The first step keeps its -1 even if it was to be marked, and counts as 0 then. (The paper sets X1 to zero in that
    "rare case", and is silent on X2.) What lies beyond a sequence's end is zero, and its targets do not count.

    No memory: 1/2 always, with mean squared error (2 - 1/10 - 9/10 / (T/2 - 1)) / 48: a value on [-1, 1) has variance
    1/3, and the two are on the first step with probability 1/10 and 9/10 / (T/2 - 1).

    Args:
        length: T, >= 11, so that the first ten steps end before the last.

    Example:
        >>> records = AddingOriginal(length=100).draw(np.random.default_rng(0), 5)
        >>> records.X.shape, records.mask.sum(axis=1).tolist(), records.Y[records.mask].shape
        ((5, 110, 2), [1, 1, 1, 1, 1], (5, 1))

    Reference: Hochreiter & Schmidhuber, "Long short-term memory" (1997), experiment 4.
    """

    each_step: ClassVar[bool] = True
    classes: ClassVar[bool] = False

    length: int = Field(ge=11)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The channels' names."""
        return ("value", "marker")

    @property
    def targets(self) -> tuple[str, ...]:
        """The one number's name."""
        return ("scaled sum",)

    @property
    def window(self) -> int:
        """T + T/10."""
        return self.length + self.length // 10

    def draw(self, rng: np.random.Generator, records: int) -> Records:
        """N records; random numbers come from ``rng`` alone."""
        each, steps = np.arange(records), np.arange(self.window)
        last = rng.integers(self.length - 1, self.window, size=records)
        first = rng.integers(10, size=records)
        second = rng.integers(self.length // 2 - 1, size=records)
        second += second >= first  # the first T/2 - 1 that are still unmarked: step over the marked one
        X = np.zeros((records, self.window, 2))
        X[:, :, 0] = np.where(steps <= last[:, None], rng.uniform(-1.0, 1.0, (records, self.window)), 0.0)
        X[each, first, 1] = X[each, second, 1] = 1.0
        X[:, 0, 1] = X[each, last, 1] = -1.0
        mask = steps == last[:, None]
        Y = np.zeros((records, self.window, 1))
        Y[mask, 0] = 0.5 + (X[:, :, 0] * (X[:, :, 1] == 1.0)).sum(axis=1) / 4.0
        return collect(X, Y, mask)

    def yardsticks(self) -> Yardsticks:
        """The variance of the target: a marked value does not count on the first step."""
        return {"no memory": of_numbers((1.9 - 0.9 / (self.length // 2 - 1)) / 48)}

    def success(self, outputs: NDArray[Any], records: Records) -> NDArray[np.bool_]:
        """The number is met within 0.04: (..., N)."""
        return close(outputs, records, ERROR)
