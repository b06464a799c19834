"""Checkpoints: what a killed run goes on from."""

from collections.abc import Mapping
from pathlib import Path
from time import monotonic
from typing import Any

from rnn_lab.errors import BadInput
from rnn_lab.training.fit import Epoch
from rnn_lab.training.state import TrainingState


class Checkpoint:
    """An observer that saves the training state, at most every ``seconds``.

    Args:
        path: the ``.npz`` to write, each time whole or not at all.
        seconds: 0 saves after every epoch.
        identity: flat recipe of the run (dotted key -> text), by which `restore` recognises it.
    """

    def __init__(self, path: Path, seconds: float, identity: Mapping[str, str]) -> None:
        self.path, self.seconds, self.identity = path, seconds, identity
        self._saved = monotonic()

    def __call__(self, epoch: Epoch) -> None:
        """Save, if it is time."""
        if monotonic() - self._saved >= self.seconds:
            epoch.state.save(self.path, **self.identity)
            self._saved = monotonic()


def restore(path: Path, identity: Mapping[str, Any]) -> TrainingState:
    """Load a checkpoint of the same recipe.

    Raises:
        BadInput: there is none, it cannot be read, or it belongs to another recipe (the first difference is named).
    """
    if not path.is_file():
        raise BadInput(f"trainer.resume: there is no checkpoint {path.name} in {path.parent}; name a run's own folder.")
    try:
        state, saved = TrainingState.load(path)
    except Exception as error:  # the zip, its arrays' headers and what they lack: each has errors of its own
        raise BadInput(
            f"trainer.resume: {path} cannot be read; it may be torn, or of another version of the lab."
        ) from error
    for key in sorted(saved.keys() | identity.keys()):
        if saved.get(key) != identity.get(key):
            raise BadInput(
                f"trainer.resume={path.parents[1]} does not fit: {key} is {identity.get(key)} here, "
                f"and {saved.get(key)} in the run that it names."
            )
    return state
