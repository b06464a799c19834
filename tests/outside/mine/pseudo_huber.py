"""The pseudo-Huber loss: squared where errors are small, absolute where they are large."""

from typing import Annotated

import numpy as np
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.network.losses import Loss


@dataclass(frozen=True, kw_only=True, config=STRICT)
class PseudoHuber(Loss):
    """l = delta^2 / O sum_o (sqrt(1 + (e_o / delta)^2) - 1), where e = o - y; dl/de = e / (O sqrt(1 + (e / delta)^2)).

    Args:
        delta: the error, in scaled units, beyond which it is about linear.
    """

    delta: Annotated[float, Field(gt=0)] = 1.0

    def each(self, outputs, targets):
        """The loss of each prediction, (R, ...)."""
        root = np.sqrt(1 + ((outputs - targets) / self.delta) ** 2)
        return self.delta**2 * np.mean(root - 1, axis=-1)

    def __call__(self, outputs, targets, error, weights=None):
        """L for each replica, (R,); dL/do is written into ``error``."""
        each = self.each(outputs, targets)
        if weights is None:
            weights = np.full_like(each, 1 / each[0].size)
        np.subtract(outputs, targets, out=error)
        error *= weights[..., None] / (outputs.shape[-1] * np.sqrt(1 + (error / self.delta) ** 2))
        return (weights * each).reshape(len(each), -1).sum(axis=1)
