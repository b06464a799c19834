"""Several studies of one sweep side by side: which values were best on which sequence."""

from pathlib import Path

from rnn_lab.sweeping.study import SweepStudy


def table(studies: list[SweepStudy]) -> list[list[str]]:
    """A header and a row for each study: its group, best value, parameters, and how its trials ended.

    Where fresh seeds confirmed the best trials, the best value is theirs; what the search reported stands beside it.
    """
    groups = list(studies[0].plan.group)
    keys = list(dict.fromkeys(key for study in studies for key in (each.key for each in study.plan.parameters)))
    fresh = [study.confirmed() for study in studies]
    header = ["best", "trial"] if not any(fresh) else ["best", "reported", "trial"]
    rows = [[*groups, *header, *keys, "complete", "pruned", "failed"]]
    for study, known in zip(studies, fresh, strict=True):
        best, counts = study.best(), study.counts()
        found = [f"{best.values[0]:.6g}", str(best.number)] if best else ["", ""]
        if known:
            found = [f"{known['confirmed']['typical']:.6g}", *found]
        elif any(fresh):
            found = ["", *found]
        params = [_short(best.params.get(key)) if best else "" for key in keys]
        ended = [str(counts[state]) for state in ("complete", "pruned", "fail")]
        rows.append([*study.plan.group.values(), *found, *params, *ended])
    return rows


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
    """Write ``across.md`` into the sweep's folder; gives its text."""
    text = markdown(table(studies))
    draft = folder / ".across.md"
    draft.write_text(text + "\n", encoding="utf-8")
    draft.replace(folder / "across.md")
    return text
