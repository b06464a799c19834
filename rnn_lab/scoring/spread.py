"""What R replicas say together: their mean, their spread, and how sure the mean is."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

RESAMPLES = 10_000
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Spread:
    """A metric over replicas.

    Attributes:
        mean: over the replicas that have a finite value; ``nan`` where none has.
        standard_deviation: of one replica (``ddof=1``); None for fewer than two.
        interval: bootstrap 95 % interval of the *mean*; None for fewer than two.
        replicas: how many finite values these describe.
        diverged: how many replicas were left out, since theirs was NaN or infinite.
    """

    mean: float
    standard_deviation: float | None
    interval: tuple[float, float] | None
    replicas: int
    diverged: int

    def as_dict(self) -> dict[str, Any]:
        """Plain numbers by name, for JSON."""
        return asdict(self)

    def __str__(self) -> str:
        if self.interval is None:
            return f"{self.mean:.4g}"
        low, high = self.interval
        return f"{self.mean:.4g} ± {self.standard_deviation:.2g} (95 % interval {low:.4g} to {high:.4g})"


def spread(values: ArrayLike) -> Spread:
    """Mean, standard deviation and percentile-bootstrap interval of the mean over replicas.

    The interval's ends are the 2.5 % and 97.5 % quantiles of the means of 10 000 resamples with replacement.
    It assumes no normality, but from few replicas it is too narrow (it never leaves their range): below ten,
    read it as a rough guide. The same values give the same interval: its random stream is fixed.

    Args:
        values: (R,), one number a replica.

    Example:
        >>> print(spread([0.21, 0.24, 0.22, 0.25]))
        0.23 ± 0.018 (95 % interval 0.215 to 0.245)
        >>> spread([0.21]).interval is None
        True

    Reference: Efron & Tibshirani, "An introduction to the bootstrap" (1993), ch. 13.
    """
    values = np.asarray(values, np.float64)
    if values.ndim != 1:
        raise ValueError(f"one number a replica is expected, not an array of shape {values.shape}")
    finite = values[np.isfinite(values)]
    R = len(finite)
    mean = float(finite.mean()) if R else float("nan")
    if R < 2:
        return Spread(mean, None, None, R, len(values) - R)
    picks = np.random.default_rng(0).integers(R, size=(RESAMPLES, R))
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(finite[picks].mean(axis=1), [tail, 1 - tail])
    return Spread(mean, float(finite.std(ddof=1)), (float(low), float(high)), R, len(values) - R)
