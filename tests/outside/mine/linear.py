"""A learning rate that falls along a line."""

from typing import Annotated

import numpy as np
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Linear:
    """From 1 to ``final``: 1 - (1 - final) epoch / epochs.

    Args:
        final: the factor at the last epoch.
    """

    final: Annotated[float, Field(ge=0, le=1)] = 0.0

    def begin(self, replicas):
        """The state before the first epoch: arrays with a leading R, which a checkpoint holds."""
        return {"ones": np.ones(replicas)}

    def factor(self, state, epoch, epochs):
        """The factor (R,) after so many of so many epochs."""
        return state["ones"] * (1 - (1 - self.final) * epoch / max(epochs, 1))

    def observe(self, state, loss):
        """Ignore the losses."""
