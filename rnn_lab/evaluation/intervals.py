"""Intervals of forecasts: as wide as errors on the validation split, or as replicas differ; and how often they hold."""

from math import ceil, inf
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rnn_lab.sequences import SeriesDataset

if TYPE_CHECKING:
    from rnn_lab.evaluation.forecaster import Forecaster

Array = NDArray[np.float64]

LEVELS = (0.5, 0.8, 0.9, 0.95, 0.99)
STEPS = 50
"""Rows ahead for which widths are measured at most."""
ORIGINS = 500
"""Origins, spread evenly over a split, from which errors are taken at most."""
Widths = dict[str, list[list[float | None]]]
"""Level -> half the width by steps ahead (S) and target (O); None where there were too few errors to say."""


def half_width(errors: Array, level: float) -> float:
    """Half the width of an interval that holds a further error with a probability of at least ``level``.

        q = |e|_(k),    k = ceil((n + 1) level)

    the k-th smallest of n absolute errors; infinite where k > n. If a further error is as any of these (exchangeable),
    it is no larger with a probability of k / (n + 1).

    Example:
        >>> half_width(np.arange(-10.0, 10.0), 0.9), half_width(np.arange(5.0), 0.9)
        (9.0, inf)

    Reference: Lei, G'Sell, Rinaldo, Tibshirani & Wasserman, "Distribution-free predictive inference for regression"
    (2018).
    """
    known = errors[~np.isnan(errors)]
    rank = ceil((len(known) + 1) * level - 1e-9)
    return float(np.sort(np.abs(known))[rank - 1]) if rank <= len(known) else inf


def replica_half_width(forecasts: Array, level: float) -> Array:
    """Half the width of an interval from R replicas' forecasts (R, ...): how far a further network would be off.

        q = t_{R-1}((1 + level) / 2) sd sqrt(1 + 1 / R)

    It knows what training leaves open, and nothing of noise that no network foretells. ``nan`` for one replica.
    """
    R = len(forecasts)
    if R < 2:
        return np.full(forecasts.shape[1:], np.nan)
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(_student(R - 1, level) * forecasts.std(axis=0, ddof=1) * np.sqrt(1 + 1 / R))


def _student(freedom: int, level: float) -> float:
    """Factor of the standard deviation, two-sided."""
    from scipy.special import stdtrit  # most runs have one replica, and start faster without SciPy

    return float(stdtrit(freedom, (1 + level) / 2))


def errors_ahead(network: "Forecaster", data: SeriesDataset, split: Any, steps: int) -> tuple[Array, Array]:
    """Errors (K, S, O) of the replicas' mean forecast from K origins of a split, and the replicas' (R, K, S, O).

    Each forecast knows the rows before its origin alone. Errors at rows that lie behind the split, or whose target was
    made up, are ``nan``.
    """
    last, places = int(split.at[-1]), data.origins(split)
    origins = places[np.linspace(0, len(places) - 1, min(len(places), ORIGINS)).round().astype(int)]
    rows = origins[:, None] + np.arange(steps)
    columns = [data.columns.index(name) for name in data.inputs]
    targets = [data.columns.index(name) for name in data.targets]
    ahead = data.series[np.minimum(rows, last)]
    observed = data.series[origins[:, None] + np.arange(-network.lag, 0)][..., columns]
    forecasts = network.free_runs(observed, steps, ahead[..., columns])
    with np.errstate(over="ignore", invalid="ignore"):
        errors = ahead[..., targets] - forecasts.mean(axis=0)
    unknown = np.broadcast_to((rows > last)[..., None], errors.shape)
    if data.filled is not None:
        unknown = unknown | data.filled[np.minimum(rows, last)][..., targets]
    return np.where(unknown, np.nan, errors), forecasts


def measure(network: "Forecaster", data: SeriesDataset) -> tuple[Widths, dict[str, Any] | None]:
    """Widths at each level from errors on the validation split, and a section of ``summary.json`` on how they hold."""
    length = int(data.validation.at[-1] - data.validation.at[0]) + 1
    most = network.most_steps(int(data.validation.at[0]), STEPS, STEPS)
    S = max(1, min(most, length // 2))
    errors, _ = errors_ahead(network, data, data.validation, S)
    O = errors.shape[2]  # noqa: E741 - the symbol of the equations
    widths: Widths = {}
    for level in LEVELS:
        found = [[half_width(errors[:, s, o], level) for o in range(O)] for s in range(S)]
        widths[f"{level:g}"] = [[q if np.isfinite(q) else None for q in row] for row in found]
    section: dict[str, Any] = {"errors": len(errors), "steps": S}
    if data.test is not None:
        ahead = min(S, int(data.test.at[-1] - data.test.at[0]) + 1)
        later, forecasts = errors_ahead(network, data, data.test, ahead)
        section["coverage"] = {
            level: _held(later, _array(rows[:ahead])) for level, rows in widths.items() if None not in rows[0]
        }
        if len(forecasts) > 1:
            section["coverage_of_replicas"] = {
                f"{level:g}": _held(later, replica_half_width(forecasts, level)) for level in LEVELS
            }
    return widths, section


def _held(errors: Array, widths: Array) -> list[float]:
    """Share of errors (K, S, O) within the widths, by steps ahead; ``nan`` where no error is known."""
    known = ~np.isnan(errors)
    held = (np.abs(errors) <= widths) & known
    count = known.sum(axis=(0, 2))
    return [float(share) for share in held.sum(axis=(0, 2)) / np.where(count, count, np.nan)]


def _array(rows: list[list[float | None]]) -> Array:
    return np.array([[np.inf if q is None else q for q in row] for row in rows])


def told(section: dict[str, Any]) -> list[str]:
    """Say in a sentence how often the intervals at 95 % held on the test split."""
    lines = []
    sources = ("coverage", f"from {section['errors']} validation errors"), ("coverage_of_replicas", "from the replicas")
    for key, source in sources:
        shares = section.get(key, {}).get("0.95", [])
        if measured := [step for step, share in enumerate(shares, 1) if np.isfinite(share)]:
            last = measured[-1]
            further = f", {100 * shares[last - 1]:.3g} % {last} steps ahead" if last > 1 else ""
            share = f"{100 * shares[0]:.3g} % of the test targets 1 step ahead{further}"
            lines.append(f"Intervals at 95 % {source} hold {share}.")
    return lines
