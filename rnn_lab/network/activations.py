"""Activation functions f and their derivatives, each derivative as a function of the *output* h = f(a).

Expressing f' by h means that the backward pass needs no pre-activations: the states that were kept suffice.

| name | f(a) | f'(a), from h = f(a) |
| --- | --- | --- |
| sigmoid | 1 / (1 + exp(-a)) | h (1 - h) |
| tanh | tanh(a) | 1 - h^2 |
| relu | max(a, 0) | 1 where h > 0, else 0 |
| identity | a | 1 |
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
ActivationName = Literal["sigmoid", "tanh", "relu", "identity"]


@dataclass(frozen=True)
class Activation:
    """An activation function that works in place.

    Attributes:
        apply: ``apply(a)`` overwrites a with f(a).
        slope: ``slope(h, out)`` writes f'(a) into out, given h = f(a).

    Example:
        >>> h, slope = np.array([-2.0, 0.0, 2.0]), np.empty(3)
        >>> ACTIVATIONS["tanh"].apply(h)
        >>> ACTIVATIONS["tanh"].slope(h, slope)
        >>> h.round(3), slope.round(3)
        (array([-0.964,  0.   ,  0.964]), array([0.071, 1.   , 0.071]))
    """

    apply: Callable[[Array], None]
    slope: Callable[[Array, Array], None]


def _sigmoid(a: Array) -> None:
    # (1 + tanh(a/2)) / 2 is the same function and, unlike exp(-a), cannot overflow.
    np.multiply(a, 0.5, out=a)
    np.tanh(a, out=a)
    np.multiply(a, 0.5, out=a)
    np.add(a, 0.5, out=a)


def _sigmoid_slope(h: Array, out: Array) -> None:
    np.subtract(1.0, h, out=out)
    np.multiply(out, h, out=out)


def _tanh(a: Array) -> None:
    np.tanh(a, out=a)


def _tanh_slope(h: Array, out: Array) -> None:
    np.multiply(h, h, out=out)
    np.subtract(1.0, out, out=out)


def _relu(a: Array) -> None:
    np.maximum(a, 0.0, out=a)


def _relu_slope(h: Array, out: Array) -> None:
    np.greater(h, 0.0, out=out)


def _identity(a: Array) -> None:
    pass


def _identity_slope(h: Array, out: Array) -> None:
    out.fill(1.0)


ACTIVATIONS: dict[ActivationName, Activation] = {
    "sigmoid": Activation(_sigmoid, _sigmoid_slope),
    "tanh": Activation(_tanh, _tanh_slope),
    "relu": Activation(_relu, _relu_slope),
    "identity": Activation(_identity, _identity_slope),
}
