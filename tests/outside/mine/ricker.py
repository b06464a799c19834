"""The Ricker map: a population that grows, and starves where it is large."""

import math
from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.sequences.generator import Orbit


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Ricker(Orbit):
    """x_{n+1} = x_n exp(r (1 - x_n)): chaotic for r above about 2.69.

    Args:
        r: the growth rate.
        start: x_0; length and noise as in `Generator`.

    Reference: May, "Biological populations with nonoverlapping generations" (1974).
    """

    r: Annotated[float, Field(gt=0)] = 2.8
    start: Annotated[float, Field(gt=0)] = 0.5

    def orbit(self, rng):
        """One row after the other, without end."""
        x = self.start
        while True:
            yield (x,)
            x *= math.exp(self.r * (1 - x))
