"""The losses and their gradients with respect to the outputs.

Each is a weighted sum over predictions, L = sum_b w_b l_b, for each replica on its own. Without weights it is their
mean, w = 1 / B; a mask gives the steps that do not count the weight 0, and the others the same.
"""

from abc import ABC, abstractmethod
from typing import Annotated, Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT, by_name

Array = NDArray[Any]


@dataclass(frozen=True, config=STRICT)
class Loss(ABC):
    """Training loss of R networks, from their outputs and targets.

    Attributes:
        of_classes: whether targets are classes, 0 .. O-1, and outputs logits; otherwise both are O numbers.
    """

    of_classes: ClassVar[bool] = False

    @abstractmethod
    def each(self, outputs: Array, targets: Array) -> Array:
        """The loss l of each prediction: (R, ..., O) and (..., O), or classes (...), -> (R, ...)."""

    @abstractmethod
    def __call__(self, outputs: Array, targets: Array, error: Array, weights: Array | None = None) -> Array:
        """L for each replica, (R,); dL/do is written.

        Args:
            outputs: (R, ..., O).
            targets: (R, ..., O), or classes (R, ...).
            error: (R, ..., O), written: dL/do.
            weights: (R, ...); None for the mean.
        """

    def link(self, outputs: Array) -> Array:
        """Predictions from outputs: scaled targets as they are, or the probabilities of classes."""
        return outputs


@dataclass(frozen=True, config=STRICT)
class HalfMeanSquaredError(Loss):
    """Half the mean squared error, l = 1/(2 O) sum_o (o - y)^2, and dL/do = w (o - y) / O.

    Args:
        outputs, targets: (R, ..., O).
        error: (R, ..., O), written: dL/do.
        weights: (R, ...); None for the mean.

    Returns:
        L for each replica, (R,).

    Example:
        >>> error = np.empty((1, 2, 1))
        >>> HalfMeanSquaredError()(np.array([[[3.0], [1.0]]]), np.array([[[1.0], [1.0]]]), error)
        array([1.])
        >>> error.ravel()
        array([1., 0.])
    """

    def each(self, outputs: Array, targets: Array) -> Array:
        """L = 1/(2 O) sum_o (o - y)^2."""
        return np.asarray(0.5 * np.mean((outputs - targets) ** 2, axis=-1))

    def __call__(self, outputs: Array, targets: Array, error: Array, weights: Array | None = None) -> Array:
        """L for each replica, (R,); dL/do = w (o - y) / O is written into ``error``."""
        np.subtract(outputs, targets, out=error)
        R, O = len(error), error.shape[-1]  # noqa: E741 - the symbol of the equations
        flat = error.reshape(R, -1, O)
        if weights is None:
            scale = 1.0 / (flat.shape[1] * O)
            loss = 0.5 * scale * np.einsum("rbo,rbo->r", flat, flat)
            error *= scale
        else:
            loss = 0.5 / O * np.einsum("rb,rbo,rbo->r", weights.reshape(R, -1), flat, flat)
            error *= weights[..., None] / O
        return np.asarray(loss)


@dataclass(frozen=True, config=STRICT)
class CrossEntropy(Loss):
    """Cross-entropy of classes in nats, l = -ln p_y with p = softmax(o), and dL/do = w (p - onehot(y)).

    Args:
        outputs: logits, (R, ..., O).
        targets: classes 0 .. O-1, (R, ...).
        error: (R, ..., O), written: dL/do.
        weights: (R, ...); None for the mean.

    Returns:
        L for each replica, (R,).

    Example:
        >>> error = np.empty((1, 1, 2))
        >>> CrossEntropy()(np.zeros((1, 1, 2)), np.array([[1]]), error).round(6)
        array([0.693147])
        >>> error.ravel()
        array([ 0.5, -0.5])
    """

    of_classes: ClassVar[bool] = True

    def each(self, outputs: Array, targets: Array) -> Array:
        """L = -ln p_y."""
        shifted = outputs - outputs.max(axis=-1, keepdims=True)  # exp cannot overflow
        chosen = np.take_along_axis(shifted, np.broadcast_to(targets, outputs.shape[:-1])[..., None], axis=-1)
        return np.asarray((np.log(np.exp(shifted).sum(axis=-1, keepdims=True)) - chosen)[..., 0])

    def __call__(self, outputs: Array, targets: Array, error: Array, weights: Array | None = None) -> Array:
        """L for each replica, (R,); dL/do = w (p - onehot(y)) is written into ``error``."""
        np.subtract(outputs, outputs.max(axis=-1, keepdims=True), out=error)  # exp cannot overflow
        chosen = np.take_along_axis(error, targets[..., None], axis=-1)
        np.exp(error, out=error)
        total = error.sum(axis=-1, keepdims=True)
        losses = (np.log(total) - chosen)[..., 0]
        error /= total
        np.put_along_axis(error, targets[..., None], np.take_along_axis(error, targets[..., None], -1) - 1.0, axis=-1)
        R = len(error)
        if weights is None:
            error /= losses[0].size
            return np.asarray(losses.reshape(R, -1).mean(axis=1))
        error *= weights[..., None]
        return np.asarray(np.einsum("rb,rb->r", losses.reshape(R, -1), weights.reshape(R, -1)))

    def link(self, outputs: Array) -> Array:
        """P = softmax(o)."""
        with np.errstate(invalid="ignore", over="ignore"):
            raised = np.exp(outputs - outputs.max(axis=-1, keepdims=True))
            return np.asarray(raised / raised.sum(axis=-1, keepdims=True))


LOSSES: dict[str, Loss] = {"half_mean_squared_error": HalfMeanSquaredError(), "cross_entropy": CrossEntropy()}
"""The lab's own, by the names that a config may give."""

LossField = Annotated[Loss, BeforeValidator(by_name(LOSSES, Loss))]
"""A component's argument: a loss, or the name of one of the lab's own."""
