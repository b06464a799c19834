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
    settings = [s for s in rows.settings("reach") if s.task.startswith("lags")]
    found = [f"{said(s)}: {percent(findings.memory_alone(rows, s))}" for s in settings]
    beyond = []
    for s in settings:
        short = [k for k in rows.ks(s) if k < far(s.task)]
        lows = {k: (spread(rows.values(s, f"k = {k}", "share")).interval or (0.0, 0.0))[0] for k in short}
        if enough := [k for k in short if lows[k] > one_lag()]:
            beyond.append(f"k = {enough[0]} ({said(s)})")
    text = (
        f"**(a) Memory that nobody taught.** Of what k = {LONGEST} knows beyond no memory, a readout of the same first"
        f" weights knows: {'; '.join(found)} (typical value and 95 % interval over seeds)."
    )
    if beyond:
        text += (
            " The smallest k that reaches less far than the longer lag, and yet knows more than the nearer lag alone"
            f" gives: {', '.join(beyond)}."
        )
    return text


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
    parts = []
    compared = findings.against_rtrl(rows)
    for setting in [*rows.settings("rules"), *rows.settings("gated")]:
        worded: dict[str, list[str]] = {}
        for (other, how), each in compared.items():
            if other == setting:
                worded.setdefault(each.verdict, []).append(how)
        words = {"no better than": "worse than RTRL", "better than": "better than RTRL"}
        listed = [f"{words.get(verdict, verdict)}: {', '.join(hows)}" for verdict, hows in worded.items()]
        parts.append(f"{_where(setting)}: {'; '.join(listed)}")
    return f"**(c) Cheap rules against RTRL**, Holm's correction over all {len(compared)}. {'. '.join(parts)}."


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
    """Size of what was carried out, and an estimate of the full design's time."""
    cells, seeds, updates = rows.counts
    edge, tuned = rows.at_the_edge()
    hours = estimate(rows) / 3600
    return (
        f"{cells} cells, {REDUCED.rates} learning rates each by {len(REDUCED.tuning)} seeds, {seeds} fresh seeds,"
        f" {updates} updates a run: {rows.seconds / 60:.0f} minutes of one core. In {edge} of {tuned} cells the rate"
        f" chosen is the lowest or highest tried. The full design (`--full`) has {len(list(FULL.cells()))} cells,"
        f" {FULL.rates} rates, {len(FULL.fresh)} fresh seeds and {FULL.epochs // REDUCED.epochs} times the updates:"
        f" {hours:.1f} hours of one core by these cells' times, {hours / 2:.1f} hours on two."
    )


def estimate(rows: Rows) -> float:
    """Seconds of one core that the full design takes, if a cell's time grows as updates, runs, and the state's size."""
    measured: dict[tuple[str, str], list[float]] = {}
    for part in ("reach", "rules", "linear", "gated"):
        for setting in rows.settings(part):
            for how in rows.ways(setting):
                measured.setdefault((part, how), []).append(rows.values(setting, how, "cell_seconds")[0])
    usual = float(np.mean([value for values in measured.values() for value in values]))
    longer = FULL.epochs / REDUCED.epochs
    runs = (FULL.rates * len(FULL.tuning) + len(FULL.fresh)) / (
        REDUCED.rates * len(REDUCED.tuning) + len(REDUCED.fresh)
    )
    total = 0.0
    for cell in FULL.cells():
        seconds = float(np.mean(measured.get((cell.part, cell.how), [usual])))
        grown = (FULL.rule_hidden_dim / REDUCED.rule_hidden_dim) ** (4 if cell.how == "RTRL" else 1)
        wider = grown if cell.part == "rules" else max(cell.hidden_dim / 32, 0.5) if cell.part == "reach" else 1.0
        total += seconds * longer * runs * wider
    return total


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
        lines.append(
            [
                said(s),
                f"{np.median(begins):g} ({begins.min():g} to {begins.max():g})",
                str(findings.suffices(rows, s)),
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
