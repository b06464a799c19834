"""What a run found: every score of the weights that it keeps, beside the baselines."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_lab.network import Network, Parameters
from rnn_lab.network.tutorial import TutorialElman, full_window_outputs
from rnn_lab.scoring.metrics import class_scores, scores
from rnn_lab.scoring.spread import spread
from rnn_lab.sequences import Dataset, StreamDataset
from rnn_lab.training import TrainingState
from rnn_lab.training.examination import examined, in_own_units
from rnn_lab.training.survey import surveyors

Array = NDArray[Any]


def examine(network: Network, dataset: Dataset, parameters: Parameters) -> dict[str, Array]:
    """Every score on every split, such as ``val/rmse``, each (R,).

    Numbers have loss, RMSE, MAE and NRMSE: the loss is the one trained on, of scaled targets; all else is in the data's
    own units. Classes have loss, accuracy, bits and perplexity; tasks with a criterion of their own ``success``. The
    tutorial's network is also scored by the other forward pass that its author measured it with:
    ``val/rmse_full_window``.
    """
    found: dict[str, Array] = {}
    for part, records in (("train", dataset.train), ("val", dataset.validation), ("test", dataset.test)):
        if records is not None:
            outputs = network.predict(parameters, records.X)
            part_scores = examined(network, dataset, records, outputs)
            if dataset.classes:
                part_scores |= class_scores(part_scores["loss"], part_scores["accuracy"])
            else:
                predicted, true = in_own_units(dataset, records, outputs), in_own_units(dataset, records, None)
                part_scores |= scores(predicted, true)
            found |= {f"{part}/{name}": values for name, values in part_scores.items()}
    defined = network.inputs == 1 and not (network.each_step or dataset.classes)
    if isinstance(network.model, TutorialElman) and defined:
        truth = dataset.target_scaler.undo(dataset.validation.Y)
        outputs = dataset.target_scaler.undo(full_window_outputs(parameters, dataset.validation.X))
        found["val/rmse_full_window"] = scores(outputs, truth)["rmse"]
    return dict(sorted(found.items()))


def survey(network: Network, dataset: StreamDataset, parameters: Parameters) -> dict[str, Array]:
    """The same along a stream; see `rnn_lab.training.survey` for the steps that are looked at."""
    found: dict[str, Array] = {}
    for split, survey_of in surveyors(network, dataset, parameters.replicas).items():
        seen = survey_of(parameters)
        part_scores = seen.scores(dataset)
        if dataset.classes:
            part_scores |= class_scores(part_scores["loss"], part_scores["accuracy"])
        else:
            part_scores |= scores(*seen.in_own_units(dataset))
        part = "val" if split == "validation" else split
        found |= {f"{part}/{name}": values for name, values in part_scores.items()}
    return dict(sorted(found.items()))


def summarise(
    network: Network,
    dataset: Dataset | StreamDataset,
    state: TrainingState,
    seeds: Sequence[int],
    baselines: dict[str, Any],
) -> dict[str, Any]:
    """Everything that ``summary.json`` says of a run but its seconds, as plain numbers and strings.

    Args:
        network, dataset: what was trained, on what.
        state: at the end of training; its parameters are the kept weights.
        seeds: of the replicas.
        baselines: what `rnn_lab.evaluation.baselines` found.
    """
    measure: Any = survey if isinstance(dataset, StreamDataset) else examine
    with np.errstate(over="ignore", invalid="ignore"):  # a replica that diverged scores no number
        found = measure(network, dataset, state.parameters)
    replicas: list[dict[str, Any]] = [
        {
            "seed": seed,
            "kept_epoch": int(state.kept_epoch[r]),
            "epochs": int(state.epoch if state.running[r] else state.stopped[r]),
            "stopped": state.reasons[r],
            "diverged": bool(state.diverged[r]),
            "metrics": {name: float(values[r]) for name, values in found.items()},
        }
        for r, seed in enumerate(seeds)
    ]
    return {
        "status": "FAILED" if state.diverged.all() else "FINISHED",
        "reason": _reason(replicas),
        "score": dataset.score,
        "metrics": {name: float(values.mean()) for name, values in found.items()},
        "spread": {name: spread(values).as_dict() for name, values in found.items()},
        "replicas": replicas,
        "baselines": baselines,
        "epochs": state.epoch,
        "updates": state.updates,
        "parameters": state.parameters.flat.shape[1],
        "data": {"name": dataset.name, "fingerprint": dataset.fingerprint},
    }


def _reason(replicas: Sequence[dict[str, Any]]) -> str:
    """Say how training ended."""
    lost = [replica for replica in replicas if replica["diverged"]]
    if not lost:
        return "; ".join(sorted({replica["stopped"] for replica in replicas}))
    text = f"training diverged at epoch {lost[0]['epochs']}: {lost[0]['stopped']}"
    if len(replicas) == 1:
        return text
    return f"{text} ({len(lost)} of {len(replicas)} replicas: seeds {', '.join(str(r['seed']) for r in lost)})"
