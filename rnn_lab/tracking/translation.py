"""Names in MLflow for the facts of a journal: its pages tell the story in the order of these names.

A slash in a metric's name opens a section of a run's charts, and sections stand in alphabetical order. So what is
measured stands before the slash and the split behind it, ``loss/val`` for the journal's ``val/loss``: training and
validation are neighbours, and come before the single numbers, whose sections begin with ``scores``.
"""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rnn_lab.sequences.dataset import BOUNDS
from rnn_lab.tracking.comparison import group, is_described
from rnn_lab.tracking.journal import Fact
from rnn_lab.tracking.names import numbers

SPLITS = ("train", "val", "test")
JUDGED = {"validation": "val", "test": "test"}
"""The splits on which a network is judged, and their names in metrics."""

TRAINING = {
    "lr": "training/learning_rate",
    "epoch_seconds": "training/epoch_seconds",
    "grad/norm": "training/gradient_norm",
    "grad/clipped": "training/gradient_clipped",
}
"""Metrics of how training goes, in one section behind the scores."""

BY_SEED = {f"{part}/{score}" for part in ("train", "val") for score in ("rmse", "nrmse", "accuracy")}
"""Metrics that MLflow gets for each replica. The journal has all of them; MLflow's charts would drown in them."""

EXACT = 1e-6
FIRST = ("rmse", "nrmse", "accuracy", "loss")
"""Scores that MLflow's table of a run's metrics begins with: it keeps the order in which they come."""


def metric(name: str) -> str:
    """Return the name in MLflow of a metric of the journal.

    Example:
        >>> metric("val/rmse"), metric("grad/norm"), metric("weights/spectral_radius")
        ('rmse/val', 'training/gradient_norm', 'weights/spectral_radius')
    """
    part, _, score = name.partition("/")
    return f"{score}/{part}" if score and part in SPLITS else TRAINING.get(name, name)


def epoch(
    fact: Fact, *, first_seed: int = 0, baseline: Mapping[str, Any] | None = None, pooled: Sequence[str] = ()
) -> dict[str, Any]:
    """Return the metrics of an ``epoch`` fact: means over replicas, some of each replica's own, and what is to beat.

    Args:
        fact: of one epoch.
        first_seed: of the first replica.
        baseline: of `line_to_beat`, repeated at each epoch: a line beside the curves.
        pooled: scores that are left out, since they add up errors in different units.

    Example:
        >>> epoch({"metrics": {"val/rmse": 0.5}, "replicas": {"val/rmse": [0.25, 0.75], "lr": [0.1, 0.1]}})
        {'rmse/val': 0.5, 'rmse_by_seed/val_0': 0.25, 'rmse_by_seed/val_1': 0.75}
    """
    kept = {name: value for name, value in fact["metrics"].items() if name.partition("/")[2] not in pooled}
    found = {metric(name): value for name, value in kept.items()} | dict(baseline or {})
    found = {name: found[name] for name in sorted(found, key=_place)}
    for name, values in fact.get("replicas", {}).items():
        if name in BY_SEED and name in kept:
            part, score = name.split("/")
            found |= {f"{score}_by_seed/{part}_{first_seed + r}": value for r, value in enumerate(values)}
    return found


def _place(name: str) -> tuple[int, bool]:
    score, _, part = name.partition("/")
    return FIRST.index(score) if score in FIRST else len(FIRST), part != "val"


def baselines(fact: Fact) -> dict[str, Any]:
    """Return the errors of a ``baselines`` fact.

    Example:
        >>> baselines({"train": {"AR2": {"rmse": 0.1}}, "validation": {"AR2": {"rmse": 0.2, "mae": 0.1}}})
        {'scores_baselines/AR2_val_rmse': 0.2}
    """
    return {
        f"scores_baselines/{name.replace(' ', '_')}_{short}_{score}": scores[score]
        for split, short in JUDGED.items()
        for name, scores in fact.get(split, {}).items()
        for score in [_score(scores, fact)]
    }


def best_baseline(fact: Fact) -> str:
    """Name the baseline that is best on validation, with its score; nothing if there is none.

    Example:
        >>> best_baseline({"validation": {"mean": {"rmse": 0.7}, "AR2": {"rmse": 0.2}, "ideal": {"rmse": 0.0}}})
        'AR2 0.2'
        >>> scores = {"mean": {"rmse": 1.0, "nrmse": 2.0}, "AR1": {"rmse": 5.0, "nrmse": 0.5}}
        >>> best_baseline({"validation": scores, "score": "nrmse"})
        'AR1 0.5'
    """
    for baselines in _baselines(fact).values():
        name = min(baselines, key=baselines.__getitem__)
        return f"{name} {baselines[name]:.4g}"
    return ""


def line_to_beat(fact: Fact) -> dict[str, float]:
    """Return the best baseline's score on validation as a metric beside the network's, for a line in their chart.

    A baseline that is exact would squeeze all curves to nothing: its line would lie millions of times below. So the
    best one counts that is within a millionth of the worst.

    Example:
        >>> line_to_beat({"validation": {"mean": {"rmse": 0.7}, "AR1": {"rmse": 0.2}, "AR2": {"rmse": 1e-12}}})
        {'rmse/baseline': 0.2}
    """
    return {
        f"{score}/baseline": min(value for value in baselines.values() if value >= EXACT * max(baselines.values()))
        for score, baselines in _baselines(fact).items()
    }


def _baselines(fact: Fact) -> dict[str, dict[str, float]]:
    """The score that counts -> baseline -> value on validation."""
    for score in (fact.get("score", "rmse"), "rmse", "loss"):
        scores = fact.get("validation", {}).items()
        known = {name: float(found[score]) for name, found in scores if score in found and name not in BOUNDS}
        if known := {name: value for name, value in known.items() if math.isfinite(value)}:
            return {score: known}
    return {}


def of_fresh_seeds(best: Fact) -> dict[str, float]:
    """Return what fresh seeds gave a study's winner, under the names that its own run has for its scores.

    Example:
        >>> fresh = {"confirmed": {"typical": 0.2}, "test": {"test/rmse": {"typical": 0.3}}}
        >>> of_fresh_seeds({"objectives": ["val/rmse"], "confirmed": fresh})
        {'scores/val_rmse': 0.2, 'scores/test_rmse': 0.3}
    """
    found = best.get("confirmed") or {}
    if not found:
        return {}
    named = {best["objectives"][0]: found["confirmed"], **found["test"]}
    values = {f"scores/{name.replace('/', '_')}": float(each["typical"]) for name, each in named.items()}
    return {name: value for name, value in values.items() if math.isfinite(value)}


def _score(scores: Mapping[str, Any], fact: Fact) -> str:
    return next((score for score in (fact.get("score", "rmse"), "rmse", "loss") if score in scores), "accuracy")


def final(summary: Fact) -> dict[str, float]:
    """Return the scores of the kept weights from a ``summary`` fact, all in one section.

    What the journal has beyond them stays there: MLflow's pages show each number as a chart of its own.
    """
    score, pooled = summary["score"], summary.get("pooled", ())
    found = {
        name.replace("/", "_"): value
        for name, value in summary["metrics"].items()
        if name == f"train/{score}"
        or (name.partition("/")[0] in JUDGED.values() and name.partition("/")[2] not in pooled)
    }
    judged = [f"{part}/{score}" for part in ("train", "val")]
    spread = {
        f"{name.replace('/', '_')}_sd": summary["spread"][name]["standard_deviation"]
        for name in judged
        if summary["spread"].get(name)
    }
    kept = max(replica["kept_epoch"] for replica in summary["replicas"])
    seconds = summary["seconds"]["training"]
    return numbers({**found, **spread, "epochs": summary["epochs"], "kept_epoch": kept, "seconds": seconds}, "scores")


def free_run(summary: Fact) -> dict[str, float]:
    """Return the network's valid time and errors when it runs freely, and the valid times of its baselines.

    Example:
        >>> scores = {"valid_time": {"mean": 2.5, "median": 2.0}, "nrmse": {"1": 0.1}}
        >>> free_run({"free_run": {"network": scores, "rivals": {"AR9": {"valid_time": {"mean": 0.5}}}}})
        {'scores_free_run/valid_time': 2.5, 'scores_free_run/nrmse_1': 0.1, 'scores_free_run/AR9_valid_time': 0.5}
    """
    section = summary.get("free_run")
    if section is None:
        return {}
    network = section["network"]
    errors = {f"nrmse_{horizon}": value for horizon, value in network["nrmse"].items()}
    others = {f"{name}_valid_time": scores["valid_time"]["mean"] for name, scores in section["rivals"].items()}
    return numbers({"valid_time": network["valid_time"]["mean"], **errors, **others}, "scores_free_run")


def backtest(summary: Fact) -> dict[str, float]:
    """Return the errors of a backtest by horizon, the network's and, over all horizons, the baselines' too.

    Example:
        >>> section = {"score": "rmse", "rmse": {"network": [0.1, 0.2]}, "overall": {"network": 0.15, "AR1": 0.3}}
        >>> backtest({"backtest": section})  # doctest: +NORMALIZE_WHITESPACE
        {'scores_backtest/rmse': 0.15, 'scores_backtest/AR1_rmse': 0.3,
         'scores_backtest/rmse_1': 0.1, 'scores_backtest/rmse_2': 0.2}
    """
    section = summary.get("backtest")
    if section is None:
        return {}
    score = section["score"]
    whole = {score if name == "network" else f"{name}_{score}": value for name, value in section["overall"].items()}
    ahead = {f"{score}_{step}": value for step, value in enumerate(section["rmse"]["network"], start=1)}
    return numbers({**whole, **ahead}, "scores_backtest")


def intervals(summary: Fact) -> dict[str, float]:
    """Return the share of test targets that intervals at 95 % hold, one step ahead.

    Example:
        >>> intervals({"intervals": {"coverage": {"0.95": [0.94, 0.96]}}})
        {'scores_intervals/coverage_95': 0.94}
    """
    held = summary.get("intervals", {}).get("coverage", {}).get("0.95")
    return {} if held is None else numbers({"coverage_95": held[0]}, "scores_intervals")


def labels(start: Fact) -> dict[str, Any]:
    """Return the tags by which runs are grouped and found: a study's trials, and the seeds of one setting."""
    return {"group": group(start["config"])} if is_described(start["config"]) else {}


def provenance(fact: Fact, folder: Path) -> dict[str, Any]:
    """Return the tags of a ``provenance`` fact, MLflow's own among them; it leaves those to whoever makes a run."""
    git, machine = fact["git"], fact["machine"]
    return {
        "mlflow.source.name": " ".join(fact["command"][1:]),
        "mlflow.source.git.commit": git["commit"],
        "mlflow.source.git.branch": git["branch"],
        "mlflow.user": fact["user"],
        "rnn_lab.git": git.get("absent") or ("dirty" if git["dirty"] else "clean"),
        "rnn_lab.command": " ".join(fact["command"]),
        "rnn_lab.folder": str(folder.absolute()),
        "rnn_lab.seed": fact["seed"],
        "rnn_lab.data_fingerprint": fact["data_fingerprint"],
        "rnn_lab.cpu": f"{machine['cpu']}, {machine['cores']} cores",
        "rnn_lab.host": machine["host"],
        "rnn_lab.backend": fact.get("backend", "numpy"),
        "rnn_lab.threads": ", ".join(f"{name}={value}" for name, value in fact.get("threads", {}).items() if value),
        "rnn_lab.versions": ", ".join(f"{name} {version}" for name, version in fact["versions"].items()),
    }
