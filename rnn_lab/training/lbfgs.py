"""L-BFGS on all training records, by SciPy."""

from collections.abc import Sequence
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.errors import BadInput
from rnn_lab.network import Network, Parameters
from rnn_lab.rules.bptt import TruncatedGradient
from rnn_lab.sequences import Records
from rnn_lab.training.layout import TimeMajor
from rnn_lab.training.state import TrainingState
from rnn_lab.training.trainer import Trainer

Array = NDArray[Any]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class LBFGS:
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
        20

    Reference: Byrd, Lu, Nocedal & Zhu, "A limited memory algorithm for bound constrained optimization" (1995).
    """

    iterations: Annotated[int, Field(ge=1)] = 100
    memory: Annotated[int, Field(ge=1)] = 20


class FullBatch:
    """One epoch of L-BFGS for each replica, in the place of `MiniBatches`.

    Args:
        network, trainer, optimizer: what to train and how.
        seeds: one for each replica.
        records: scaled training records.
    """

    def __init__(
        self, network: Network, trainer: Trainer, optimizer: LBFGS, seeds: Sequence[int], records: Records
    ) -> None:
        if trainer.update_rule != "bptt" or trainer.clip_value is not None or trainer.clip_norm is not None:
            raise BadInput("optimizer=lbfgs needs trainer.update_rule=bptt, and trainer.clip_value and clip_norm null.")
        if trainer.batch(len(records)) != len(records):
            raise BadInput(
                f"optimizer=lbfgs uses all {len(records)} training records at once: set trainer.batch_size=null "
                f"(it is {trainer.batch_size})."
            )
        self.optimizer = optimizer
        self.dtype = network.dtype
        self.rule = TruncatedGradient(network, 1, len(records), trainer.bptt_truncate, trainer.bptt_stride)
        self.batch = TimeMajor(network, records).batch(np.arange(len(records))[None])

    def __call__(self, state: TrainingState) -> tuple[Array, Array]:
        """Train the replicas that still run for one epoch, in place.

        Returns:
            The gradient's length at the end, and zeros (none is clipped), each (R,).
        """
        from scipy.optimize import minimize  # only this optimizer needs SciPy: others start faster without

        lengths, steps = np.zeros(state.parameters.replicas), 0
        for r in np.flatnonzero(state.running).tolist():
            template = state.parameters.select(r)

            def objective(theta: Array, template: Parameters = template) -> tuple[float, Array]:
                loss, gradient = self.rule(template.like(theta[None].astype(self.dtype)), *self.batch)
                return float(loss[0]), gradient.flat[0].astype(np.float64)

            found = minimize(
                objective,
                template.flat[0].astype(np.float64),
                jac=True,
                method="L-BFGS-B",
                options={
                    "maxiter": self.optimizer.iterations,
                    "maxcor": self.optimizer.memory,
                    "maxfun": 20 * self.optimizer.iterations,
                    "ftol": 0.0,
                    "gtol": 0.0,
                },
            )
            state.parameters.flat[r] = found.x
            steps = max(steps, int(found.nit))
            lengths[r] = np.linalg.norm(found.jac)
        state.updates += steps  # in lockstep: as many as the replica that took most
        return lengths, np.zeros_like(lengths)
