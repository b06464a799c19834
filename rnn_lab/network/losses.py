"""The loss and its gradient with respect to the outputs."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def half_mean_squared_error(outputs: NDArray[Any], targets: NDArray[Any], error: NDArray[Any]) -> NDArray[Any]:
    """Half the mean squared error, L = 1/(2 B O) sum (o - y)^2, and dL/do = (o - y) / (B O).

    Args:
        outputs, targets: (R, B, O).
        error: (R, B, O), written: dL/do.

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
    scale = 1.0 / (error.shape[1] * error.shape[2])
    loss = 0.5 * scale * np.einsum("rbo,rbo->r", error, error)
    error *= scale
    return np.asarray(loss)
