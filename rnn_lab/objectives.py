"""Objectives of a run: which scores it may be asked for, and where they are found in its summary."""

from collections.abc import Mapping, Sequence
from math import nan
from typing import Any

from rnn_lab import sweeping
from rnn_lab.errors import BadInput
from rnn_lab.scoring import Targets
from rnn_lab.sequences.dataset import metric

SECONDS = "seconds"


def objectives(given: str | Sequence[str] | None, targets: Targets) -> list[str]:
    """Return the names of what a run returns; None stands for the targets' main score on validation.

    Raises:
        BadInput: such targets have no score of that name, or one is named twice.

    Example:
        >>> from rnn_lab.scoring import targets_of
        >>> from rnn_lab.sequences import Parity, TaskData
        >>> parity = TaskData(name="parity", task=Parity(length=5), train=10, validation=10).dataset()
        >>> targets = targets_of(parity, "cross_entropy")
        >>> objectives(None, targets), objectives(["val/success", "seconds"], targets)
        (['val/loss'], ['val/success', 'seconds'])
    """
    if given is None:
        return [metric("validation", targets.main)]
    names = [given] if isinstance(given, str) else list(given)
    known = [SECONDS, *(metric(split, score) for split in targets.data.splits for score in targets.names)]
    if not names:
        raise BadInput(f"objective=[] is not allowed: it should name one of {', '.join(known)}, or more.")
    for name in names:
        if name not in known:
            raise BadInput(
                f"objective={name} is not allowed: it should be one of {', '.join(known)}, or a list of them."
            )
        if names.count(name) > 1:
            raise BadInput(f"objective={name} is given twice: each should be another one.")
    return names


def known_each_epoch(objective: str, targets: Targets) -> bool:
    """Tell whether an objective is measured after each epoch, so that a sweep can prune by it."""
    return objective in {metric(split, name) for split in targets.data.watched for name in targets.epoch_names}


def value(summary: Mapping[str, Any], objective: str) -> Any:
    """Return an objective's value: the mean over the replicas that did not diverge, or in a sweep each replica's.

    There one that diverged has no number, so that the trial fails: a configuration must not win by its survivors.
    """
    if objective == SECONDS:
        return summary["seconds"]["training"]
    if sweeping.tags():
        return [nan if replica["diverged"] else replica["metrics"][objective] for replica in summary["replicas"]]
    return summary["metrics"][objective]
