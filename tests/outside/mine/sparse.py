"""Sparse weights: most connections are absent at the start."""

from typing import Annotated

import numpy as np
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.network.initializers import Initializer


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Sparse(Initializer):
    """W ~ N(0, 1 / (share fan_in)) with probability ``share``, else 0: the variance of LeCun's.

    Args:
        share: of the weights that are not zero, in (0, 1].
    """

    share: Annotated[float, Field(gt=0, le=1)] = 0.2

    def __call__(self, rng, fan_in, fan_out):
        """Draw (fan_in, fan_out)."""
        W = rng.normal(0.0, (self.share * fan_in) ** -0.5, (fan_in, fan_out))
        return np.where(rng.random(W.shape) < self.share, W, 0.0)
