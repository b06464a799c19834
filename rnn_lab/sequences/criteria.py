"""Criteria by which a record of a task counts as solved: published ones, on a network's raw outputs.

Each takes ``outputs`` (..., N, [T,] O), leading axes such as the R replicas included, and gives (..., N): whether every
target that counts is met. A network that diverged solves nothing, without a warning.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_lab.sequences.records import Records

Array = NDArray[Any]
Solved = NDArray[np.bool_]


def close(outputs: Array, records: Records, error: float) -> Solved:
    """Tell which records have every number answered with an absolute error below ``error``.

    Example:
        >>> records = Records(np.zeros((2, 5, 1)), np.array([[1.0], [2.0]]), np.arange(2))
        >>> close(np.array([[1.01], [2.1]]), records, 0.04)
        array([ True, False])
    """
    with np.errstate(invalid="ignore", over="ignore"):
        right = (np.abs(outputs - records.Y) < error).all(axis=-1)
    return every_counted(right, records) if records.Y.ndim == 3 else right


def certain(outputs: Array, records: Records, error: float) -> Solved:
    """Tell which records have every class's probability within ``error`` of what it should be, 1 or 0.

    The probabilities are the outputs' softmax. The wrong classes share what the right one lacks, so it is the right
    one's that decides: 1 - p < error.

    Example:
        >>> records = Records(np.zeros((2, 5, 1)), np.array([0, 1]), np.arange(2))
        >>> certain(np.log([[0.8, 0.2], [0.6, 0.4]]), records, 0.3)
        array([ True, False])
    """
    p = np.where(_true(outputs, records), softmax(outputs), 0.0).sum(axis=-1)
    right = 1.0 - p < error
    return every_counted(right, records) if records.Y.ndim == 2 else right


def ahead(outputs: Array, records: Records) -> Solved:
    """Tell which records have the right class's output above every other, each time; a tie is not right.

    Example:
        >>> records = Records(np.zeros((2, 5, 1)), np.array([0, 1]), np.arange(2))
        >>> ahead(np.array([[0.1, 0.0], [0.5, 0.5]]), records)
        array([ True, False])
    """
    right = above(outputs, _true(outputs, records))
    return every_counted(right, records) if records.Y.ndim == 2 else right


def above(outputs: Array, wanted: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell where each wanted output exceeds each of the others: (..., O) and (..., O) -> (...).

    Example:
        >>> above(np.array([3.0, 2.0, 1.0]), np.array([True, True, False])).item()
        True
    """
    least = np.where(wanted, outputs, np.inf).min(axis=-1)
    return np.asarray(least > np.where(wanted, -np.inf, outputs).max(axis=-1))


def every_counted(right: NDArray[np.bool_], records: Records) -> Solved:
    """Tell which records are right at every step that counts: (..., N, T) -> (..., N)."""
    return np.asarray((right if records.mask is None else right | ~records.mask).all(axis=-1))


def softmax(outputs: Array) -> Array:
    """Turn logits (..., O) into probabilities.

    Example:
        >>> softmax(np.array([1000.0, 1000.0]))
        array([0.5, 0.5])
    """
    with np.errstate(invalid="ignore", over="ignore"):
        raised = np.exp(outputs - outputs.max(axis=-1, keepdims=True))
        return np.asarray(raised / raised.sum(axis=-1, keepdims=True))


def _true(outputs: Array, records: Records) -> NDArray[np.bool_]:
    return np.asarray(np.arange(outputs.shape[-1]) == records.Y[..., None])
