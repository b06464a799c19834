"""Findings in the rows of the truncation study, in Markdown: the generated parts of its README."""

from collections.abc import Callable

import numpy as np

from experiments.evidence import table
from experiments.truncation import costs, findings
from experiments.truncation.design import FULL, LONGEST, REDUCED
from experiments.truncation.rows import Array, Rows, Setting, far, known, one_lag, said
from experiments.words import bullets
from rnn_lab.scoring.spread import Spread, spread


def blocks(rows: Rows) -> dict[str, str]:
    """Every generated part of the README by name."""
    parts: tuple[Callable[[Rows], str], ...] = (
        answer, size, reach, starting, rules, claims, closed_forms, cost_of_rules, cost_of_instruments,
    )  # fmt: skip
    return {part.__name__: part(rows) for part in parts}


def interval(found: Spread, digits: int = 3) -> str:
    """A typical value and its 95 % interval.

    Example:
        >>> interval(spread([0.5, 0.52, 0.54])), interval(spread([-0.0001, -0.0002]), 1)
        ('0.520 (0.470 to 0.570)', '0.0 (0.0 to 0.0)')
    """
    return _with_ends(found, f".{digits}f")


def percent(found: Spread) -> str:
    """The same of a share, in per cent."""
    return _with_ends(found, ".0%")


def _with_ends(found: Spread, form: str) -> str:
    texts = [format(value, form) for value in (found.typical, *(found.interval or ()))]
    texts = [text.removeprefix("-") if not text.strip("-0.%") else text for text in texts]
    return texts[0] if len(texts) == 1 else f"{texts[0]} ({texts[1]} to {texts[2]})"


def answer(rows: Rows) -> str:
    """The findings, one a question."""
    return bullets([_memory(rows), _start(rows), _cheap(rows), _first_claim(rows), _second_claim(rows)])


def _memory(rows: Rows) -> str:
    """By gain, over the two-lag settings in which the longest k knows anything."""
    by_gain: dict[float, list[float]] = {}
    short = []
    for s in (setting for setting in rows.settings("reach") if setting.task.startswith("lags")):
        lows = {k: (spread(rows.values(s, f"k = {k}", "share")).interval or (0.0, 0.0))[0] for k in rows.ks(s)}
        if lows[LONGEST] > 0:
            by_gain.setdefault(s.gain, []).append(max(findings.memory_alone(rows, s).typical, 0.0))
        short.append(any(low > one_lag() for k, low in lows.items() if 0 < k < far(s.task)))
    found = [
        f"at a gain of {gain:g} {np.median(each):.0%} ({min(each):.0%} to {max(each):.0%} in {len(each)} settings)"
        for gain, each in sorted(by_gain.items())
    ]
    return (
        f"**(a) Memory that nobody taught.** Of what k = {LONGEST} knows beyond no memory, a readout of the same first"
        f" weights knows {'; '.join(found)}: the median of settings, each its mean over seeds. In {sum(short)} of"
        f" {len(short)} settings some k that reaches less far than the longer lag knows more than the nearer lag alone"
        " gives."
    )


def _start(rows: Rows) -> str:
    settings = findings.learnable(rows)
    parts = [f"{name} {rho:.2f} (p = {p:.2g})" for name, (rho, p) in findings.predicted(rows).items()]
    return (
        f"**(b) The k at which learning starts**, in the {len(settings)} settings in which k = {LONGEST} is better than"
        f" the readout alone. Rank correlation with: {'; '.join(parts)}. So few settings tell apart no correlation"
        f" from one below about {_least(len(settings))}."
    )


def _least(settings: int) -> str:
    """The rank correlation that so many settings need for p < 5 %."""
    needed = {4: "1.00 (nor that)", 5: "1.00", 6: "0.89", 7: "0.79", 8: "0.74"}
    return needed.get(settings, "0.7")


def _cheap(rows: Rows) -> str:
    """By rule: in how many settings it is worse than RTRL, better, or not told apart."""
    compared = findings.against_rtrl(rows)
    by_rule: dict[str, dict[str, list[str]]] = {}
    for (setting, how), each in compared.items():
        by_rule.setdefault(how, {}).setdefault(each.verdict, []).append(_where(setting))
    words = {"better than": "better", "no better than": "worse"}
    parts = []
    for how, worded in by_rule.items():
        listed = [
            f"{words.get(verdict, verdict)} in {len(where)}" + f" ({'; '.join(where)})" * (verdict != "no better than")
            for verdict, where in worded.items()
        ]
        parts.append(f"{how}: {', '.join(listed)}")
    return (
        f"**(c) Cheap rules against RTRL**, in {len(rows.settings('rules'))} settings of an Elman layer and"
        f" {len(rows.settings('gated'))} of a GRU, Holm's correction over all {len(compared)} comparisons."
        f" {'. '.join(parts)}."
    )


def _where(setting: Setting) -> str:
    cell = "GRU, " if setting.part == "gated" else ""
    return f"{cell}{setting.optimizer}, gain {setting.gain:g}"


def _first_claim(rows: Rows) -> str:
    compared = findings.against_rtrl(rows)
    parts = [
        f"at a gain of {setting.gain:g} {each.sentence('k = 1', 'RTRL')}"
        for (setting, how), each in compared.items()
        if setting.optimizer == "rmsprop" and how == "k = 1"
    ]
    if not parts:
        return "**(d) Immediate derivatives with RMSprop** were not tried."
    return f"**(d) Immediate derivatives with RMSprop** match full RTRL (2603.28750)? {' '.join(parts)}"


def _second_claim(rows: Rows) -> str:
    (setting,) = rows.settings("linear")
    ranks = {how: rows.values(setting, how, "rank") for how in rows.ways(setting)}
    named = ", ".join(f"{how} {_range(values)}" for how, values in ranks.items())
    loss = ", ".join(f"{how} {interval(spread(rows.values(setting, how)), 4)}" for how in ranks)
    return (
        f"**(d) RFLO in a linear network** (2606.00243; fixed random feedback, plain gradient descent, H = {setting.H},"
        f" two classes). Rank of what training adds to W_hh: {named}. Loss after equal updates: {loss}."
    )


def _range(values: Array) -> str:
    low, high = int(values.min()), int(values.max())
    return f"{low}" if low == high else f"{low} to {high}"


def size(rows: Rows) -> str:
    """Size of what was carried out, and of the other design."""
    cells, seeds, updates = rows.counts
    edge, tuned = rows.at_the_edge()
    done, other = (FULL, REDUCED) if cells == len(list(FULL.cells())) else (REDUCED, FULL)
    its = "full" if other is FULL else "reduced"
    text = (
        f"{cells} cells, {done.rates} learning rates each by {len(done.tuning)} seeds, {seeds} fresh seeds, {updates}"
        f" updates a run: {rows.seconds / 3600:.1f} hours of one core. In {edge} of {tuned} cells the rate chosen is"
        f" the lowest or highest tried. The {its} design has {len(list(other.cells()))} cells, {other.rates} rates,"
        f" {len(other.fresh)} fresh seeds and {other.epochs / done.epochs:g} times the updates"
    )
    return f"{text}." if other is FULL else f"{text}: {reduced(rows) / 60:.0f} minutes of one core by these times."


def reduced(rows: Rows) -> float:
    """Seconds of one core that the reduced design takes, by the times of the same cells in the full one."""
    runs, all_runs = (len(each.tuning) * each.rates + len(each.fresh) for each in (REDUCED, FULL))
    total = 0.0
    for cell in REDUCED.cells():
        H = FULL.rule_hidden_dim if cell.part == "rules" else cell.hidden_dim
        same = Setting(cell.part, cell.task, cell.gain, H, cell.optimizer)
        total += float(rows.values(same, cell.how, "cell_seconds")[0])
    return total * runs / all_runs * REDUCED.epochs / FULL.epochs


def reach(rows: Rows) -> str:
    """Shares of what can be known, by k."""
    lines = []
    for setting in rows.settings("reach"):
        cells = [interval(spread(row), 2) for row in rows.shares(setting)]
        lines.append([said(setting), *cells])
    ks = rows.ks(rows.settings("reach")[0])
    return table(["share of what can be known", *(f"k = {k}" for k in ks)], lines)


def starting(rows: Rows) -> str:
    """Kappa, the gradient beyond k, memory, and the k at which learning starts."""
    lines = []
    for s in rows.settings("reach"):
        begins, longest = findings.starts(rows, s), f"k = {LONGEST}"
        learned = findings.taught(rows, s).verdict == "better than"
        lines.append(
            [
                said(s),
                f"{np.median(begins):g} ({begins.min():g} to {begins.max():g})" if learned else "never",
                str(findings.suffices(rows, s)) if learned else "",
                interval(spread(rows.values(s, longest, "kappa_first")), 1),
                interval(spread(rows.values(s, longest, "kappa_later")), 1),
                interval(spread(rows.values(s, "k = 1", "cosine")), 2),
                interval(spread(rows.values(s, "k = 1", "beyond_k")), 2),
                interval(spread(rows.values(s, longest, "capacity_first")), 1),
                interval(spread(rows.values(s, longest, "capacity_last")), 1),
            ]
        )
    head = [
        "setting", "learning starts at k", "k that suffices", "kappa(.5) before", "kappa(.5) in training",
        "cosine of k = 1", "gradient beyond k = 1", "memory before", "memory after",
    ]  # fmt: skip
    return table(head, lines)


def rules(rows: Rows) -> str:
    """Losses of the rules, each with its verdict against RTRL, its alignment, and its chosen rate."""
    compared = findings.against_rtrl(rows)
    lines = []
    for setting in [*rows.settings("rules"), *rows.settings("gated")]:
        for how in rows.ways(setting):
            each = compared.get((setting, how))
            p = "" if each is None or each.corrected is None else f"{each.corrected:.2g}"
            cosine = rows.values(setting, how, "cosine")
            lines.append(
                [
                    f"{_where(setting)}, {how}",
                    interval(spread(rows.values(setting, how)), 4),
                    "" if each is None else each.verdict,
                    p,
                    interval(spread(cosine), 2),
                    interval(spread(rows.values(setting, how, "bias")), 2),
                    f"{rows.values(setting, how, 'rate')[0]:g}",
                ]
            )
    return table(["rule", "loss", "is ... RTRL", "p (Holm)", "cosine", "relative bias", "rate"], lines)


def claims(rows: Rows) -> str:
    """The linear networks: loss, and the rank of what training adds."""
    (setting,) = rows.settings("linear")
    lines = [
        [
            how if how != "RFLO" else "RFLO, fixed random feedback",
            interval(spread(rows.values(setting, how)), 4),
            _range(rows.values(setting, how, "rank")),
            interval(spread(rows.values(setting, how, "cosine")), 2),
        ]
        for how in rows.ways(setting)
    ]
    return table(["linear network", "loss", "rank of the change of W_hh", "cosine"], lines)


def closed_forms(rows: Rows) -> str:
    """The long runs beside what is known exactly."""
    exact = known("")
    lines = [[name, f"{loss:.4f}"] for name, loss in exact.items()]
    lines += [[how, ", ".join(f"{loss:.4f}" for loss in rows.long(how))] for how in ("k = 0", "k = 9", "k = 12")]
    return table([f"lags 3, 8; H = 32; gain 0.3; {rows.long_updates} updates", "expected loss, nats"], lines)


def cost_of_rules(rows: Rows) -> str:
    """Milliseconds of a step."""
    return costs.rules_table(rows.costs)


def cost_of_instruments(rows: Rows) -> str:
    """Milliseconds of a measurement."""
    return costs.instruments_table(rows.costs)
