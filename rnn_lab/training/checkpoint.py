"""Checkpoints: what a killed run goes on from."""

from collections.abc import Callable, Mapping
from pathlib import Path
from time import monotonic
from typing import Any, Self

from rnn_lab.errors import BadInput
from rnn_lab.training.fit import Epoch
from rnn_lab.training.state import TrainingState


class Checkpoint:
    """An observer that saves the training state, at most every ``seconds``, and after the last whole epoch.

    Used as a context manager around training, it saves that last epoch's state as the block ends, be it through a
    signal in the middle of the next epoch: it keeps a copy of each state that it did not save. The weights are those
    of the epoch, not the best ones that a finished run ends with, so that more epochs can follow.

    Args:
        path: the ``.npz`` to write, each time whole or not at all.
        seconds: 0 saves after every epoch.
        identity: flat recipe of the run (dotted key -> text), by which `restore` recognises it.
        first: called before a save, to bring to the disk what a run needs beside its checkpoint to be gone on with.
    """

    def __init__(
        self,
        path: Path,
        seconds: float,
        identity: Mapping[str, str],
        first: Callable[[], None] = lambda: None,
    ) -> None:
        self.path, self.seconds, self.identity, self._first = path, seconds, identity, first
        self._saved = monotonic()
        self._unsaved: TrainingState | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None or issubclass(kind, KeyboardInterrupt):
            self._save()

    def __call__(self, epoch: Epoch) -> None:
        """Save, if it is time; otherwise remember the state, which the next epoch changes in place."""
        if monotonic() - self._saved >= self.seconds:
            self._unsaved = epoch.state
            self._save()
            self._saved = monotonic()
        else:
            self._unsaved = epoch.state.copy()

    def _save(self) -> None:
        if self._unsaved is not None:
            self._first()
            self._unsaved.save(self.path, **self.identity)
            self._unsaved = None


def restore(path: Path, identity: Mapping[str, Any]) -> TrainingState:
    """Load a checkpoint of the same recipe.

    Raises:
        BadInput: there is none, it cannot be read, or it belongs to another recipe (the first difference is named).
    """
    if not path.is_file():
        raise BadInput(
            f"trainer.resume: there is no checkpoint {path.name} in {path.parent}: the folder is no run's, or its run "
            "ended before the first epoch."
        )
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
