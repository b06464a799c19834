"""Gradient clipping, by value and by norm, for each replica on its own."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True)
class Clipping:
    """Limits on a gradient; None for no such limit."""

    value: float | None = None
    norm: float | None = None

    def __call__(self, gradient: Array) -> tuple[Array, Array]:
        """Clip a gradient (R, P) in place; returns as `clip` does."""
        return clip(gradient, self.value, self.norm)


def clip(gradient: Array, value: float | None, norm: float | None) -> tuple[Array, Array]:
    """Clip a gradient (R, P) in place: first each entry to [-value, value], then the whole to length ``norm``.

        g <- min(max(g, -value), value),    g <- g min(1, norm / |g|)

    Args:
        gradient: changed in place.
        value, norm: limits; None for no such limit.

    Returns:
        |g| before clipping, (R,), and whether anything was clipped, (R,).

    Example:
        >>> g = np.array([[3.0, 4.0], [0.3, 0.4]])
        >>> clip(g, value=None, norm=1.0)
        (array([5. , 0.5]), array([ True, False]))
        >>> g
        array([[0.6, 0.8],
               [0.3, 0.4]])

    Reference: Pascanu, Mikolov & Bengio, "On the difficulty of training recurrent neural networks" (2013).
    """
    before = length = _norm(gradient)
    clipped = np.zeros(len(gradient), bool)
    if value is not None:
        clipped = np.maximum(gradient.max(axis=1), -gradient.min(axis=1)) > value
        if clipped.any():
            np.minimum(gradient, value, out=gradient)
            np.maximum(gradient, -value, out=gradient)
            length = _norm(gradient)
    if norm is not None:
        too_long = length > norm
        if too_long.any():
            gradient *= np.where(too_long, norm / np.where(too_long, length, 1.0), 1.0)[:, None]
        clipped = clipped | too_long
    return before, clipped


def _norm(gradient: Array) -> Array:
    length = np.sqrt(np.einsum("rp,rp->r", gradient, gradient))
    if not np.isfinite(length).all():
        # Squares overflow long before the length does (float32: at 2e19), and exploding gradients are to be clipped.
        peak = np.maximum(np.abs(gradient).max(axis=1), 1.0)
        scaled = gradient / peak[:, None]
        length = np.where(np.isfinite(length), length, peak * np.sqrt(np.einsum("rp,rp->r", scaled, scaled)))
    return np.asarray(length)
