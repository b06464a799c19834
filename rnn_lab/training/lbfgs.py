"""L-BFGS on all training records, by SciPy."""

from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT, short_repr
from rnn_lab.network import Parameters
from rnn_lab.training.clipping import Clipping
from rnn_lab.training.optimizer import Array, Optimizer, ValueAndGradient
from rnn_lab.training.state import TrainingState


@dataclass(frozen=True, kw_only=True, config=STRICT)
class LBFGS(Optimizer):
    """Limited-memory quasi-Newton steps with SciPy's line search; no learning rate to choose.

    An epoch is one call of SciPy's minimiser of at most ``iterations`` steps, started where the last one ended and
    with an empty memory: so an epoch depends on the weights alone, and a resumed run goes on to the bit.

    Args:
        iterations: steps an epoch.
        memory: pairs of steps and gradient differences remembered.

    With ``trainer.bptt_truncate`` below the window, the line search is handed a gradient that is not the loss's own: it
    may come down all the same, or give up early.

    Example:
        >>> LBFGS(iterations=50).memory
        50

    Reference: Byrd, Lu, Nocedal & Zhu, "A limited memory algorithm for bound constrained optimization" (1995).
    """

    __repr__ = short_repr

    iterations: Annotated[int, Field(ge=1)] = 200
    memory: Annotated[int, Field(ge=1)] = 50

    one_loss: ClassVar[bool] = True

    def begin_training(self, state: TrainingState) -> None:
        """Remember nothing from one epoch to the next."""

    def step(
        self, state: TrainingState, loss: ValueAndGradient, clipping: Clipping, progress: float, epochs: int
    ) -> Array:
        """Minimise the loss of each replica that still runs, by at most ``iterations`` steps.

        Returns:
            The gradient's length at the end, and zeros (none is clipped): (2, R).
        """
        from scipy.optimize import minimize  # only this optimizer needs SciPy: others start faster without

        seen, steps = np.zeros((2, state.parameters.replicas)), 0
        for r in np.flatnonzero(state.running).tolist():
            own = state.parameters.select(r)

            def objective(theta: Array, own: Parameters = own, r: int = r) -> tuple[float, Array]:
                value, gradient = loss(own.like(theta[None].astype(own.flat.dtype)), replica=r)
                return float(value[0]), gradient.flat[0].astype(np.float64)

            found = minimize(
                objective,
                own.flat[0].astype(np.float64),
                jac=True,
                method="L-BFGS-B",
                options={
                    "maxiter": self.iterations,
                    "maxcor": self.memory,
                    "maxfun": 20 * self.iterations,
                    "ftol": 0.0,
                    "gtol": 0.0,
                },
            )
            state.parameters.flat[r] = found.x
            steps = max(steps, int(found.nit))
            seen[0, r] = np.linalg.norm(found.jac)
        state.updates += steps  # in lockstep: as many as the replica that took most
        return seen

    def rates(self, state: TrainingState, epochs: int) -> Array:
        """1, the full step that the line search tries first; there is no learning rate."""
        return np.ones(state.parameters.replicas)

    def observe(self, state: TrainingState, loss: Array) -> None:
        """Ignore the losses."""

    @property
    def described(self) -> str:
        """Its name."""
        return "LBFGS"
