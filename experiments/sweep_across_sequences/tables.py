"""Findings in the rows of the study, in Markdown: the generated parts of its README."""

import textwrap
from collections.abc import Callable, Sequence

import numpy as np
from scipy import stats

from experiments.evidence import table
from experiments.sweep_across_sequences.design import DEFAULT, FURTHER, KEYS, NOISY, SAMPLERS, WHERE
from experiments.sweep_across_sequences.memory import SLACK, enough
from experiments.sweep_across_sequences.rows import Array, Rows
from rnn_lab.scoring.comparison import compare, corrected
from rnn_lab.scoring.power import detectable

SURE, PERMUTATIONS = 0.9, 9999
LOWER, HIGHER, EQUAL = "lower", "higher", "not told apart"
WORDS = {"better than": LOWER, "no better than": HIGHER, "not told apart from": EQUAL}
HOLDS = 0.1
"""Relative distance within which a sweep's word holds."""


def blocks(rows: Rows) -> dict[str, str]:
    """Every generated part of the README by name."""
    parts: tuple[Callable[[Rows], str], ...] = (answer, sizes, importances, truncation, gains, confirmed)
    return {part.__name__: part(rows) for part in parts}


def answer(rows: Rows) -> str:
    """The findings, one paragraph for each question."""
    asked = (_what_matters, _how_far_back, _what_is_gained, _which_sampler, _what_holds)
    lines = [each(rows) for each in asked]
    return "\n".join(
        textwrap.fill(f"- {line}", 118, subsequent_indent="  ", break_on_hyphens=False, break_long_words=False)
        for line in lines
    )


def _what_matters(rows: Rows) -> str:
    said = "; ".join(f"{where}, {_ranked(rows, where)}" for where in WHERE)
    return f"**(a) What matters most.** Over the {len(rows.sequences)} sequences together: {said}."


def _ranked(rows: Rows, where: str) -> str:
    found = np.stack([rows.importance(where, key, "importance") for key in KEYS])
    means = ", ".join(f"{key} {mean:.2f}" for key, mean in zip(KEYS, found.mean(axis=1), strict=True))
    largest = np.bincount(found.argmax(axis=0), minlength=len(KEYS))
    times = ", ".join(f"{count} times the {key}" for key, count in zip(KEYS, largest, strict=True))
    p = float(stats.friedmanchisquare(*found).pvalue)
    first = firsts(rows, where)
    sure = ", ".join(
        f"`{key}` on {_count(names)}" for key in KEYS if (names := [n for n, k in first.items() if k == key])
    )
    unsure = sum(key is None for key in first.values())
    return (
        f"{means} (mean importance; Friedman's test that the three are alike: {_p(p)}), the largest {times}; first "
        f"in at least {SURE:.0%} of resampled sweeps {sure or 'none of the three anywhere'}, and on {unsure} sequences "
        f"the trials do not tell which comes first"
    )


def _how_far_back(rows: Rows) -> str:
    memory, window = rows.numbers("memory"), rows.numbers("window")
    ks = np.array(list(shortest(rows).values()), float)
    tenth = np.array([shortest_within_a_tenth(rows.scan(name)) for name in rows.sequences], float)
    best = rows.better_winner("bptt_truncate")
    longer = memory > 1
    scans = [rows.scan(name) for name in rows.sequences]
    cost = {k: np.array([scan[k or max(scan)] / min(scan.values()) for scan in scans]) for k in (1, None)}
    return (
        f"**(b) How far back.** Rank correlation of memory with the shortest k that does: {_correlation(memory, ks)}"
        f'; if "does" is within a tenth of the best k only: {_correlation(memory, tenth)}. With the k of the better '
        f"sweep's winner it is {_correlation(memory, best)}, but where memory is longer the window is too, from which "
        f"that k is drawn: as a share of the window, {_correlation(memory, best / window)}. k = 1, no gradient through "
        f"time at all, does on {int((ks == 1).sum())} of {len(ks)} sequences; its error over the best k's has "
        f"{_spread(cost[1])}; that of the whole window, {_spread(cost[None])}. Of the {int(longer.sum())} sequences "
        f"whose memory is longer than one row, a k shorter than it does on {int((ks < memory)[longer].sum())}, and "
        f"{int((ks > memory)[longer].sum())} need a longer one."
    )


def _what_is_gained(rows: Rows) -> str:
    verdict, seeds = verdicts(rows, "tpe", DEFAULT), len(rows.finals("tpe")[0])
    gain = rows.medians(DEFAULT) / rows.medians("tpe")
    noisy = np.array([name in NOISY for name in rows.sequences])
    by = {word: [name for name, said in verdict.items() if said == word] for word in (LOWER, HIGHER, EQUAL)}
    beats = {what: int((rows.medians(what) < rows.numbers("linear_rmse")).sum()) for what in (DEFAULT, "tpe")}
    return (
        f"**(c) What a sweep gains.** The test error of TPE's winner is lower than the default's on "
        f"{_count(by[LOWER])}, higher on {_count(by[HIGHER])}, and not told apart on {_count(by[EQUAL])} "
        f"(permutation tests of {seeds} seeds a side, after Holm; one alone finds four of five differences whose P is "
        f"{detectable(seeds, seeds):.2f} or more). The default's median over TPE's: "
        f"{_spread(gain[~noisy])} on the {int((~noisy).sum())} sequences without noise, "
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
        f"{verdict.count(HIGHER)}, not told apart on {verdict.count(EQUAL)}."
    )


def _what_holds(rows: Rows) -> str:
    said = []
    for sampler, label in zip(SAMPLERS, ("random search", "TPE"), strict=True):
        after = {column: rows.winners(sampler, column) / rows.further(sampler) for column in ("reported", "confirmed")}
        held = {column: int((np.abs(ratio - 1) <= HOLDS).sum()) for column, ratio in after.items()}
        inside = (rows.winners(sampler, "low") <= rows.further(sampler)) & (
            rows.further(sampler) <= rows.winners(sampler, "high")
        )
        said.append(
            f"of {label} the confirmed value is within {HOLDS:.0%} of it on {held['confirmed']} of "
            f"{len(rows.sequences)} (the interval holds it on {int(inside.sum())}), what the search itself saw of the "
            f"same trial on {held['reported']} (over it: {_spread(after['reported'])}; confirmed: "
            f"{_spread(after['confirmed'])})"
        )
    return f"**(e) Does its word hold?** Against the median of {FURTHER} further seeds: {'; '.join(said)}."


def firsts(rows: Rows, where: str) -> dict[str, str | None]:
    """The parameter that comes first on each sequence, or None where the resampled trials do not agree on it."""
    share = {key: rows.importance(where, key, "first") for key in KEYS}
    return {name: next((key for key in KEYS if share[key][i] >= SURE), None) for i, name in enumerate(rows.sequences)}


def shortest(rows: Rows) -> dict[str, int]:
    """The shortest truncation length that does, by the rule that also measures the memory."""
    scans = {name: rows.scan(name) for name in rows.sequences}
    return {name: enough(list(scan), list(scan.values())) for name, scan in scans.items()}


def shortest_within_a_tenth(scan: dict[int, float]) -> int:
    """The same without the clause that what is below a hundredth is solved."""
    return next(k for k, error in scan.items() if error <= SLACK * min(scan.values()))


def verdicts(rows: Rows, configuration: str, against: str) -> dict[str, str]:
    """Verdicts by the lab's test over seeds, after Holm for all sequences: errors lower or higher than another's."""
    pairs = zip(rows.sequences, rows.finals(configuration), rows.finals(against), strict=True)
    found = corrected({name: compare(ours, theirs) for name, ours, theirs in pairs})
    return {name: WORDS[each.verdict] for name, each in found.items()}


def sizes(rows: Rows) -> str:
    """The sequences: how large, how far ahead, how long their memory."""
    columns = ("window", "horizon", "train", "validation", "test", "memory")
    facts = {column: rows.sequence(column) for column in columns}
    error = rows.sequence("memory_nrmse")
    cells = [[name, *(facts[column][name] for column in columns), three(float(error[name]))] for name in rows.sequences]
    return table(["sequence", "T", *columns[1:], "NRMSE without recurrence"], cells)


def importances(rows: Rows) -> str:
    """Importances in both regions, with their intervals."""
    first, cells = {where: firsts(rows, where) for where in WHERE}, []
    for i, name in enumerate(rows.sequences):
        shares = [
            "{:.2f} ({:.2f} to {:.2f})".format(
                *(rows.importance(where, key, column)[i] for column in ("importance", "low", "high"))
            )
            for where in WHERE
            for key in KEYS
        ]
        cells.append([name, *shares, *(first[where][name] or "not told" for where in WHERE)])
    short = ("all", "near")
    head = [f"{key}, {where}" for where in short for key in KEYS] + [f"first, {where}" for where in short]
    return table(["sequence", *head], cells)


def truncation(rows: Rows) -> str:
    """Validation NRMSE by truncation length."""
    does, memory = shortest(rows), rows.sequence("memory")
    best = dict(zip(rows.sequences, rows.better_winner("bptt_truncate"), strict=True))
    scans = {name: rows.scan(name) for name in rows.sequences}
    ks = sorted({k for name, scan in scans.items() for k in scan if k < int(rows.sequence("window")[name])})
    cells = [
        [
            name,
            memory[name],
            str(does[name]),
            f"{best[name]:.0f}",
            *(three(scan[k]) if k in scan else "" for k in ks),
            f"{three(scan[max(scan)])} (k = {max(scan)})",
        ]
        for name, scan in scans.items()
    ]
    head = ["sequence", "memory", "k that does", "k of the winner", *(f"k = {k}" for k in ks), "k = T"]
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


def confirmed(rows: Rows) -> str:
    """Words of TPE's sweeps on their winners, and the median of further seeds."""
    columns = {column: rows.winners("tpe", column) for column in ("trial", "reported", "confirmed", "low", "high")}
    seeds, raced = rows.winners("tpe", "fresh_seeds"), rows.winners("tpe", "raced")
    further = rows.further("tpe")
    cells = [
        [
            name,
            f"{columns['trial'][i]:.0f}",
            three(columns["reported"][i]),
            f"{three(columns['confirmed'][i])} ({three(columns['low'][i])} to {three(columns['high'][i])})",
            f"{seeds[i]:.0f} of {raced[i]:.0f}",
            three(further[i]),
            f"{columns['reported'][i] / further[i]:#.3g}",
            f"{columns['confirmed'][i] / further[i]:#.3g}",
        ]
        for i, name in enumerate(rows.sequences)
    ]
    head = ("reported", "confirmed", "seeds, of trials raced", f"median of {FURTHER} more", "reported / median")
    return table(["sequence", "trial", *head, "confirmed / median"], cells)


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
