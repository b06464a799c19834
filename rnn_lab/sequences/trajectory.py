"""Base class of simulated dynamical systems: a transient may be thrown away."""

from collections.abc import Iterator

import numpy as np
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.sequences.generator import Orbit, gather
from rnn_lab.sequences.scaling import Array


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Trajectory(Orbit):
    """A series simulated from an initial state, of which the first rows may be thrown away.

    Args:
        transient: rows simulated and thrown away before the first row of the series, >= 0: the time that the system
            needs from its initial state to its attractor.
    """

    transient: int = Field(default=0, ge=0)

    def clean(self, rng: np.random.Generator, rows: int) -> Iterator[Array]:
        """Simulate, throw the transient away, and yield what follows, (rows, C)."""
        orbit, step = self.orbit(rng), 0
        for length in (self.transient, self.length):
            for values in gather(orbit, length, rows):
                # Looked at here as well, so that the step is counted from the initial state.
                self.refuse_divergence(values, step)
                step += len(values)
                if step > self.transient:
                    yield values
