"""What a run returns: which scores it may be asked for, and where they are found in its summary."""

from collections.abc import Mapping, Sequence
from typing import Any

from rnn_lab import sweeping
from rnn_lab.errors import BadInput
from rnn_lab.sequences import Dataset, StreamDataset, TaskDataset

SECONDS = "seconds"
SCORES = {"rmse": ("rmse", "mae", "nrmse"), "loss": ("accuracy", "bits", "perplexity")}
EACH_EPOCH = {f"{part}/{score}" for part in ("train", "val") for score in ("loss", "rmse", "accuracy", "success")}
"""By these a sweep can prune."""


def objectives(given: str | Sequence[str] | None, data: Dataset | StreamDataset) -> list[str]:
    """Return the names of what a run returns; None stands for ``val/rmse``, or of classes for ``val/loss``.

    Raises:
        BadInput: such data has no score of that name.

    Example:
        >>> from rnn_lab.sequences import Parity, Drawn
        >>> parity = Drawn(name="parity", task=Parity(length=5), train=10, validation=10).dataset()
        >>> objectives(None, parity), objectives(["val/success", "seconds"], parity)
        (['val/loss'], ['val/success', 'seconds'])
    """
    if given is None:
        return [f"val/{data.score}"]
    names = [given] if isinstance(given, str) else list(given)
    parts = ("train", "val") if data.test is None else ("train", "val", "test")
    success = ["success"] if isinstance(data, TaskDataset) else []
    scores = ["loss", *SCORES[data.score], *success]
    known = [SECONDS, *(f"{part}/{score}" for part in parts for score in scores)]
    if not names:
        raise BadInput(f"objective=[] is not allowed: it should name one of {', '.join(known)}, or more.")
    for name in names:
        if name not in known:
            raise BadInput(
                f"objective={name} is not allowed: it should be one of {', '.join(known)}, or a list of them."
            )
    return names


def value(summary: Mapping[str, Any], objective: str) -> Any:
    """Return an objective's value: the mean over replicas, or in a sweep each replica's."""
    if objective == SECONDS:
        return summary["seconds"]["training"]
    if sweeping.tags():
        return [replica["metrics"][objective] for replica in summary["replicas"]]
    return summary["metrics"][objective]
