"""Delayed recall: give back, at each step, the input of d steps ago."""

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.errors import BadInput
from rnn_lab.sequences.criteria import close
from rnn_lab.sequences.records import Records
from rnn_lab.sequences.task import Task, Yardsticks, collect, of_numbers

ERROR = 0.04


@dataclass(frozen=True, kw_only=True, config=STRICT)
class DelayedRecall(Task):
    """y_t = u_{t-d}, u independent and uniform on [-1/2, 1/2).

    The first d targets have no input yet and do not count. Summed over all d, the squared correlation of the best
    readouts of a network's state with the targets is its memory capacity: at most H, and H for almost every linear
    network of H units.

    No memory: 0 always, with mean squared error 1/12. Solved if every target is met within 0.04 (none is published:
    the adding problem's criterion, for a target whose range is 1 as well).

    Args:
        length: T.
        delay: d, from 1 to T - 1.

    Example:
        >>> records = DelayedRecall(length=50, delay=5).draw(np.random.default_rng(0), 3)
        >>> bool((records.Y[:, 5:] == records.X[:, :-5]).all()), records.mask[0, :7].tolist()
        (True, [False, False, False, False, False, True, True])

    Reference: Jaeger, "Short term memory in echo state networks" (2001).
    """

    each_step: ClassVar[bool] = True
    classes: ClassVar[bool] = False

    length: int
    delay: int = Field(gt=0)

    def __post_init__(self) -> None:
        if self.length <= self.delay:
            raise BadInput(
                f"data.task.length={self.length} must exceed data.task.delay={self.delay}: no target would count"
            )

    @property
    def inputs(self) -> tuple[str, ...]:
        """The channel's name."""
        return ("u",)

    @property
    def targets(self) -> tuple[str, ...]:
        """The number's name."""
        return ("y",)

    @property
    def window(self) -> int:
        """T."""
        return self.length

    def draw(self, rng: np.random.Generator, records: int) -> Records:
        """N records; random numbers come from ``rng`` alone."""
        X = rng.uniform(-0.5, 0.5, (records, self.length, 1))
        Y = np.zeros_like(X)
        Y[:, self.delay :] = X[:, : -self.delay]
        mask = np.ones((records, self.length), bool)
        mask[:, : self.delay] = False
        return collect(X, Y, mask)

    def yardsticks(self) -> Yardsticks:
        """The variance of a uniform number, 1/12: no memory can do better than its mean."""
        return {"no memory": of_numbers(1 / 12)}

    def success(self, outputs: NDArray[Any], records: Records) -> NDArray[np.bool_]:
        """Every number that counts is met closely: (..., N)."""
        return close(outputs, records, ERROR)
