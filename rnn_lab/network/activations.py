"""Activation functions f and their derivatives, each derivative as a function of the *output* h = f(a).

Expressing f' by h means that the backward pass needs no pre-activations: the states that were kept suffice.

| name | f(a) | f'(a), from h = f(a) |
| --- | --- | --- |
| sigmoid | 1 / (1 + exp(-a)) | h (1 - h) |
| tanh | tanh(a) | 1 - h^2 |
| relu | max(a, 0) | 1 where h > 0, else 0 |
| identity | a | 1 |
"""

from abc import ABC, abstractmethod
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT, by_name

Array = NDArray[Any]


@dataclass(frozen=True, config=STRICT)
class Activation(ABC):
    """An activation function that works in place.

    Example:
        >>> h, slope = np.array([-2.0, 0.0, 2.0]), np.empty(3)
        >>> Tanh().apply(h)
        >>> Tanh().slope(h, slope)
        >>> h.round(3), slope.round(3)
        (array([-0.964,  0.   ,  0.964]), array([0.071, 1.   , 0.071]))
    """

    @abstractmethod
    def apply(self, a: Array) -> None:
        """Overwrite a with f(a)."""

    @abstractmethod
    def slope(self, h: Array, out: Array) -> None:
        """Write f'(a) into out, given h = f(a)."""

    def __call__(self, a: Array) -> Array:
        """f(a) in memory of its own, of complex numbers too, where `apply` can."""
        h = np.array(a)
        self.apply(h)
        return h


@dataclass(frozen=True, config=STRICT)
class Sigmoid(Activation):
    """f(a) = 1 / (1 + exp(-a)), f' = h (1 - h)."""

    def apply(self, a: Array) -> None:
        """Overwrite a with (1 + tanh(a/2)) / 2: the same function, which unlike exp(-a) cannot overflow."""
        np.multiply(a, 0.5, out=a)
        np.tanh(a, out=a)
        np.multiply(a, 0.5, out=a)
        np.add(a, 0.5, out=a)

    def slope(self, h: Array, out: Array) -> None:
        """Write h (1 - h)."""
        np.subtract(1.0, h, out=out)
        np.multiply(out, h, out=out)


@dataclass(frozen=True, config=STRICT)
class Tanh(Activation):
    """f(a) = tanh(a), f' = 1 - h^2."""

    def apply(self, a: Array) -> None:
        """Overwrite a with tanh(a)."""
        np.tanh(a, out=a)

    def slope(self, h: Array, out: Array) -> None:
        """Write 1 - h^2."""
        np.multiply(h, h, out=out)
        np.subtract(1.0, out, out=out)


@dataclass(frozen=True, config=STRICT)
class ReLU(Activation):
    """f(a) = max(a, 0), f' = 1 where h > 0, else 0."""

    def apply(self, a: Array) -> None:
        """Overwrite a with max(a, 0)."""
        np.maximum(a, 0.0, out=a)

    def __call__(self, a: Array) -> Array:
        """max(a, 0); a complex number goes by its real part."""
        return np.where(a.real > 0, a, 0.0)

    def slope(self, h: Array, out: Array) -> None:
        """Write 1 where h > 0, else 0."""
        np.greater(h, 0.0, out=out)


@dataclass(frozen=True, config=STRICT)
class Identity(Activation):
    """f(a) = a, f' = 1: a linear layer."""

    def apply(self, a: Array) -> None:
        """Leave a as it is."""

    def slope(self, h: Array, out: Array) -> None:
        """Write 1."""
        out.fill(1.0)


SIGMOID, TANH = Sigmoid(), Tanh()
ACTIVATIONS: dict[str, Activation] = {"sigmoid": SIGMOID, "tanh": TANH, "relu": ReLU(), "identity": Identity()}
"""The lab's own, by the names that a config may give."""

ActivationField = Annotated[Activation, BeforeValidator(by_name(ACTIVATIONS, Activation))]
"""A component's argument: an activation, or the name of one of the lab's own."""
