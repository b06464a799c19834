"""Findings of fresh seeds on a study's best trial, in words and as plain data."""

import math
from collections.abc import Mapping
from typing import Any

from rnn_lab.scoring.spread import described
from rnn_lab.sweeping.study import SweepStudy


def chosen_among(found: Mapping[str, Any] | None) -> int:
    """Count the trials among which fresh seeds chose the confirmed one: its interval allows for that choice.

    Example:
        >>> chosen_among({"finalists": [3, 8], "raced": [1, 3, 8]}), chosen_among(None)
        (2, 1)
    """
    if found is None:
        return 1
    return len(found["raced"] if "front" in found else found["finalists"])


def lines(study: SweepStudy) -> list[str]:
    """Say it on a terminal; nothing if no trial was confirmed."""
    found = study.confirmed()
    if found is None:
        return []
    spread, name = found["confirmed"], study.names[0]
    seeds = spread["replicas"] + spread["diverged"]
    if not spread["replicas"]:
        return [f"confirmed by none of {seeds} fresh seeds: all of them diverged; the search reported {_short(found)}"]
    said = [f"confirmed by {seeds} fresh seeds: {name} {described(spread)}"]
    said.append(f"reported by the search: {_short(found)}, {_optimism(found)}")
    said += [f"{test} of these seeds: {described(each)}" for test, each in found["test"].items()]
    if others := [str(trial) for trial in found["finalists"] if trial != found["trial"]]:
        tied = f"not told apart from trial{'s' * (len(others) > 1)} {', '.join(others)}"
        said.append(f"{tied}: the intervals are wider, as of the best of {len(found['finalists'])}")
    return said


def as_plain(study: SweepStudy) -> dict[str, Any]:
    """The same as plain data, for ``best.yaml`` and the tracker; empty if no trial was confirmed."""
    found = study.confirmed()
    if found is None:
        return {}
    return {key: value for key, value in found.items() if key not in ("after", "trial")}


def _short(found: dict[str, Any]) -> str:
    return f"{found['reported']:.4g}"


def _optimism(found: dict[str, Any]) -> str:
    """Optimism of the search, in words: how much better it looked than the fresh seeds."""
    optimism = found["optimism"]
    if abs(optimism) <= 1e-3 * abs(found["reported"]):
        return "as good as it looked"
    much = f"{abs(optimism):.2g}"
    if found["ratio"] is not None and found["reported"]:
        much += f" ({abs(optimism) / abs(found['reported']):.0%})"
    low, high = found["confirmed"]["interval"] or (-math.inf, math.inf)
    if low <= found["reported"] <= high:
        return f"{much} {'better' if optimism > 0 else 'worse'}, which so few seeds do not tell from luck"
    return f"too good by {much}" if optimism > 0 else f"it is better, by {much}"
