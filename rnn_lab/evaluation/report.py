"""Summary of a run: every score of the weights that it keeps, beside the baselines."""

from collections.abc import Mapping, Sequence
from math import nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_lab.evaluation.verdict import of_draws, verdict
from rnn_lab.network import Network
from rnn_lab.scoring import Answers, Evaluator, Targets, spread
from rnn_lab.sequences.dataset import metric
from rnn_lab.training import TrainingState

Array = NDArray[Any]


EachTarget = Mapping[str, Mapping[str, Mapping[str, Mapping[str, float]]]]
"""Split -> baseline -> target -> score -> value."""


def summarise(
    network: Network,
    targets: Targets,
    state: TrainingState,
    seeds: Sequence[int],
    baselines: dict[str, Any],
    each_target: EachTarget | None = None,
    draws: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Everything that ``summary.json`` says of a run but its seconds, as plain numbers and strings.

    Args:
        network: what was trained.
        targets: of the data it was trained on; they score it.
        state: at the end of training; its parameters are the kept weights.
        seeds: of the replicas.
        baselines: what `rnn_lab.evaluation.baselines.score_baselines` found.
        each_target: the same of each target alone, where there are several.
        draws: what `rnn_lab.evaluation.baselines.score_draws` found.
    """
    data = targets.data
    with np.errstate(over="ignore", invalid="ignore"):  # a replica that diverged scores no number
        evaluator = Evaluator(network, targets, data.scored, len(seeds))
        answers = evaluator.answers(state.parameters)
        found = dict(sorted(evaluator.metrics(answers).items()))
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
    summary = {
        "status": "FAILED" if state.diverged.all() else "FINISHED",
        "reason": _reason(replicas),
        "score": targets.main,
        "judged_on": list(data.scored)[-1],
        "columns": list(targets.table_names),
        "pooled": list(targets.pooled),
        # Of a score that such data have none of, such as the MASE of records without a past, nothing is said.
        "sentences": {name: text for name, text in targets.sentences.items() if metric("validation", name) in found},
        "metrics": {name: float(values.mean()) if len(values) else nan for name, values in comparable.items()},
        "spread": {name: each.as_dict() for name, each in spreads.items()},
        "replicas": replicas,
        "baselines": baselines,
        "draws": draws or {},
        "each_target": _each_target(targets, answers, ~state.diverged, each_target or {}),
        "epochs": state.epoch,
        "updates": state.updates,
        "parameters": state.parameters.flat.shape[1],
        "data": {"name": data.name, "fingerprint": data.fingerprint},
    }
    return summary | {"verdict": verdict(summary), "of_draws": of_draws(summary)}


def _reason(replicas: Sequence[dict[str, Any]]) -> str:
    """Say how training ended."""
    lost = [replica for replica in replicas if replica["diverged"]]
    if not lost:
        return "; ".join(sorted({replica["stopped"] for replica in replicas}))
    text = f"training diverged at epoch {lost[0]['epochs']}: {lost[0]['stopped']}"
    if len(replicas) == 1:
        return text
    return f"{text} ({len(lost)} of {len(replicas)} replicas: seeds {', '.join(str(r['seed']) for r in lost)})"


def _each_target(
    targets: Targets, answers: Mapping[str, Answers], comparable: NDArray[np.bool_], baselines: EachTarget
) -> dict[str, dict[str, dict[str, float]]]:
    """Scores of each target alone, where there are several: target -> network or baseline -> metric -> value."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for split, given in answers.items():
        for target, scores in targets.of_each_target(given).items():
            rows = found.setdefault(target, {})
            rows.setdefault("network", {}).update(
                {
                    metric(split, name): float(values[comparable].mean()) if comparable.any() else nan
                    for name, values in scores.items()
                }
            )
            for name, of_targets in baselines.get(split, {}).items():
                own = of_targets.get(target, {})
                rows.setdefault(name, {}).update({metric(split, score): value for score, value in own.items()})
    return found
