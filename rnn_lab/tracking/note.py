"""The page that a run shows in MLflow before anything else: what was asked, what came out, how to repeat it."""

import math
import re
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from rnn_lab.scoring.spread import described
from rnn_lab.sequences.dataset import BOUNDS
from rnn_lab.tracking.journal import Fact

COLUMNS = {
    "rmse": ("train/rmse", "val/rmse", "test/rmse", "val/mae", "val/nrmse", "val/success"),
    "nrmse": ("train/nrmse", "val/nrmse", "test/nrmse"),
    "loss": ("train/loss", "val/loss", "test/loss", "val/accuracy", "val/success"),
}
NAMES = {"rmse": "RMSE", "nrmse": "NRMSE", "loss": "cross-entropy"}
SPLITS = {"train": "train", "val": "validation", "test": "test"}


def write(
    facts: Mapping[str, Fact],
    stops: Sequence[Fact],
    status: str,
    reason: str,
    *,
    pages: Mapping[str, str] | None = None,
) -> str:
    """Compose the note in markdown, from as many facts as there are.

    Args:
        facts: the last fact of each name.
        stops: the ``stopped`` facts, one a replica.
        status, reason: how the run ended, or ``RUNNING``.
        pages: what to look at next -> its link.

    Example:
        >>> start = {"name": "sine-elman", "config": {}}
        >>> print(write({"start": start}, [], "KILLED", "the trainer was killed"))
        **KILLED**: the trainer was killed
        <BLANKLINE>
    """
    parts = [f"**{status}**: {plain(reason)}"]  # MLflow shows three lines unasked: no heading before them
    if pages:
        parts[0] += " &nbsp; " + " · ".join(f"[{name}]({link})" for name, link in pages.items())
    if "summary" in facts:
        parts += _result(facts["summary"])
    if "best" in facts:
        parts += _best(facts["best"])
    if "comparison" in facts:
        parts += ["## Compared", "\n".join(f"- {plain(text)}" for text in facts["comparison"]["sentences"])]
    if "examination" in facts:
        parts += ["## The sweep examined", "\n".join(f"- {text}" for text in facts["examination"]["sentences"])]
    if len(stops) > 1:
        parts += ["## Replicas", *_replicas(facts, stops)]
    if "data" in facts:
        parts += ["## Data", _data(facts["data"])]
    if "provenance" in facts:
        parts += ["## Again", _again(facts["provenance"])]
    return "\n\n".join(parts) + "\n"


def plain(text: str) -> str:
    r"""Escape what markdown or HTML would make of a text, on one line.

    Example:
        >>> print(plain("no [link](http://h), no <b>, no `code`"))
        no \[link\](http://h), no \<b\>, no \`code\`
    """
    return re.sub(r"([\\`<>\[\]])", r"\\\1", " ".join(text.split()))


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lay out a markdown table, all columns but the first to the right.

    Example:
        >>> print(table(["", "val/rmse"], [["AR1", "0.5"]]))
        |  | val/rmse |
        | --- | ---: |
        | AR1 | 0.5 |
    """
    rule = ["---", *["---:"] * (len(header) - 1)]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in (header, rule, *rows)
    )


def _best(best: Fact) -> list[str]:
    name = f"Trial {best['trial']}"
    linked = f"[{name}]({best['link']})" if best.get("link") else name
    values = ", ".join(f"{_number(value):.6g}" for value in best["values"])
    rows = [
        [parameter, f"{value:.6g}" if isinstance(value, float) else str(value)]
        for parameter, value in best["params"].items()
    ]
    fresh = "\n".join(f"- {text}" for text in best.get("sentences", []))
    said = [f"{linked} is the best.", fresh] if fresh else [f"{linked} is the best: {values}."]
    front = ["Pareto front:", _front(best)] if best.get("front") else []
    return [*said, table(["parameter", "value"], rows), *front]


def _front(best: Fact) -> str:
    """Trials on the front: what the search reported, and what fresh seeds gave where they ran."""
    fresh = (best.get("confirmed") or {}).get("front", {})
    names = best["objectives"]
    rows = []
    for each in best["front"]:
        means = [f"{_number(one['typical']):.6g}" for one in fresh.get(str(each["trial"]), [])]
        rows.append([str(each["trial"]), *(f"{_number(value):.6g}" for value in each["values"]), *means])
        rows[-1] += [""] * (1 + len(names) * (2 if fresh else 1) - len(rows[-1]))
    return table(["trial", *names, *(f"{name}, fresh seeds" for name in names if fresh)], rows)


def _result(summary: Fact) -> list[str]:
    scores = {"**network**": summary["metrics"]}
    for name in summary["baselines"]["validation"]:
        scores[name] = {
            f"{short}/{metric}": value
            for short, split in SPLITS.items()
            for metric, value in summary["baselines"].get(split, {}).get(name, {}).items()
        }
    score = f"val/{summary['score']}"
    columns = [column for column in COLUMNS[summary["score"]] if column in summary["metrics"]]
    ranked = sorted(scores.items(), key=lambda item: _number(item[1].get(score, "inf")))
    rows = [
        [name, *(f"{_number(found[column]):.4g}" if column in found else "" for column in columns)]
        for name, found in ranked
    ]
    baselines = {name: _number(found[score]) for name, found in scores.items() if score in found}
    bounds = [(name, baselines.pop(name)) for name in BOUNDS if name in baselines]
    baselines.pop("**network**")
    name, best = min(baselines.items(), key=lambda item: item[1])
    mine = _number(summary["metrics"][score])
    what = NAMES[summary["score"]]
    if summary["score"] == "loss":
        won = f"the network saves {(best - mine) / math.log(2):.3g} bits at each target."
    else:
        won = f"the network is {best / mine:.3g} times as good." if mine else "the network makes no error."
    verdict = f"On validation data the network's {what} is {mine:.4g}; the best baseline, {name}, has {best:.4g}: " + (
        won if mine < best else "**the network does not beat it.**"
    )
    if summary.get("verdict"):
        verdict += f" {summary['verdict']}"
    if bounds:
        name, bound = bounds[0]
        verdict += f" No answer at all can be expected to be better than {name}, {bound:.4g}."
    sample = summary.get("sample")
    written = [f"It writes, at temperature {sample['temperature']}:\n\n{_quoted(sample)}"] if sample else []
    each = _each_target(summary) if summary.get("pooled") else []
    return [verdict, table(["", *columns], rows), *each, *summary.get("of_draws", []), *written]


def _each_target(summary: Fact) -> list[str]:
    """The errors of targets in different units, which no sum can hold."""
    score = next(f"{short}/rmse" for short, split in SPLITS.items() if split == summary["judged_on"])
    names = list(next(iter(summary["each_target"].values()), {}))
    rows = [
        [
            plain(target),
            *(f"{_number(found[name][score]):.4g}" if score in found.get(name, {}) else "" for name in names),
        ]
        for target, found in summary["each_target"].items()
    ]
    return ["The targets have different units, so the RMSE is of each alone:", table([score, *names], rows)]


def _quoted(sample: Mapping[str, Any]) -> str:
    """The prompt and what was written after it, as a block of code: markdown has no say in it."""
    return "\n".join(f"    {line}" for line in f"{sample['prompt']}{sample['text']}".split("\n"))


def _replicas(facts: Mapping[str, Fact], stops: Sequence[Fact]) -> list[str]:
    rows = [[str(s["replica"]), str(s["epoch"]), str(s["kept_epoch"]), plain(str(s["reason"]))] for s in stops]
    shown = [table(["replica", "last epoch", "kept epoch", "stopped since"], rows)]
    score = f"val/{facts['summary']['score']}" if "summary" in facts else ""
    spread = facts["summary"]["spread"][score] if "summary" in facts else {}
    return [f"{score} {described(spread)}", *shown] if spread else shown


def _data(fact: Fact) -> str:
    rows = [[split, str(tuple(shape["X"])), str(tuple(shape["Y"]))] for split, shape in fact["shapes"].items()]
    records = table(["split", "inputs", "targets"], rows)
    return f"{fact['name']}, fingerprint `{fact['fingerprint'][:16]}`\n\n{records}"


def _again(fact: Fact) -> str:
    git = fact["git"]
    changed = " with changes that are not committed" if git["dirty"] else ""
    commit = f"commit `{git['commit']}`{changed}" if git["commit"] else git["absent"]
    command = shlex.join(fact["command"][1:])
    versions = ", ".join(f"{name} {version}" for name, version in fact["versions"].items() if version)
    return f"    python {command}\n\nseed {fact['seed']}; {commit}; {versions}"


def _number(value: Any) -> float:
    return float(value)
