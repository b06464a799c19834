"""Tables and sentences of the study, from its rows."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.evidence import read_rows, table
from experiments.optimism.resampling import SEARCHES, TRIALS, Search, bound, searches, seed_noise
from experiments.words import bullets

Array = NDArray[np.float64]
Found = dict[tuple[str, int], list[Search]]


def values(evidence: Path) -> dict[str, Array]:
    """Sequence -> (N, S) values of settings and seeds, NaN where one diverged."""
    found: dict[str, list[list[float]]] = {}
    for row in read_rows(evidence / "settings.csv"):
        cells = [float(row[name] or "nan") for name in row if name.startswith("seed_")]
        found.setdefault(row["sequence"], []).append(cells)
    return {name: np.array(rows) for name, rows in found.items()}


def drawn(measured: dict[str, Array]) -> Found:
    """Searches of each size on each sequence."""
    return {(name, n): searches(each, n, k) for k, (name, each) in enumerate(measured.items()) for n in TRIALS}


def blocks(measured: dict[str, Array], found: Found) -> dict[str, str]:
    """Fill each generated part of the README."""
    return {"answer": bullets(_answer(measured, found)), "optimism": _optimism(measured, found), "race": _race(found)}


def optimism(each: list[Search]) -> Array:
    """Truth over reported value of the search's best; (K,)."""
    return np.array([one.truth / one.reported for one in each])


def _answer(measured: dict[str, Array], found: Found) -> list[str]:
    names, most = list(measured), TRIALS[-1]
    noise = {name: seed_noise(each) for name, each in measured.items()}
    grows = [name for name in names if np.all(np.diff([np.median(optimism(found[name, n])) for n in TRIALS]) > 0)]
    at_most = {name: float(np.median(optimism(found[name, most]))) for name in names}
    over = [name for name in names if at_most[name] > np.exp(noise[name] * bound(most))]
    worst, least = max(names, key=at_most.__getitem__), min(names, key=at_most.__getitem__)
    confirmed = {name: np.array([one.truth_confirmed / one.confirmed for one in found[name, most]]) for name in names}
    saved = {name: np.array([one.truth / one.truth_confirmed for one in found[name, most]]) for name in names}
    medians = [float(np.median(each)) for each in confirmed.values()]
    gain = {name: float(np.exp(np.log(each).mean())) for name, each in saved.items()}
    cost = max(one.cost for each in found.values() for one in each)
    unpaid = [str(n) for n in TRIALS if all(np.isnan(one.confirmed) for name in names for one in found[name, n])]
    within = {
        what: [float(np.mean(np.abs(np.log(ratios[name])) <= np.log(1.1))) for name in names]
        for what, ratios in (("reported", {n: optimism(found[n, most]) for n in names}), ("confirmed", confirmed))
    }
    return [
        f"The best of {most} trials is worse with other seeds than reported by a factor of {at_most[least]:.3g} "
        f"({least}, where seeds vary by {noise[least]:.0%}) to {at_most[worst]:.3g} ({worst}, {noise[worst]:.0%}); "
        f"medians of {SEARCHES} searches each.",
        f"The factor grows with the number of trials on {len(grows)} of {len(names)} sequences, and is above the bound "
        f"for equally good trials on {', '.join(over) or 'none'}.",
        f"What the race's fresh seeds say of its winner is off by a median factor of {min(medians):.3f} to "
        f"{max(medians):.3f}. Within 10 % of the unseen seeds are {_span(within['reported'])} of the reported and "
        f"{_span(within['confirmed'])} of the confirmed values.",
        f"It costs at most {cost:.0%} of the search's epochs"
        + (f"; of {' or '.join(unpaid)} trials a fifth does not pay for one run" if unpaid else "")
        + f". With {most} trials the confirmed settings are better in truth than the search's best by a factor of "
        f"{_factors(gain)} (geometric mean).",
    ]


def _span(shares: list[float]) -> str:
    return f"{min(shares):.0%} to {max(shares):.0%}"


def _factors(gain: dict[str, float]) -> str:
    return ", ".join(f"{value:.3f} ({name})" for name, value in gain.items())


def _optimism(measured: dict[str, Array], found: Found) -> str:
    cells: list[list[Any]] = []
    for name, each in measured.items():
        noise = seed_noise(each)
        row = [name, f"{noise:.3f}"]
        for n in TRIALS:
            low, middle, high = np.quantile(optimism(found[name, n]), [0.05, 0.5, 0.95])
            row.append(f"{middle:.3f} ({low:.2f} to {high:.2f})")
        cells.append([*row, f"{np.exp(noise * bound(TRIALS[-1])):.3f}"])
    return table(["sequence", "noise", *(f"n = {n}" for n in TRIALS), f"bound, n = {TRIALS[-1]}"], cells)


def _race(found: Found) -> str:
    cells = []
    for (name, n), each in found.items():
        ratios = np.array([one.truth_confirmed / one.confirmed for one in each])
        if np.isnan(ratios).all():
            cells.append([name, str(n), _within(optimism(each)), "not paid for", "", "", ""])
            continue
        low, middle, high = np.quantile(ratios, [0.05, 0.5, 0.95])
        gain = np.exp(np.log([one.truth / one.truth_confirmed for one in each]).mean())
        cost = np.mean([one.cost for one in each])
        confirmed = [_within(ratios), f"{middle:.3f} ({low:.2f} to {high:.2f})", f"{gain:.3f}", f"{cost:.0%}"]
        cells.append([name, str(n), _within(optimism(each)), *confirmed])
    head = ["sequence", "n", "reported within 10 %", "confirmed within 10 %", "truth over confirmed", "saved", "cost"]
    return table(head, cells)


def _within(ratios: Array) -> str:
    return f"{np.mean(np.abs(np.log(ratios)) <= np.log(1.1)):.0%}"
