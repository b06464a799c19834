"""Description of an optimizer for the kernels: numbers alone, and nothing compiled."""

from math import inf
from typing import NamedTuple

NONE, SGD, NESTEROV, RMSPROP, ADAM = range(5)


class Update(NamedTuple):
    """An optimizer, and the limits on its gradients.

    Attributes:
        kind: which one; ``NONE`` leaves the parameters and the gradient as they are.
        first: momentum, or decay of the mean.
        second: decay of the mean square.
        epsilon, weight_decay: as there.
        value, norm: limits; infinite for none.
    """

    kind: int = NONE
    first: float = 0.0
    second: float = 0.0
    epsilon: float = 0.0
    weight_decay: float = 0.0
    value: float = inf
    norm: float = inf
