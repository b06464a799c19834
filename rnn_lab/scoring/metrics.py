"""Errors of predictions, in the data's own units.

Every metric takes ``predicted`` (..., N, O) and ``true`` (N, O) and averages over the last two axes, records
and targets; leading axes, such as the R replicas, are kept. A network that diverged scores ``inf`` or ``nan``
without a warning.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def rmse(predicted: ArrayLike, true: ArrayLike) -> NDArray[np.float64]:
    """Root mean squared error: ``sqrt(mean((predicted - true)**2))``, in the units of the targets.

    The training loss is half the mean squared error of *scaled* targets: for one target scaled by a factor
    ``a``, ``rmse = sqrt(2 loss) / a``.

    Args:
        predicted: predictions (..., N, O), for example (R, N, O).
        true: targets (N, O).

    Returns:
        One number for each leading axis of ``predicted``, shape (...).

    Raises:
        ValueError: the last two axes differ, which NumPy would quietly broadcast.

    >>> rmse([[[0.0], [0.0]], [[3.0], [5.0]]], [[3.0], [4.0]]).round(4).tolist()
    [3.5355, 0.7071]
    """
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(np.sqrt(np.mean(_error(predicted, true) ** 2, axis=(-2, -1))))


def mae(predicted: ArrayLike, true: ArrayLike) -> NDArray[np.float64]:
    """Mean absolute error: ``mean(|predicted - true|)``, in the units of the targets.

    It never exceeds the RMSE, and weighs rare large errors less. Arguments and errors as for `rmse`.

    >>> float(mae([[0.0], [0.0]], [[3.0], [4.0]]))
    3.5
    """
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(np.mean(np.abs(_error(predicted, true)), axis=(-2, -1)))


def nrmse(predicted: ArrayLike, true: ArrayLike) -> NDArray[np.float64]:
    """RMSE over the standard deviation of the targets: 0 is perfect, 1 is as good as their mean; no unit.

    ``sqrt(mean_o(mean_n((predicted - true)**2) / var_n(true)))``: each target is divided by its own standard
    deviation (that of the N values scored, ``ddof=0``) before the average, so targets in different units
    weigh the same. With one target it is ``rmse / std(true)``. Undefined, and ``nan``, where a target is
    constant. Arguments and errors as for `rmse`.

    >>> true = np.array([[1.0, 100.0], [3.0, 900.0]])
    >>> float(nrmse(np.broadcast_to(true.mean(axis=0), true.shape), true))
    1.0
    """
    error = _error(predicted, true)
    variance = np.var(np.asarray(true, np.float64), axis=0)
    variance[np.ptp(true, axis=0) == 0] = np.nan  # a constant's computed variance may be 1e-33
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(np.sqrt(np.mean(np.mean(error**2, axis=-2) / variance, axis=-1)))


def scores(predicted: ArrayLike, true: ArrayLike) -> dict[str, NDArray[np.float64]]:
    """Give all three metrics by name: ``{"rmse": ..., "mae": ..., "nrmse": ...}``, each of shape (...).

    >>> sorted(scores([[1.0]], [[2.0]]))
    ['mae', 'nrmse', 'rmse']
    """
    return {"rmse": rmse(predicted, true), "mae": mae(predicted, true), "nrmse": nrmse(predicted, true)}


def class_scores(cross_entropy: ArrayLike, accuracy: ArrayLike) -> dict[str, NDArray[np.float64]]:
    """Say a cross-entropy in nats in the other units that are in use, beside the accuracy.

        bits = loss / ln 2 per target,    perplexity = exp(loss)

    A perplexity of P is the cross-entropy of a choice among P equal ones.

    >>> scores = class_scores(np.log(8), 0.125)
    >>> {name: round(float(value), 6) for name, value in scores.items()}
    {'accuracy': 0.125, 'bits': 3.0, 'perplexity': 8.0}
    """
    loss = np.asarray(cross_entropy, np.float64)
    with np.errstate(over="ignore"):
        return {"accuracy": np.asarray(accuracy, np.float64), "bits": loss / np.log(2), "perplexity": np.exp(loss)}


def _error(predicted: ArrayLike, true: ArrayLike) -> NDArray[np.float64]:
    predicted, true = np.asarray(predicted, np.float64), np.asarray(true, np.float64)
    if true.ndim != 2 or predicted.shape[-2:] != true.shape:
        raise ValueError(f"predictions (..., N, O) and targets (N, O) do not fit: {predicted.shape} and {true.shape}")
    return np.asarray(predicted - true)
