"""The losses and their gradients with respect to the outputs.

Each is a weighted sum over predictions, L = sum_b w_b l_b, for each replica on its own. Without weights it is their
mean, w = 1 / B; a mask gives the steps that do not count the weight 0, and the others the same.
"""

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
LossName = Literal["half_mean_squared_error", "cross_entropy"]
Loss = Callable[[Array, Array, Array, Array | None], Array]
"""``loss(outputs, targets, error, weights)`` gives L (R,) and writes dL/d outputs into ``error``."""


def half_mean_squared_error(outputs: Array, targets: Array, error: Array, weights: Array | None = None) -> Array:
    """Half the mean squared error, l = 1/(2 O) sum_o (o - y)^2, and dL/do = w (o - y) / O.

    Args:
        outputs, targets: (R, ..., O).
        error: (R, ..., O), written: dL/do.
        weights: (R, ...); None for the mean.

    Returns:
        L for each replica, (R,).

    Example:
        >>> error = np.empty((1, 2, 1))
        >>> half_mean_squared_error(np.array([[[3.0], [1.0]]]), np.array([[[1.0], [1.0]]]), error)
        array([1.])
        >>> error.ravel()
        array([1., 0.])
    """
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


def cross_entropy(outputs: Array, targets: Array, error: Array, weights: Array | None = None) -> Array:
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
        >>> cross_entropy(np.zeros((1, 1, 2)), np.array([[1]]), error).round(6)
        array([0.693147])
        >>> error.ravel()
        array([ 0.5, -0.5])
    """
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


LOSSES: dict[LossName, Loss] = {
    "half_mean_squared_error": half_mean_squared_error,
    "cross_entropy": cross_entropy,
}
