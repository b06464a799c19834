"""Views of MLflow's page of runs: the learning curves against the baselines, and the columns that one compares.

By itself MLflow shows neither. Two views of all runs are saved with an experiment, the second of which groups the seeds
of a setting, as a mean with a band; and one view of each run, or of each study's trials, which its printed link opens.

The choice of a run is part of its view, for MLflow's page takes no view from a link that has a filter of its own.
"""

import base64
import contextlib
import json
import logging
import time
import zlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlflow import MlflowClient

log = logging.getLogger("rnn_lab.relay")

KEY = "rnn-lab"
"""Names the view, in the "Views" menu of MLflow's page and in its link's ``viewStateShareKey``."""

SEEDS_KEY = "rnn-lab-seeds"
PREFIX = "mlflow.sharedViewState."
TAG = PREFIX + KEY

COLUMNS = (
    "attributes.`Created`",
    "attributes.`Duration`",
    "metrics.`scores/val_rmse`",
    "metrics.`scores/val_loss`",
    "metrics.`best/value`",
    "metrics.`trials/complete`",
    "tags.`rnn_lab.best_baseline`",
    "tags.`rnn_lab.status`",
    "params.`data.name`",
    "params.`model`",
    "params.`model.hidden_dim`",
    "params.`optimizer.learning_rate`",
    "params.`trainer.bptt_truncate`",
    "params.`trainer.epochs`",
    "params.`seed`",
    "params.`replicas`",
)

SEEDS = 5
"""Replicas that a chart shows one by one."""


def _line(section: str, keys: list[str], *, logarithmic: bool = True) -> dict[str, Any]:
    return {
        "type": "LINE",
        "uuid": f"rnn-lab-{keys[0].replace('/', '-')}",
        "runsCountToCompare": 10,
        "metricSectionId": section,
        "deleted": False,
        "isGenerated": False,
        "displayName": keys[0],
        "metricKey": keys[0],
        "selectedMetricKeys": keys,
        "xAxisKey": "step",
        "xAxisScaleType": "linear",
        "scaleType": "log" if logarithmic else "linear",
        "lineSmoothness": 0,
        "useGlobalLineSmoothing": False,
        "useGlobalXaxisKey": False,
        "selectedXAxisMetricKey": "",
    }


def _bar(section: str, key: str) -> dict[str, Any]:
    return {
        "type": "BAR",
        "uuid": f"rnn-lab-{key.replace('/', '-')}",
        "runsCountToCompare": 10,
        "metricSectionId": section,
        "deleted": False,
        "isGenerated": False,
        "metricKey": key,
    }


def _by_seed(part: str, score: str) -> list[str]:
    return [f"{score}_by_seed/{part}_{seed}" for seed in range(SEEDS)]


def _sections(columns: int) -> list[dict[str, Any]]:
    """Sections of so many charts side by side, low enough for a first screen to show the first of them whole."""
    names = {
        "learning": "Learning",
        "classes": "Accuracy",
        "trials": "Study",
        "kept": "Scores of the kept weights",
        "seeds": "Seed by seed",
    }
    wide = {"columns": columns, "cardHeight": 340}
    return [{"uuid": uuid, "name": name, "display": True, "isReordered": True, **wide} for uuid, name in names.items()]


RMSE = _line("learning", ["rmse/val", "rmse/train", "rmse/baseline"])
NRMSE = _line("learning", ["nrmse/val", "nrmse/train", "nrmse/baseline"])
LOSS = _line("learning", ["loss/val", "loss/train", "loss/baseline"])
ACCURACY = _line("classes", ["accuracy/val", "accuracy/train"], logarithmic=False)
SCORES = [_bar("kept", key) for key in ("scores/val_rmse", "scores/val_nrmse", "scores/val_loss")]
EACH_SEED = [
    _line("seeds", _by_seed("val", "rmse")),
    _line("seeds", _by_seed("val", "nrmse")),
    _line("seeds", _by_seed("val", "accuracy"), logarithmic=False),
]
STUDY = [_line("trials", ["best/value", "trial/value"])]
CHARTS = [RMSE, NRMSE, LOSS, ACCURACY, *SCORES, *EACH_SEED, *STUDY]

PLAIN = {
    "selectedColumns": COLUMNS,
    "compareRunSections": _sections(1),
    "compareRunCharts": CHARTS,
    "isAccordionReordered": True,
}
GROUPED = PLAIN | {
    "groupBy": {"aggregateFunction": "average", "groupByKeys": [{"mode": "tag", "groupByData": "group"}]},
    "useGroupedValuesInCharts": True,
}
VIEWS = {KEY: PLAIN, SEEDS_KEY: GROUPED}
ONE_RUN = {
    "searchFilter": 'attributes.run_id = "{}"',
    "runListHidden": True,
    "compareRunSections": _sections(2),
    "compareRunCharts": CHARTS,
    "isAccordionReordered": True,
}
TRIALS = PLAIN | {
    "searchFilter": 'tags.`mlflow.parentRunId` = "{}"',  # MLflow's page puts the study itself above them, folded
    "compareRunSections": sorted(_sections(1), key=lambda section: section["uuid"] != "trials"),
}


def key_of(run_id: str) -> str:
    """Name the view of one run in its link."""
    return f"{KEY}-{run_id}"


def save_view(client: "MlflowClient", experiment_id: str) -> None:
    """Save the views with an experiment, once: what its users make of them stays.

    MLflow's pages keep shared views in tags of this form, which is documented nowhere. So a failure is no failure of
    the run, and a later MLflow that does not know the form shows its own columns and charts.
    """
    now = int(time.time() * 1000)
    for key, content in VIEWS.items():
        view = {"name": key, "createdAt": now, "updatedAt": now, "state": _packed(content)}
        _save(client, experiment_id, key, json.dumps(view))


def save_view_of_run(client: "MlflowClient", experiment_id: str, run_id: str, *, trials: bool = False) -> None:
    """Save the view that the link of a run opens: its own curves, or those of a study's trials.

    It has no name, so MLflow's menu of views does not list it.
    """
    content = TRIALS if trials else ONE_RUN
    chosen = content | {"searchFilter": str(content["searchFilter"]).format(run_id)}
    _save(client, experiment_id, key_of(run_id), _packed(chosen))


def forget_view_of_run(client: "MlflowClient", experiment_id: str, run_id: str) -> None:
    """Remove the view of a run that is deleted; that it may be gone already is no fault."""
    with contextlib.suppress(Exception):
        client.delete_experiment_tag(experiment_id, PREFIX + key_of(run_id))


def _packed(content: Mapping[str, Any]) -> str:
    """The form in which MLflow's pages keep a view."""
    return f"deflate;{base64.b64encode(zlib.compress(json.dumps(content).encode())).decode()}"


def _save(client: "MlflowClient", experiment_id: str, key: str, value: str) -> None:
    try:
        client.set_experiment_tag(experiment_id, PREFIX + key, value)
    except Exception:
        log.warning("The view %s could not be saved.", key, exc_info=True)
