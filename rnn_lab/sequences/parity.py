"""Parity: is the number of ones so far even or odd?"""

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.sequences.criteria import certain
from rnn_lab.sequences.records import Records
from rnn_lab.sequences.task import Task, Yardsticks, chance, collect

ERROR = 0.1


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Parity(Task):
    """The running exclusive or of n bits: y_t = y_{t-1} xor x_t, y_0 = 0, a target at each step.

    Input: 1 or -1, alike. Classes: even and odd, of the number of 1 so far. One bit of memory suffices, but no part of
    the past may be missed: any proper subset of the bits says nothing about the answer.

    Solved if each answer's probability is within 0.1 of what it should be.

    Args:
        length: n, >= 2.

    Example:
        >>> records = Parity(length=6).draw(np.random.default_rng(0), 1)
        >>> records.X[0, :, 0], records.Y[0]
        (array([ 1.,  1.,  1., -1., -1., -1.]), array([1, 0, 1, 1, 1, 1]))

    References:
        Bengio, Simard & Frasconi, "Learning long-term dependencies with gradient descent is difficult" (1994).
    """

    each_step: ClassVar[bool] = True
    classes: ClassVar[bool] = True

    length: int = Field(ge=2)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The channel's name."""
        return ("bit",)

    @property
    def targets(self) -> tuple[str, ...]:
        """The classes' names."""
        return ("even", "odd")

    @property
    def window(self) -> int:
        """The n bits."""
        return self.length

    def draw(self, rng: np.random.Generator, records: int) -> Records:
        """N records; random numbers come from ``rng`` alone."""
        bits = rng.integers(2, size=(records, self.length))
        odd = np.bitwise_xor.accumulate(bits, axis=1)
        return collect(2.0 * bits[:, :, None] - 1.0, odd if self.each_step else odd[:, -1])

    def yardsticks(self) -> Yardsticks:
        """Without memory of all bits the classes are alike."""
        return chance(2)

    def success(self, outputs: NDArray[Any], records: Records) -> NDArray[np.bool_]:
        """The right class is certain, up to the criterion's error, wherever it counts: (..., N)."""
        return certain(outputs, records, ERROR)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class FinalParity(Parity):
    """The parity of n bits, asked for after the last one alone: the benchmark that random guessing solves.

    All else as in `Parity`.

    Example:
        >>> FinalParity(length=6).draw(np.random.default_rng(0), 4).Y
        array([1, 1, 0, 0])

    Reference: Schmidhuber, Hochreiter & Bengio, "Evaluating benchmark problems by random guessing" (2001), whose
    criterion this is.
    """

    each_step: ClassVar[bool] = False
