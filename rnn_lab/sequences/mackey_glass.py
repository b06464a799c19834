"""The Mackey-Glass equation, and an integrator of order four for its delay."""

import math
from collections import deque
from collections.abc import Iterator
from itertools import count

import numpy as np
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.errors import BadInput
from rnn_lab.sequences.trajectory import Trajectory


@dataclass(frozen=True, kw_only=True, config=STRICT)
class MackeyGlass(Trajectory):
    """dy/dt = beta y(t - tau) / (1 + y(t - tau)^n) - gamma y, with y = start before t = 0; rows at t = 0, step, ...

    The classical Runge-Kutta method with h = step / substeps. Its half steps need the delayed y between two grid
    points: the cubic Hermite polynomial through both values and both slopes is accurate to O(h^4), so the whole
    method is of order four. (Linear interpolation, or holding the delayed value for a step, would leave order two or
    one.) y' jumps at t = 0 and y^(k+1) at t = k tau: with tau a multiple of h every jump lies on the grid.

    y = 1 is a stationary state for any tau if beta = 2 gamma. Chaotic for tau > 16.8.

    Args:
        beta: production rate.
        gamma: decay rate.
        exponent: n.
        tau: the delay, > 0, in the units of t; a multiple of step / substeps.
        start: y for t <= 0, > 0.
        step: time between two rows, > 0.
        substeps: Runge-Kutta steps per row, >= 1.

    Raises:
        BadInput: on sampling, tau is no multiple of step / substeps.

    Example:
        >>> MackeyGlass(length=3, transient=0)(np.random.default_rng(0)).round(4).tolist()
        [[1.2], [1.1176], [1.043]]

    References:
        Mackey & Glass, "Oscillation and chaos in physiological control systems" (1977); Bellen & Zennaro, "Numerical
        Methods for Delay Differential Equations" (2003), on continuous Runge-Kutta methods.
    """

    transient: int = Field(default=250, ge=0)
    beta: float = 0.2
    gamma: float = 0.1
    exponent: float = 10.0
    tau: float = Field(default=17.0, gt=0.0)
    start: float = Field(default=1.2, gt=0.0)
    step: float = Field(default=1.0, gt=0.0)
    substeps: int = Field(default=10, gt=0)

    @property
    def columns(self) -> tuple[str, ...]:
        """The concentration."""
        return ("y",)

    def orbit(self, rng: np.random.Generator) -> Iterator[tuple[float]]:
        """Yield y(0), y(step), y(2 step), ..."""
        h = self.step / self.substeps
        lag = round(self.tau / h)
        if lag < 1 or not math.isclose(lag * h, self.tau, rel_tol=1e-9):
            raise BadInput(
                f"data.series.tau={self.tau} must be a multiple of data.series.step / data.series.substeps = {h:g}"
            )
        # y and y' of the last tau, the delayed one first: at step n they are those of t = (n - lag) h, ..., n h.
        y = deque([self.start] * (lag + 1), maxlen=lag + 1)
        slope = deque([0.0] * lag, maxlen=lag + 1)
        feed = self._production(y[0])
        for n in count():
            if n % self.substeps == 0:
                yield (y[-1],)
            slope.append(feed - self.gamma * y[-1])
            # At t = 0 the slope jumps from the history's 0 to that of the equation: coming from the left, 0 counts.
            end = 0.0 if n + 1 == lag else slope[1]
            halfway = 0.5 * (y[0] + y[1]) + 0.125 * h * (slope[0] - end)
            feed_halfway, feed_after = self._production(halfway), self._production(y[1])
            now = y[-1]
            k1 = slope[-1]
            k2 = feed_halfway - self.gamma * (now + 0.5 * h * k1)
            k3 = feed_halfway - self.gamma * (now + 0.5 * h * k2)
            k4 = feed_after - self.gamma * (now + h * k3)
            y.append(now + h / 6.0 * (k1 + 2.0 * (k2 + k3) + k4))
            feed = feed_after

    def _production(self, delayed: float) -> float:
        """Return beta y / (1 + y^n) of the delayed y; NaN once y has run away or turned negative."""
        try:
            return self.beta * delayed / (1.0 + math.pow(delayed, self.exponent))
        except (OverflowError, ValueError, ZeroDivisionError):
            return math.nan
