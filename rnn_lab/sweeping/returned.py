"""The values that a task returned, read as those of a trial or of each fresh seed."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from rnn_lab.sweeping.aggregate import aggregate


def trial_values(returned: Any, directions: Sequence[str], how: str) -> list[float]:
    """Read one value for each objective, each the aggregate of the trial's replicas.

    Raises:
        ValueError: it is something else, or NaN; the message says what.

    Example:
        >>> trial_values([1.0, 2.0, 6.0], ["minimize"], "mean")
        [3.0]
    """
    each = [returned] if len(directions) == 1 else returned
    wanted = "one number" if len(directions) == 1 else f"{len(directions)} numbers, one for each direction"
    refused = f"the task returned {returned!r}, and the sweep needs {wanted}"
    try:
        if len(each) != len(directions):
            raise ValueError(refused)
        values = [
            aggregate(value, how, minimize=direction == "minimize")
            for value, direction in zip(each, directions, strict=True)
        ]
    except (TypeError, ValueError):
        raise ValueError(refused) from None
    if any(math.isnan(value) for value in values):
        raise ValueError("the objective is NaN")
    return values


def fresh_values(returned: Any, objectives: int, count: int) -> list[list[float]]:
    """Read the value of each fresh seed, for each objective; of several, one may be a number that all seeds share.

    Raises:
        ValueError: it is something else.

    Example:
        >>> fresh_values([[0.5, 0.25], 12.0], 2, 2)
        [[0.5, 0.25], [12.0, 12.0]]
    """
    try:
        rows = [returned] if objectives == 1 else list(returned)
        found = [np.atleast_1d(np.asarray(row, np.float64)) for row in rows]
        if objectives > 1:
            found = [np.broadcast_to(row, count) if row.size == 1 else row for row in found]
        if len(found) != objectives or any(row.shape != (count,) for row in found):
            raise ValueError
    except (TypeError, ValueError):
        raise ValueError(
            f"the task returned {returned!r}, and confirming needs one number of each of {count} replicas"
        ) from None
    return [row.tolist() for row in found]
