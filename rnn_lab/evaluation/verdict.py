"""Verdict of a run: which baselines its network is better than, by a stated test over seeds and draws."""

from collections.abc import Mapping
from typing import Any

from rnn_lab.scoring.comparison import compare, compare_with, corrected
from rnn_lab.sequences.dataset import BOUNDS, metric


def verdict(summary: Mapping[str, Any]) -> str:
    """Compare the network's replicas with each baseline, on the records and by the score that a run is judged by.

    A baseline without random parts is a number, one with them as many values as it was drawn; see
    `rnn_lab.scoring.compare`. The p-values are corrected for the number of baselines.

    Args:
        summary: a run's; ``draws`` holds the scores of each draw.

    Returns:
        A sentence; nothing where there is no baseline with that score, or no replica is left.

    Example:
        >>> baselines = {"validation": {"mean": {"rmse": 2.0}, "AR2": {"rmse": 1.0}}}
        >>> run = {"judged_on": "validation", "score": "rmse", "baselines": baselines, "draws": {}}
        >>> replicas = [{"metrics": {"val/rmse": value}, "diverged": False} for value in (0.9, 1.0, 1.1)]
        >>> print(verdict({**run, "replicas": replicas}))
        By val/rmse the network is better than mean; not told apart from AR2 (t tests over 3 seeds, at 5 % after Holm).
        >>> print(verdict({**run, "replicas": replicas[:1]}))
        One seed does not tell whether the network is better than AR2: take replicas=5.
    """
    split, score = summary["judged_on"], summary["score"]
    name = metric(split, score)
    values = [replica["metrics"][name] for replica in summary["replicas"] if not replica["diverged"]]
    found = {baseline: own[score] for baseline, own in summary["baselines"][split].items() if score in own}
    baselines = dict(sorted(((r, v) for r, v in found.items() if r not in BOUNDS), key=lambda each: each[1]))
    if not values or not baselines:
        return ""
    if len(values) == 1:
        return f"One seed does not tell whether the network is better than {next(iter(baselines))}: take replicas=5."
    scored = {baseline: own["scores"].get(name, ()) for baseline, own in summary["draws"].items()}
    draws = {baseline: values for baseline, values in scored.items() if len(values) > 1}
    tests = corrected(
        {r: compare(values, draws[r]) if r in draws else compare_with(values, value) for r, value in baselines.items()}
    )
    told: dict[str, list[str]] = {"better than": [], "not told apart from": [], "no better than": []}
    for baseline, test in tests.items():
        told[test.verdict].append(baseline)
    said = "; ".join(f"{what} {', '.join(names)}" for what, names in told.items() if names)
    drawn = "".join(f" and {len(own)} draws of {baseline}" for baseline, own in draws.items() if baseline in baselines)
    return f"By {name} the network is {said} (t tests over {len(values)} seeds{drawn}, at 5 % after Holm)."


def of_draws(summary: Mapping[str, Any]) -> list[str]:
    """Say of each baseline with random parts how often it was drawn, of what, and from where to where it scored.

    Example:
        >>> drawn = {"ESN8": {"settings": "8 units", "scores": {"val/rmse": [0.25, 0.5, 0.375]}}}
        >>> of_draws({"judged_on": "validation", "score": "rmse", "draws": drawn})
        ['ESN8: the median of 3 draws of 8 units; val/rmse from 0.25 to 0.5.']
    """
    name, lines = metric(summary["judged_on"], summary["score"]), []
    for baseline, own in summary["draws"].items():
        of_split = [other for other in own["scores"] if other.partition("/")[0] == name.partition("/")[0]]
        shown = name if name in of_split else of_split[0]  # of classes it has no loss
        values = own["scores"][shown]
        if len(values) == 1:
            lines.append(f"{baseline}: one draw of {own['settings']}.")
        else:
            ends = f"{shown} from {min(values):.4g} to {max(values):.4g}"
            lines.append(f"{baseline}: the median of {len(values)} draws of {own['settings']}; {ends}.")
    return lines
