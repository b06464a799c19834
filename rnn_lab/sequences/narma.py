"""NARMA: a nonlinear autoregressive moving average of a random input, the classic test of memory."""

from collections import deque
from collections.abc import Iterator

import numpy as np
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.sequences.trajectory import Trajectory


@dataclass(frozen=True, kw_only=True, config=STRICT)
class NARMA(Trajectory):
    """y_{t+1} = alpha y_t + beta y_t sum_{i=0..order-1} y_{t-i} + gamma u_{t-order+1} u_t + delta.

    u_t is independent and uniform on [0, 1/2]; y_0 = ... = y_{order-1} = 0. Columns: u, the input, and y. The task is
    to give y_{t+1} from u up to u_t (``columns=u``, ``target=y``, ``horizon=1``). NARMA-10 takes the defaults,
    NARMA-30 (.2, .04, 1.5, .001). An unlucky input may make it diverge, which is refused: take another seed.

    Args:
        order: how many steps back the equation looks, >= 1.
        alpha: weight of the last value.
        beta: weight of its product with the sum of the last ``order`` values.
        gamma: weight of the product of the newest and the oldest input.
        delta: constant.

    Example:
        >>> NARMA(length=3, transient=0, order=1, gamma=0.0)(np.random.default_rng(0))[:, 1].round(4).tolist()
        [0.0, 0.1, 0.1305]

    References:
        Atiya & Parlos, "New results on recurrent network training" (2000).
    """

    transient: int = Field(default=200, ge=0)
    order: int = Field(default=10, gt=0)
    alpha: float = 0.3
    beta: float = 0.05
    gamma: float = 1.5
    delta: float = 0.1

    @property
    def columns(self) -> tuple[str, ...]:
        """The input and the output."""
        return ("u", "y")

    def orbit(self, rng: np.random.Generator) -> Iterator[tuple[float, float]]:
        """Yield (u_0, y_0), (u_1, y_1), ..."""
        u, y = deque[float](maxlen=self.order), np.zeros(self.order)  # the last ``order`` values, the oldest first
        while True:
            u.append(0.5 * rng.random())
            yield u[-1], y[-1]
            following = 0.0
            if len(u) == self.order:
                memory = self.alpha + self.beta * y.sum()
                following = memory * y[-1] + self.gamma * u[0] * u[-1] + self.delta
            y[:-1] = y[1:]
            y[-1] = following
