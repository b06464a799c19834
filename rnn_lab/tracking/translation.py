"""What the facts of a journal are called in MLflow.

A slash in a metric's name opens a section of MLflow's charts. So what belongs together shares the part before it.
"""

from pathlib import Path
from typing import Any

from rnn_lab.tracking.journal import Fact
from rnn_lab.tracking.names import numbers

JUDGED = {"validation": "val", "test": "test"}
"""The splits on which a network is judged, and their names in metrics."""

REPLICATED = {f"{part}/{score}" for part in ("train", "val") for score in ("rmse", "accuracy")}
"""Metrics that MLflow gets for each replica. The journal has all of them; MLflow's charts would drown in them."""


def epoch(fact: Fact) -> dict[str, Any]:
    """Return the metrics of an ``epoch`` fact: means over replicas, and some of each replica's own.

    Example:
        >>> epoch({"metrics": {"val/rmse": 0.5}, "replicas": {"val/rmse": [0.25, 0.75], "lr": [0.1, 0.1]}})
        {'val/rmse': 0.5, 'val/rmse/replica_0': 0.25, 'val/rmse/replica_1': 0.75}
    """
    each = {name: values for name, values in fact.get("replicas", {}).items() if name in REPLICATED}
    own = {
        f"{name}/replica_{r:0{len(str(len(values) - 1))}d}": value
        for name, values in each.items()
        for r, value in enumerate(values)
    }
    return {**fact["metrics"], **own}


def baselines(fact: Fact) -> dict[str, Any]:
    """Return the errors of a ``baselines`` fact.

    Example:
        >>> baselines({"train": {"AR2": {"rmse": 0.1}}, "validation": {"AR2": {"rmse": 0.2, "mae": 0.1}}})
        {'baseline/ar2_val_rmse': 0.2}
    """
    return {
        f"baseline/{name.lower().replace(' ', '_')}_{short}_{score}": scores[score]
        for split, short in JUDGED.items()
        for name, scores in fact.get(split, {}).items()
        for score in [next((score for score in ("rmse", "loss") if score in scores), "accuracy")]
    }


def final(summary: Fact) -> dict[str, float]:
    """Return the numbers of a ``summary`` fact, all in one section.

    What the journal has beyond them stays there: MLflow's pages show each number as a chart of its own, and the curves
    come after these.
    """
    found = {
        name.replace("/", "_"): value
        for name, value in summary["metrics"].items()
        if name == f"train/{summary['score']}" or name.partition("/")[0] in JUDGED.values()
    }
    judged = [f"{part}/{summary['score']}" for part in ("train", "val")]
    spread = {f"{name.replace('/', '_')}_sd": summary["spread"][name]["standard_deviation"] for name in judged}
    kept = max(replica["kept_epoch"] for replica in summary["replicas"])
    seconds = summary["seconds"]["training"]
    return numbers({**found, **spread, "epochs": summary["epochs"], "kept_epoch": kept, "seconds": seconds}, "final")


def free_run(summary: Fact) -> dict[str, float]:
    """Return the network's valid time and errors when it runs freely, and the valid times of its rivals.

    Example:
        >>> scores = {"valid_time": {"mean": 2.5, "median": 2.0}, "nrmse": {"1": 0.1}}
        >>> free_run({"free_run": {"network": scores, "rivals": {"AR9": {"valid_time": {"mean": 0.5}}}}})
        {'free_run/valid_time': 2.5, 'free_run/nrmse_1': 0.1, 'free_run/ar9_valid_time': 0.5}
    """
    section = summary.get("free_run")
    if section is None:
        return {}
    network = section["network"]
    errors = {f"nrmse_{horizon}": value for horizon, value in network["nrmse"].items()}
    others = {f"{name.lower()}_valid_time": scores["valid_time"]["mean"] for name, scores in section["rivals"].items()}
    return numbers({"valid_time": network["valid_time"]["mean"], **errors, **others}, "free_run")


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
        "rnn_lab.versions": ", ".join(f"{name} {version}" for name, version in fact["versions"].items()),
    }
