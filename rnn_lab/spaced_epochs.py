"""Epochs, spaced evenly over a run, of which more is kept or measured than of the others."""

from typing import Literal

SPACED = 50
"""Number of epochs that ``auto`` keeps, beside epoch 0."""


def kept_epochs(every: int | Literal["auto"], epochs: int) -> frozenset[int]:
    """Return the epochs that ``weights_every`` or ``plots_every`` keeps, of a run of at most ``epochs`` epochs.

    Example:
        >>> sorted(kept_epochs(4, 10))
        [0, 4, 8, 10]
        >>> sorted(kept_epochs("auto", 3))
        [0, 1, 2, 3]
        >>> sorted(kept_epochs("auto", 1000))[:4]
        [0, 20, 40, 60]
    """
    if every == "auto":
        steps = min(epochs, SPACED)
        return frozenset({0, *(round(step * epochs / steps) for step in range(1, steps + 1))})
    return frozenset({*range(0, epochs + 1, every), epochs})


def kept_count(every: int | Literal["auto"], epochs: int) -> int:
    """Count the epochs that `kept_epochs` would return, at most one too many, without making them.

    Example:
        >>> kept_count(4, 10), kept_count("auto", 1000)
        (4, 51)
    """
    return min(epochs, SPACED) + 1 if every == "auto" else epochs // every + 2
