"""Number of rows that a sequence's forecast has to look back, measured without any recurrent network."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rnn_lab.evaluation.ridge import Ridge
from rnn_lab.sequences import Dataset, Records

Array = NDArray[np.float64]

UNITS, DRAWS = 200, 5
SLACK, SOLVED = 1.1, 0.01


def errors(dataset: Dataset) -> Array:
    r"""Validation NRMSE of forecasts from the last m rows of the window alone, (T,), m = 1 ... T.

    A ridge regression on those rows x and on random features of them, tanh(x A + b): linear and nonlinear at once,
    without an order of time that it had to learn. A ~ N(0, 1 / (m D)), b ~ N(0, 1), on standardised inputs; the
    median over draws.
    """
    train, validation = dataset.train, dataset.validation
    mean, deviation = train.X.mean(axis=(0, 1)), train.X.std(axis=(0, 1))

    def features(records: Records, m: int, rng: np.random.Generator) -> Array:
        rows = ((records.X[:, -m:] - mean) / deviation).reshape(len(records), -1)
        A = rng.normal(size=(rows.shape[1], UNITS)) / np.sqrt(rows.shape[1])
        return np.hstack([rows, np.tanh(rows @ A + rng.normal(size=UNITS))])

    found = np.empty((DRAWS, dataset.window))
    for draw in range(DRAWS):
        for m in range(1, dataset.window + 1):
            readout = Ridge.fit(features(train, m, np.random.default_rng([draw, m])), train.Y)
            off = readout.predict(features(validation, m, np.random.default_rng([draw, m]))) - validation.Y
            found[draw, m - 1] = np.sqrt(np.mean(off**2) / np.mean(validation.Y.var(axis=0)))
    return np.asarray(np.median(found, axis=0))


def enough(values: Sequence[int], nrmse: Sequence[float]) -> int:
    """The least of the values whose error is within a tenth of the best, or below a hundredth: solved.

    Example:
        >>> enough([1, 2, 4, 8], [0.9, 0.32, 0.3, 0.31]), enough([1, 2], [0.002, 1e-9])
        (2, 1)
    """
    limit = max(SLACK * min(nrmse), SOLVED)
    return next(value for value, error in zip(values, nrmse, strict=True) if error <= limit)
