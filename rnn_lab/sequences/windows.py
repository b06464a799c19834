"""Windows of a series, and their chronological split into training, validation and test records."""

from math import floor

import numpy as np

from rnn_lab.errors import BadInput
from rnn_lab.sequences.scaling import Array


def count_windows(length: int, window: int, horizon: int) -> int:
    """Return N = L - T - horizon + 1, the windows with a target that a series of L rows holds.

    Raises:
        BadInput: there is none.

    Example:
        >>> count_windows(200, 50, 1)
        150
    """
    if (count := length - window - horizon + 1) < 1:
        raise BadInput(
            f"data.window={window} with data.horizon={horizon} does not fit the series' {length} rows:"
            f" their sum must be at most {length}"
        )
    return count


def windows(inputs: Array, targets: Array, window: int, horizon: int, each_step: bool = False) -> tuple[Array, Array]:
    """Cut X[n] = inputs[n : n + T] and Y[n] = targets[n + T - 1 + horizon].

    Args:
        inputs: (L, D).
        targets: (L, O), the rows at the same times.
        window: T >= 1.
        horizon: how many rows after the window's last one the target lies, >= 1.
        each_step: whether Y[n] = targets[n + horizon : n + T + horizon], one after each row of the window.

    Returns:
        views X (N, T, D) and Y (N, O), or (N, T, O), with N = L - T - horizon + 1; copy them before writing.

    Example:
        >>> column = np.arange(5.0)[:, None]
        >>> X, Y = windows(column, column, window=3, horizon=1)
        >>> X[:, :, 0].tolist(), Y[:, 0].tolist()
        ([[0.0, 1.0, 2.0], [1.0, 2.0, 3.0]], [3.0, 4.0])
    """
    count = count_windows(len(inputs), window, horizon)
    X = np.lib.stride_tricks.sliding_window_view(inputs, window, axis=0)[:count].transpose(0, 2, 1)
    if each_step:
        return X, np.lib.stride_tricks.sliding_window_view(targets[horizon:], window, axis=0).transpose(0, 2, 1)
    return X, targets[window + horizon - 1 :]


def split(
    records: int,
    train: int | float,
    validation: int | float,
    test: int | float = 0,
    gap: int = 0,
    unit: str = "record",
) -> tuple[slice, slice, slice]:
    """Split records in the order of time: training first, then validation, then test.

    An integer counts records; a fraction in (0, 1) is of the records left after the gaps, and its boundary is
    rounded down. ``gap`` records are left out between one split and the next; with ``gap >= window + horizon - 1``
    no row of the series serves two splits. Records after the last split are not used.
    ``unit`` is what a record is called in messages.

    Raises:
        BadInput: a split would be empty or more records are asked for than there are.

    Example:
        >>> split(150, 100, 50)
        (slice(0, 100, None), slice(100, 150, None), slice(150, 150, None))
        >>> split(101, 0.7, 0.3)[:2]
        (slice(0, 70, None), slice(70, 101, None))
    """
    shares = {"train": train, "validation": validation, "test": test}
    wanted = ", ".join(f"data.{name}={share}" for name, share in shares.items() if share or name != "test")
    gaps = gap * (2 if test else 1)
    available = records - gaps
    if available < 1:
        raise BadInput(f"data.gap={gap} leaves none of the {records} {unit}s to train on")
    ends, total = [], 0.0
    for name, share in shares.items():
        least = 0 if name == "test" else 1
        if not (0.0 < share < 1.0 if isinstance(share, float) else share >= least):
            raise BadInput(
                f"data.{name}={share} must be a whole number of {unit}s from {least} or a fraction between 0 and 1"
            )
        total += share * available if isinstance(share, float) else share
        ends.append(floor(total + 1e-9))  # 0.7 + 0.3 of 10 are 10 records, though their float sum may fall below
    if ends[-1] > available:
        raise BadInput(
            f"{wanted} with data.gap={gap} ask for {ends[-1] + gaps} {unit}s, but the series holds {records}"
        )
    starts = (0, ends[0], ends[1])
    for (name, share), start, end in zip(shares.items(), starts, ends, strict=True):
        if start == end and (share or name != "test"):
            raise BadInput(f"data.{name}={share} leaves no {unit} for {name}: there are {available} to share")
    a, b, c = ends
    return slice(0, a), slice(a + gap, b + gap), slice(b + gaps, c + gaps)
