"""Several studies of one sweep side by side: which values were best on which sequence."""

from pathlib import Path
from typing import Any

from rnn_lab.sweeping.study import SweepStudy


def table(studies: list[SweepStudy]) -> list[list[str]]:
    """A header and a row for each study: its group, best value, parameters, and how its trials ended.

    Where fresh seeds confirmed the best trials, the best value is theirs; beside it stand its interval, what the search
    reported and how much too good that was, and the score on test records if there are any.
    """
    groups = list(studies[0].plan.group)
    keys = list(dict.fromkeys(key for study in studies for key in (each.key for each in study.plan.parameters)))
    fresh = [study.confirmed() for study in studies]
    tests = list(dict.fromkeys(name for known in fresh if known for name in known["test"]))
    more = ["95 % interval", "reported", "optimism", *tests] if any(fresh) else []
    rows = [[*groups, "best", *more, "trial", *keys, "complete", "pruned", "failed"]]
    for study, known in zip(studies, fresh, strict=True):
        best, counts = study.best(), study.counts()
        reported = f"{best.values[0]:.6g}" if best else ""
        cells = dict.fromkeys(["best", *more], "") | {"reported" if more else "best": reported}
        if known:
            fresh_one = known["confirmed"]
            cells |= {"best": f"{fresh_one['typical']:.6g}", "95 % interval": _interval(fresh_one)}
            cells |= {"optimism": _optimism(known)} | {n: f"{each['typical']:.6g}" for n, each in known["test"].items()}
        params = [_short(best.params.get(key)) if best else "" for key in keys]
        ended = [str(counts[state]) for state in ("complete", "pruned", "fail")]
        rows.append([*study.plan.group.values(), *cells.values(), str(best.number) if best else "", *params, *ended])
    return rows


def _interval(spread: dict[str, Any]) -> str:
    return "{:.4g} to {:.4g}".format(*spread["interval"]) if spread["interval"] else ""


def _optimism(known: dict[str, Any]) -> str:
    """Share by which the search's value was better than fresh seeds', relative to it where that means anything."""
    if known["reported"] > 0 and known["confirmed"]["typical"] > 0:
        return f"{round(known['optimism'] / known['reported'], 2) + 0.0:.0%}"  # not -0%
    return f"{known['optimism']:.2g}"


def _short(value: object) -> str:
    return "" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)


def markdown(rows: list[list[str]]) -> str:
    """The table in columns that are also valid Markdown.

    >>> print(markdown([["data", "best"], ["sine", "0.1"]]))
    | data | best |
    | ---- | ---- |
    | sine | 0.1  |
    """
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in rows]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def save(studies: list[SweepStudy], folder: Path) -> str:
    """Write ``across.md`` into the sweep's folder; gives what of it was not said of each study, for a terminal."""
    rows = table(studies)
    draft = folder / ".across.md"
    draft.write_text(markdown(rows) + "\n", encoding="utf-8")
    draft.replace(folder / "across.md")
    news = (*studies[0].plan.group, "best", "95 % interval", "trial", "complete", "pruned", "failed")
    chosen = [position for position, name in enumerate(rows[0]) if name in news]
    return markdown([[row[position] for position in chosen] for row in rows])
