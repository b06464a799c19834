"""Findings in the rows of the study, in Markdown: the generated parts of its README."""

import textwrap
from collections.abc import Callable, Sequence

import numpy as np
from scipy import stats

from experiments.evidence import table
from experiments.sweep_across_sequences.design import DEFAULT, KEYS, NOISY
from experiments.sweep_across_sequences.memory import SLACK, enough
from experiments.sweep_across_sequences.rows import Array, Rows

SURE, LEVEL, PERMUTATIONS = 0.9, 0.05, 9999
LOWER, HIGHER, EQUAL = "lower", "higher", "no difference"


def blocks(rows: Rows) -> dict[str, str]:
    """Every generated part of the README by name."""
    parts: tuple[Callable[[Rows], str], ...] = (answer, sizes, importances, truncation, gains)
    return {part.__name__: part(rows) for part in parts}


def answer(rows: Rows) -> str:
    """The findings, one paragraph for each question."""
    lines = (_what_matters(rows), _how_far_back(rows), _what_is_gained(rows), _which_sampler(rows))
    return "\n".join(
        textwrap.fill(f"- {line}", 118, subsequent_indent="  ", break_on_hyphens=False, break_long_words=False)
        for line in lines
    )


def _what_matters(rows: Rows) -> str:
    first = firsts(rows)
    sure = "; ".join(
        f"`{key}` on {_count(names)}" for key in KEYS if (names := [n for n, k in first.items() if k == key])
    )
    unsure = sum(key is None for key in first.values())
    found = np.stack([rows.importance(key, "importance") for key in KEYS])
    means = ", ".join(f"{key} {mean:.2f}" for key, mean in zip(KEYS, found.mean(axis=1), strict=True))
    largest = np.bincount(found.argmax(axis=0), minlength=len(KEYS))
    times = ", ".join(f"{count} times the {key}" for key, count in zip(KEYS, largest, strict=True))
    p = float(stats.friedmanchisquare(*found).pvalue)
    return (
        f"**(a) What matters most.** Over the {len(rows.sequences)} sequences together: {means} (mean importance; "
        f"Friedman's test that the three are alike: {_p(p)}); the largest is {times}. On a single sequence: first in "
        f"at least {SURE:.0%} of resampled sweeps is {sure or 'none of the three anywhere'}; on the other {unsure} the "
        f"trials do not tell which comes first."
    )


def _how_far_back(rows: Rows) -> str:
    memory, window = rows.numbers("memory"), rows.numbers("window")
    ks = np.array(list(shortest(rows).values()), float)
    tenth = np.array([shortest_within_a_tenth(rows.scan(name)) for name in rows.sequences], float)
    best = np.array([rows.best_trial(name, "bptt_truncate") for name in rows.sequences])
    longer = memory > 1
    scans = [rows.scan(name) for name in rows.sequences]
    cost = {k: np.array([scan[k or max(scan)] / min(scan.values()) for scan in scans]) for k in (1, None)}
    return (
        f"**(b) How far back.** Rank correlation of memory with the shortest k that does: {_correlation(memory, ks)}"
        f'; if "does" is within a tenth of the best k only: {_correlation(memory, tenth)}. With the k of the sweep\'s '
        f"best trial it is {_correlation(memory, best)}, but where memory is longer the window is too, from which that "
        f"k is drawn: as a share of the window, {_correlation(memory, best / window)}. k = 1, no gradient through "
        f"time at all, does on {int((ks == 1).sum())} of {len(ks)} sequences; its error over the best k's has "
        f"{_spread(cost[1])}; that of the whole window, {_spread(cost[None])}. Of the {int(longer.sum())} sequences "
        f"whose memory is longer than one row, a k shorter than it does on {int((ks < memory)[longer].sum())}, and "
        f"{int((ks > memory)[longer].sum())} need a longer one."
    )


def _what_is_gained(rows: Rows) -> str:
    verdict = verdicts(rows, "tpe", DEFAULT)
    gain = rows.medians(DEFAULT) / rows.medians("tpe")
    noisy = np.array([name in NOISY for name in rows.sequences])
    by = {word: [name for name, said in verdict.items() if said == word] for word in (LOWER, HIGHER, EQUAL)}
    beats = {what: int((rows.medians(what) < rows.numbers("linear_rmse")).sum()) for what in (DEFAULT, "tpe")}
    return (
        f"**(c) What a sweep gains.** The test error of TPE's best configuration is lower than the default's on "
        f"{_count(by[LOWER])}, higher on {_count(by[HIGHER])}, and no different on {_count(by[EQUAL])}. The default's "
        f"median over TPE's: {_spread(gain[~noisy])} on the {int((~noisy).sum())} sequences without noise, "
        f"{_spread(gain[noisy])} on the {int(noisy.sum())} with. The best linear model is beaten on {beats[DEFAULT]} "
        f"sequences by the default, on {beats['tpe']} after the sweep."
    )


def _which_sampler(rows: Rows) -> str:
    verdict = list(verdicts(rows, "tpe", "random").values())
    test = rows.medians("tpe") / rows.medians("random")
    inside = rows.best_so_far("tpe")[:, -1] / rows.best_so_far("random")[:, -1]
    test_p, inside_p = (float(stats.wilcoxon(np.log(ratio[ratio != 1])).pvalue) for ratio in (test, inside))
    return (
        f"**(d) TPE against random search.** Best validation error within the sweeps, TPE's over random search's: "
        f"{_spread(inside)} (signed-rank test over sequences: {_p(inside_p)}). Test error of the networks trained "
        f"anew: {_spread(test)} ({_p(test_p)}); of {len(verdict)} sequences lower on {verdict.count(LOWER)}, higher on "
        f"{verdict.count(HIGHER)}, no different on {verdict.count(EQUAL)}."
    )


def firsts(rows: Rows) -> dict[str, str | None]:
    """The parameter that comes first on each sequence, or None where the resampled trials do not agree on it."""
    share = {key: rows.importance(key, "first") for key in KEYS}
    return {name: next((key for key in KEYS if share[key][i] >= SURE), None) for i, name in enumerate(rows.sequences)}


def shortest(rows: Rows) -> dict[str, int]:
    """The shortest truncation length that does, by the rule that also measures the memory."""
    scans = {name: rows.scan(name) for name in rows.sequences}
    return {name: enough(list(scan), list(scan.values())) for name, scan in scans.items()}


def shortest_within_a_tenth(scan: dict[int, float]) -> int:
    """The same without the clause that what is below a hundredth is solved."""
    return next(k for k, error in scan.items() if error <= SLACK * min(scan.values()))


def verdicts(rows: Rows, configuration: str, against: str) -> dict[str, str]:
    """Verdicts by a rank-sum test over seeds: test errors lower or higher than those of another configuration."""
    found = {}
    for name, ours, theirs in zip(rows.sequences, rows.finals(configuration), rows.finals(against), strict=True):
        alike = bool(np.array_equal(ours, theirs))
        p = 1.0 if alike else stats.mannwhitneyu(ours, theirs, method="exact").pvalue
        found[name] = EQUAL if p >= LEVEL else LOWER if np.median(ours) < np.median(theirs) else HIGHER
    return found


def sizes(rows: Rows) -> str:
    """The sequences: how large, how far ahead, how long their memory."""
    columns = ("window", "horizon", "train", "validation", "test", "memory")
    facts = {column: rows.sequence(column) for column in columns}
    error = rows.sequence("memory_nrmse")
    cells = [[name, *(facts[column][name] for column in columns), three(float(error[name]))] for name in rows.sequences]
    return table(["sequence", "T", *columns[1:], "NRMSE without recurrence"], cells)


def importances(rows: Rows) -> str:
    """Importances with their intervals."""
    first, cells = firsts(rows), []
    for i, name in enumerate(rows.sequences):
        shares = [
            "{:.2f} ({:.2f} to {:.2f})".format(*(rows.importance(key, c)[i] for c in ("importance", "low", "high")))
            for key in KEYS
        ]
        cells.append([name, *shares, first[name] or "not to be told"])
    return table(["sequence", *KEYS, "first"], cells)


def truncation(rows: Rows) -> str:
    """Validation NRMSE by truncation length."""
    does, memory = shortest(rows), rows.sequence("memory")
    scans = {name: rows.scan(name) for name in rows.sequences}
    ks = sorted({k for name, scan in scans.items() for k in scan if k < int(rows.sequence("window")[name])})
    cells = [
        [
            name,
            memory[name],
            str(does[name]),
            f"{rows.best_trial(name, 'bptt_truncate'):.0f}",
            *(three(scan[k]) if k in scan else "" for k in ks),
            f"{three(scan[max(scan)])} (k = {max(scan)})",
        ]
        for name, scan in scans.items()
    ]
    head = ["sequence", "memory", "k that does", "k of the best trial", *(f"k = {k}" for k in ks), "k = T"]
    return table(head, cells)


def gains(rows: Rows) -> str:
    """Test errors of what is compared."""
    verdict = verdicts(rows, "tpe", DEFAULT)
    linear, esn = rows.numbers("linear_rmse"), rows.numbers("esn_rmse")
    found = {what: rows.finals(what) for what in (DEFAULT, "random", "tpe")}
    cells = [
        [
            name,
            *(_middle(found[what][i]) for what in found),
            f"{np.median(found[DEFAULT][i]) / np.median(found['tpe'][i]):#.3g}",
            verdict[name],
            f"{three(linear[i])} ({rows.sequence('linear')[name]})",
            three(esn[i]),
        ]
        for i, name in enumerate(rows.sequences)
    ]
    return table(
        ["test RMSE", "default", "random search", "TPE", "default / TPE", "TPE's error is", "linear", "ESN32"], cells
    )


def _correlation(x: Array, y: Array) -> str:
    """Spearman's rank correlation, and its two-sided p by permutation: there are many ties."""
    rng, ranks = np.random.default_rng(0), (stats.rankdata(x), stats.rankdata(y))
    found = np.corrcoef(*ranks)[0, 1]
    shuffled = np.array([np.corrcoef(ranks[0], rng.permutation(ranks[1]))[0, 1] for _ in range(PERMUTATIONS)])
    p = (1 + np.sum(np.abs(shuffled) >= abs(found) - 1e-12)) / (1 + PERMUTATIONS)
    return f"{found:.2f} ({_p(float(p))})"


def _count(names: Sequence[str]) -> str:
    listed = f" ({', '.join(names)})" if names and len(names) <= 12 else ""
    return f"{len(names)}{listed}"


def _p(p: float) -> str:
    return f"p = {p:.2g}" if p >= 0.001 else "p < 0.001"


def _spread(ratios: Array) -> str:
    low, middle, high = np.quantile(ratios, [0.25, 0.5, 0.75])
    return f"median {middle:#.3g}, middle half {low:#.3g} to {high:#.3g}"


def _middle(values: Array) -> str:
    return f"{three(float(np.median(values)))} ({three(values.min())} to {three(values.max())})"


def three(value: float) -> str:
    """Three digits.

    Example:
        >>> three(0.012345), three(12.345), three(1e-9)
        ('0.0123', '12.3', '1.00e-09')
    """
    return f"{value:#.3g}"
