"""Latching: a sign is shown once, then noise; which sign was it?"""

from typing import Annotated, ClassVar

from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.sequences import Task
from rnn_lab.sequences.criteria import ahead
from rnn_lab.sequences.task import chance, collect


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Latch(Task):
    """x_1 = -1 or 1, x_2 .. x_T ~ N(0, noise^2); the class, after the last step, is the sign of x_1.

    Solved if the right class comes first.

    Args:
        length: T.
        noise: standard deviation of what follows.

    Reference: Bengio, Simard & Frasconi, "Learning long-term dependencies with gradient descent is difficult" (1994).
    """

    each_step: ClassVar[bool] = False
    classes: ClassVar[bool] = True

    length: Annotated[int, Field(ge=2)] = 20
    noise: Annotated[float, Field(ge=0)] = 0.2

    @property
    def inputs(self):
        """The input channel's name."""
        return ("x",)

    @property
    def targets(self):
        """The classes' names."""
        return ("minus", "plus")

    @property
    def window(self):
        """T."""
        return self.length

    def draw(self, rng, records):
        """N records; random numbers come from ``rng`` alone."""
        sign = rng.integers(0, 2, records)
        X = self.noise * rng.standard_normal((records, self.length, 1))
        X[:, 0, 0] = 2.0 * sign - 1.0
        return collect(X, sign)

    def yardsticks(self):
        """Without memory the classes are alike."""
        return chance(2)

    def success(self, outputs, records):
        """Whether the right class comes first: (..., N)."""
        return ahead(outputs, records)
