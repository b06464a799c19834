"""What every simulated dynamical system shares: a transient that may be thrown away."""

from abc import abstractmethod

import numpy as np
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.sequences.generator import Generator
from rnn_lab.sequences.scaling import Array


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Trajectory(Generator):
    """A series simulated from an initial state, of which the first rows may be thrown away.

    Args:
        transient: rows simulated and thrown away before the first row of the series, >= 0: the time that the system
            needs from its initial state to its attractor.
    """

    transient: int = Field(default=0, ge=0)

    @abstractmethod
    def simulate(self, rows: int, rng: np.random.Generator) -> Array:
        """Return ``rows`` rows from the initial state on, (rows, C)."""

    def sample(self, rng: np.random.Generator) -> Array:
        """Simulate, and throw the transient away."""
        values = self.simulate(self.transient + self.length, rng)
        # Looked at here as well, so that the step is counted from the initial state.
        self.refuse_divergence(values)
        return values[self.transient :]
