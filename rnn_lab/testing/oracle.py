"""Gradients by complex steps through the reference equations: what every backward pass is compared with.

    dL/dtheta = Im L(theta + i e) / e

Nothing is subtracted, so that e can be as small as one likes and the derivative is exact to rounding.

Reference: Squire & Trapp, "Using complex variables to estimate derivatives of real functions" (1998).
"""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_lab.network import Architecture
from rnn_lab.network.losses import Loss
from rnn_lab.network.reference import State, start, step

Array = NDArray[Any]
STEP = 1e-30


def weighted_loss(
    model: Architecture,
    loss: Loss,
    theta: Mapping[str, Array],
    constant: Mapping[str, Array],
    X: Array,
    Y: Array,
    weights: Array,
    reach: int,
    losses: Collection[int],
    state: list[State] | None = None,
    offset: int = 0,
) -> Array:
    """Sum of the weighted losses of some steps, (P,); steps before ``reach`` are walked with the constant parameters.

    Args:
        model: the network's.
        loss: of one prediction.
        theta, constant: name -> (P, ...) variants, and name -> (1, ...).
        X: (T, B, D).
        Y: (T, B, O) or classes (T, B).
        weights: (T, B).
        reach: the first step that depends on theta.
        losses: the steps whose loss counts.
        state: before the first step; None for the model's own.
        offset: the first step's number, which positional weights go by.
    """
    now = state if state is not None else start(model, theta if reach == 0 else constant, X.shape[1])
    total = np.zeros(1)
    for t in range(max(losses) + 1):
        now, o = step(model, theta if t >= reach else constant, t + offset, X[t], now)
        if t in losses:
            total = total + (weights[t] * loss.each(o, Y[t])).sum(axis=-1)
    return total


def complex_step(
    model: Architecture, loss: Loss, parameters: Mapping[str, Array], *arguments: Any, **options: Any
) -> dict[str, Array]:
    """Derivatives of `weighted_loss` by every parameter of one replica: name -> array.

    Args:
        model, loss: as there.
        parameters: name -> array without a replica axis.
        arguments, options: those of `weighted_loss` after the parameters.
    """
    plain = {name: values[None].astype(complex) for name, values in parameters.items()}
    found = {}
    for name, values in parameters.items():
        moved = np.repeat(plain[name], values.size, axis=0)
        moved.reshape(values.size, values.size)[np.diag_indices(values.size)] += 1j * STEP
        theta = {other: np.broadcast_to(v, (values.size, *v.shape[1:])) for other, v in plain.items()} | {name: moved}
        slopes = weighted_loss(model, loss, theta, plain, *arguments, **options).imag / STEP
        found[name] = np.broadcast_to(slopes, (values.size,)).reshape(values.shape)
    return found
