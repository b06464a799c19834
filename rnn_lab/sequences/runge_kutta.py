"""The classical Runge-Kutta method of order four, and flows sampled with it."""

from abc import abstractmethod
from collections.abc import Callable, Iterator

import numpy as np
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.sequences.scaling import Array
from rnn_lab.sequences.trajectory import Trajectory


def rk4_step(derivative: Callable[[Array], Array], state: Array, step: float) -> Array:
    """Advance dx/dt = derivative(x) by one step; the error of a step is O(step^5), of a fixed time O(step^4).

    Args:
        derivative: maps a state to its rate of change, of the same shape.
        state: x, of any shape.
        step: h, in the units of t.

    Example:
        >>> rk4_step(lambda x: x, np.array([1.0]), 0.1).round(8).tolist()  # e^0.1 = 1.10517092
        [1.10517083]

    References:
        Kutta, "Beitrag zur näherungsweisen Integration totaler Differentialgleichungen" (1901).
    """
    k1 = derivative(state)
    k2 = derivative(state + 0.5 * step * k1)
    k3 = derivative(state + 0.5 * step * k2)
    k4 = derivative(state + step * k3)
    return state + (step / 6.0) * (k1 + 2.0 * (k2 + k3) + k4)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Flow(Trajectory):
    """An autonomous differential equation dx/dt = f(x), sampled at t = 0, step, 2 step, ...

    Args:
        step: time between two rows, > 0, in the equation's units of time.
        substeps: steps of the Runge-Kutta method per row, >= 1; more are more accurate and change no sampling time.
    """

    step: float = Field(default=0.01, gt=0.0)
    substeps: int = Field(default=1, gt=0)

    @abstractmethod
    def initial(self) -> Array:
        """Return x(0), (C,)."""

    @abstractmethod
    def derivative(self, state: Array) -> Array:
        """Return f(x), of the shape of ``state``: (C,), or (C, K) for K states side by side."""

    def orbit(self, rng: np.random.Generator) -> Iterator[Array]:
        """Yield x(0), x(step), x(2 step), ..., each (C,)."""
        state = self.initial()
        while True:
            yield state
            for _ in range(self.substeps):
                state = rk4_step(self.derivative, state, self.step / self.substeps)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Flow3D(Flow):
    """A flow of three variables x, y, z.

    Args:
        start: [x, y, z] at t = 0.
    """

    start: list[float] = Field(default_factory=lambda: [1.0, 1.0, 1.0], min_length=3, max_length=3)

    @property
    def columns(self) -> tuple[str, ...]:
        """The three variables."""
        return ("x", "y", "z")

    def initial(self) -> Array:
        """Return (3,)."""
        return np.array(self.start)
