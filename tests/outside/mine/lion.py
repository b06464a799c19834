"""The Lion optimizer: steps of one size, whose signs are a momentum's."""

from dataclasses import field
from typing import Annotated

import numpy as np
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.training import Constant, FirstOrder
from rnn_lab.training.schedules import Schedule


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Lion(FirstOrder):
    """theta <- theta - rate sign(beta1 m + (1 - beta1) g),    m <- beta2 m + (1 - beta2) g.

    Reference: Chen et al., "Symbolic discovery of optimization algorithms" (2023).
    """

    learning_rate: Annotated[float, Field(gt=0)] = 0.001
    beta1: Annotated[float, Field(ge=0, lt=1)] = 0.9
    beta2: Annotated[float, Field(ge=0, lt=1)] = 0.99
    schedule: Schedule = field(default_factory=Constant)

    def begin(self, theta):
        """The moments before the first update."""
        return {"mean": np.zeros_like(theta)}

    def update(self, theta, gradient, rate, moments, count):
        """Apply the rule, in place."""
        mean = moments["mean"]
        theta -= rate * np.sign(self.beta1 * mean + (1 - self.beta1) * gradient)
        mean *= self.beta2
        mean += (1 - self.beta2) * gradient
