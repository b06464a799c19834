"""Fingerprints of data: the SHA-256 of its arrays, and of what was done to them."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_lab.sequences.series import Series


def fingerprint(recipe: dict[str, Any], series: Series) -> str:
    """Return the SHA-256 of a series and of what was done to it, in 64 hexadecimal digits.

    A file's path is left out: where data lies is not what it says; a copied project keeps its fingerprints.

    Example:
        >>> one = Series(np.zeros((3, 1)), ("x",), ("x",), ("x",))
        >>> fingerprint({"window": 2}, one) == fingerprint({"window": 3}, one)
        False
    """
    return digest(recipe, series.values, series.index)


def digest(recipe: dict[str, Any], *arrays: NDArray[Any] | None) -> str:
    """Return the SHA-256 of arrays; None is none."""
    there = [array for array in arrays if array is not None]
    return fingerprint_blocks(recipe, *((array.dtype, array.shape, [array]) for array in there))


def fingerprint_blocks(
    recipe: dict[str, Any], *arrays: tuple[np.dtype[Any], tuple[int, ...], Iterable[NDArray[Any]]]
) -> str:
    """Return the SHA-256 of arrays in blocks, each as its dtype, its shape and its blocks along the first axis.

    Example:
        >>> x = np.arange(4.0)
        >>> whole = fingerprint_blocks({}, (x.dtype, x.shape, [x]))
        >>> whole == fingerprint_blocks({}, (x.dtype, x.shape, [x[:1], x[1:]]))
        True
    """
    digest = hashlib.sha256(json.dumps(_without_paths(recipe), sort_keys=True).encode())
    for dtype, shape, blocks in arrays:
        digest.update(f"{dtype.str}{shape}".encode())
        for block in blocks:
            digest.update(np.ascontiguousarray(block).reshape(-1).view(np.uint8).data)  # no copy of its bytes
    return digest.hexdigest()


def _without_paths(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _without_paths(value) for key, value in node.items() if key != "path"}
    return node
