"""What a run found: every score of the weights that it keeps, beside the baselines."""

from collections.abc import Sequence
from math import nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_lab.network import Network
from rnn_lab.scoring import Targets, evaluate, spread
from rnn_lab.training import TrainingState

Array = NDArray[Any]


def summarise(
    network: Network,
    targets: Targets,
    state: TrainingState,
    seeds: Sequence[int],
    baselines: dict[str, Any],
) -> dict[str, Any]:
    """Everything that ``summary.json`` says of a run but its seconds, as plain numbers and strings.

    Args:
        network: what was trained.
        targets: of the data it was trained on; they score it.
        state: at the end of training; its parameters are the kept weights.
        seeds: of the replicas.
        baselines: what `rnn_lab.evaluation.baselines.score_baselines` found.
    """
    data = targets.data
    with np.errstate(over="ignore", invalid="ignore"):  # a replica that diverged scores no number
        found = dict(sorted(evaluate(network, state.parameters, data, targets).items()))
    # A replica that diverged has other weights than those it was trained to: it is counted, and never averaged in.
    comparable = {name: values[~state.diverged] for name, values in found.items()}
    spreads = {name: spread(np.where(state.diverged, np.nan, values)) for name, values in found.items()}
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
        "score": targets.main,
        "columns": list(targets.table_names),
        "sentences": targets.sentences,
        "metrics": {name: float(values.mean()) if len(values) else nan for name, values in comparable.items()},
        "spread": {name: each.as_dict() for name, each in spreads.items()},
        "replicas": replicas,
        "baselines": baselines,
        "epochs": state.epoch,
        "updates": state.updates,
        "parameters": state.parameters.flat.shape[1],
        "data": {"name": data.name, "fingerprint": data.fingerprint},
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
