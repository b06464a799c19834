"""The observer that writes a training run into its folder: metrics, weights and predictions of its epochs."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rnn_lab.atomic import atomic_write
from rnn_lab.errors import BadInput
from rnn_lab.spaced_epochs import kept_epochs
from rnn_lab.tracking.config import Tracking
from rnn_lab.tracking.journal import Journal

if TYPE_CHECKING:
    from rnn_lab.training.fit import Epoch


class JournalObserver:
    """Writes an ``epoch`` fact each epoch, and ``weights`` and ``predictions`` of the epochs that `Tracking` keeps.

    Nothing here knows MLflow: the relay carries these facts and files there and draws the plots, in its own time.

    Args:
        journal: the run's open journal.
        tracking: which epochs' weights and predictions are kept.
        epochs: the most epochs the run may last.

    Call `close` after training: should training have stopped early, it writes what the last epoch still lacks.
    """

    def __init__(
        self,
        journal: Journal,
        tracking: Tracking,
        epochs: int,
    ) -> None:
        self._journal = journal
        self._weights_at = kept_epochs(tracking.weights_every, epochs)
        self._predictions_at = kept_epochs(tracking.plots_every, epochs)
        self._last_epoch = -1
        self._unkept: dict[str, dict[str, NDArray[Any]]] = {}

    def __call__(self, epoch: "Epoch") -> None:
        """Write the facts of one epoch.

        Raises:
            BadInput: the run folder can no longer be written (a full disk).
        """
        metrics = {name: _mean(values, ~epoch.state.diverged) for name, values in epoch.metrics.items()}
        content: dict[str, object] = {"epoch": epoch.epoch, "metrics": metrics}
        if epoch.parameters.replicas > 1:
            content["replicas"] = {name: values.tolist() for name, values in epoch.metrics.items()}
        self._journal.write("epoch", **content)

        self._last_epoch, self._unkept = epoch.epoch, {}
        self._keep("weights", epoch.parameters.arrays(), epoch.epoch in self._weights_at)
        true = {f"{split}_true": values for split, values in epoch.truth.items()}
        self._keep("predictions", {**true, **epoch.predictions}, epoch.epoch in self._predictions_at)
        if epoch.arrays:
            self._write("arrays", epoch.arrays)
        for name, reason in epoch.lost.items():
            self._journal.write("observer", name=name, epoch=epoch.epoch, reason=reason)

    def close(self) -> None:
        """Write the weights and predictions of the last epoch, if they are not kept yet."""
        for fact, arrays in self._unkept.items():
            self._write(fact, arrays)
        self._unkept = {}

    def _keep(self, fact: str, arrays: Mapping[str, NDArray[Any]], now: bool) -> None:
        if now:
            self._write(fact, arrays)
        else:  # this may turn out to be the last epoch, and the next one overwrites the arrays
            self._unkept[fact] = {name: values.copy() for name, values in arrays.items()}

    def _write(self, fact: str, arrays: Mapping[str, NDArray[Any]]) -> None:
        folder = {"weights": "weights", "predictions": "figures/arrays", "arrays": "observers"}[fact]
        file = f"{folder}/epoch_{self._last_epoch:04d}.npz"
        save(self._journal.folder / file, arrays)
        self._journal.write(fact, epoch=self._last_epoch, file=file)


def save(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays as ``.npz``, whole or not at all.

    Raises:
        BadInput: the disk is full, or the folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(path, durable=False) as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]  # a parameter named like savez's own is not ours
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror}.") from error


def _mean(values: NDArray[Any], comparable: NDArray[np.bool_]) -> float:
    """Mean over the replicas that did not diverge (or over all, once every one has) and have a finite value."""
    if values.size == 1:
        return float(values.item())
    finite = values[np.isfinite(values) & (comparable | ~comparable.any())]
    return float(finite.mean()) if finite.size else float("nan")
