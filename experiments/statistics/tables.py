"""Tables and sentences of the study, from its rows."""

from pathlib import Path

import numpy as np

from experiments.evidence import read_rows, table
from experiments.statistics import tunings
from experiments.words import bullets


def blocks(evidence: Path) -> dict[str, str]:
    """Fill each generated part of the README."""
    rows = {path.stem: read_rows(path) for path in evidence.glob("*.csv")}
    return {
        "answer": bullets(_answer(rows)),
        "coverage": _coverage(rows["coverage"]),
        "equals": _equals(rows["equals"]),
        "differences": _plain(rows["differences"]),
        "tunings": _tunings(rows["tunings"]),
        "races": _plain(rows["races"]),
        "verdicts": _verdicts(rows["verdicts"]),
    }


def _answer(rows: dict[str, list[dict[str, str]]]) -> list[str]:
    normal = [float(row["covered"]) for row in rows["coverage"] if row["kind"] == "normal"]
    lognormal = [
        float(row["covered"]) for row in rows["coverage"] if row["kind"] == "lognormal" and int(row["replicas"]) >= 5
    ]
    accused = np.array([int(row["accused"]) for row in rows["equals"]])
    each = int(rows["equals"][0]["comparisons"])
    gaps = [float(row["found"]) - float(row["stated"]) for row in rows["differences"]]
    planted = [row for row in rows["verdicts"] if row["planted"] == "1"]
    clean = [row for row in rows["verdicts"] if row["planted"] == "0"]
    right = sum(int(row["count"]) for row in planted)
    alarms, studies = sum(int(row["count"]) for row in clean), sum(int(row["seeds"]) for row in clean)
    worst = min(int(row["count"]) / int(row["seeds"]) for row in planted)
    races, sets = rows["races"], len(accused)
    tuned = rows["tunings"]
    alone, together = ([int(row[name]) for row in tuned] for name in ("accused_by_seeds_alone", "accused"))
    size = int(tuned[0]["comparisons"])
    limit = chance_bound(each, sets)
    costly = max(float(row["cost"]) for row in races)
    loud = races[1]
    return [
        f"Intervals of normal values cover in {min(normal):.1%} to {max(normal):.1%} of draws for R = 2 to 30; those "
        f"of lognormal values in at least {min(lognormal):.1%} from R = 5 on. Each is held to the parameter it names.",
        f"Comparisons of equals: {accused.sum()} of {each * sets} accuse ({accused.sum() / each / sets:.2%}); of "
        f"{sets} sets of {each}, {int(np.sum(accused <= 0.05 * each))} accuse in at most 5 %, the worst in "
        f"{accused.max()} cases; a level of 5 % gives a worst one of at most {limit} in 95 % of studies like this.",
        f"Two searches of the same landscape, compared by {tunings.SEEDS} fresh seeds of each winner as if only seeds "
        f"varied, accuse in {min(alone) / size:.0%} to {max(alone) / size:.0%} of {size}; `compare=`, which allows for "
        f"the luck of both searches, in {min(together) / size:.1%} to {max(together) / size:.1%}, and of all "
        f"{size * len(tuned)} in {sum(together) / size / len(tuned):.1%}. Of a planted ratio it promises at most "
        f"{_overstated(tuned)[0]:.0%} more than it finds, and at most {_overstated(tuned)[1]:.0%} less.",
        f"Planted differences are found as often as stated, within {max(map(abs, gaps)):.1%}.",
        f"Races cost at most {costly:.0%} of a sweep's epochs. Where seeds vary by a factor of e^{loud['noise']}, the "
        f"reported value is within 10 % of the median of 20 further seeds in {float(loud['reported_within']):.0%} of "
        f"sweeps, the confirmed one in {float(loud['confirmed_within']):.0%}.",
        f"Of {sum(int(row['seeds']) for row in planted)} planted studies {right} are told what they have ({worst:.0%} "
        f"of the hardest kind); of {studies} clean ones {alarms} are accused of anything ({alarms / studies:.1%}).",
    ]


def _coverage(rows: list[dict[str, str]]) -> str:
    replicas = list(dict.fromkeys(row["replicas"] for row in rows))
    found = {(row["kind"], row["of"], row["replicas"]): float(row["covered"]) for row in rows}
    names = list(dict.fromkeys((row["kind"], row["of"]) for row in rows))
    cells = [[f"{kind} {of}", *(f"{found[kind, of, R]:.1%}" for R in replicas)] for kind, of in names]
    return table(["values", *(f"R = {R}" for R in replicas)], cells)


def _equals(rows: list[dict[str, str]]) -> str:
    cells = []
    for key in dict.fromkeys((row["values"], row["a"], row["b"]) for row in rows):
        group = [row for row in rows if (row["values"], row["a"], row["b"]) == key]
        total, intervals = (sum(int(row[name]) for row in group) for name in ("comparisons", "intervals"))
        share = sum(int(row["covered"]) for row in group) / intervals if intervals else float("nan")
        accused = [row["accused"] for row in group]
        covered = f"{share:.1%}" if intervals else "none given"
        cells.append(
            [key[0], f"{key[1]}, {key[2]}", ", ".join(accused), f"{sum(map(int, accused)) / total:.1%}", covered]
        )
    return table(["values", "seeds", "accused, of 400 each", "in all", "P's interval covers"], cells)


def _overstated(rows: list[dict[str, str]]) -> tuple[float, float]:
    """Distance of the stated power above what is found, and below it, where each is greatest."""
    ratios = [name.removeprefix("found_") for name in rows[0] if name.startswith("found_")]
    gaps = [float(row[f"stated_{ratio}"]) - float(row[f"found_{ratio}"]) for row in rows for ratio in ratios]
    return float(np.nanmax(gaps)), -float(np.nanmin(gaps))


def chance_bound(each: int, sets: int) -> int:
    """Accusations that none of so many sets exceeds, with a chance of 95 %, if every comparison accuses in 5 %."""
    from scipy.stats import binom

    return int(binom.ppf(0.95 ** (1 / sets), each, 0.05))


def _tunings(rows: list[dict[str, str]]) -> str:
    rows = sorted(rows, key=lambda row: tunings.SETTINGS.index((row["landscape"], float(row["noise"]))))
    ratios = [name.removeprefix("found_") for name in rows[0] if name.startswith("found_")]
    cells = [
        [
            row["landscape"],
            row["noise"],
            row["accused_by_seeds_alone"],
            row["accused"],
            f"{float(row['covered']):.1%}",
            *(_found(float(row[f"found_{ratio}"]), float(row[f"stated_{ratio}"])) for ratio in ratios),
        ]
        for row in rows
    ]
    head = ["landscape", "noise", "by seeds alone", "accused", "covered", *(f"ratio {ratio}" for ratio in ratios)]
    return table(head, cells)


def _found(found: float, stated: float) -> str:
    """Share found, and the stated power where it is below what SciPy's noncentral t can tell from 1."""
    return f"{found:.0%}" if np.isnan(stated) else f"{found:.0%} ({stated:.0%})"


def _plain(rows: list[dict[str, str]]) -> str:
    return table([name.replace("_", " ") for name in rows[0]], [list(row.values()) for row in rows])


def _verdicts(rows: list[dict[str, str]]) -> str:
    planted = [row for row in rows if row["planted"] == "1"]
    clean = [row for row in rows if row["planted"] == "0"]
    cells = [
        [p["study"], f"{p['count']} of {p['seeds']}", c["study"], f"{c['count']} of {c['seeds']}"]
        for p, c in zip(planted, clean, strict=True)
    ]
    return table(["planted", "said", "clean", "accused"], cells)
