"""Runs removed, in their folders and in the tracker together."""

import contextlib
import os
from pathlib import Path

from rnn_lab.errors import BadInput
from rnn_lab.runs.folder import RunFolder
from rnn_lab.tracking.journal import NAME, Tail
from rnn_lab.tracking.relay_state import NAME as STATE
from rnn_lab.tracking.relay_state import State

PATTERNS = (
    NAME,
    STATE,
    "summary.json",
    "train.log",
    "relay.log",
    "draw.log",
    "terminal.log",
    "traceback.txt",
    ".hydra/config.yaml",
    ".hydra/hydra.yaml",
    ".hydra/overrides.yaml",
    "weights/model.json",
    "weights/kept.npz",
    "weights/checkpoint.npz",
    "weights/epoch_[0-9]*.npz",
    "figures/arrays/epoch_[0-9]*.npz",
    "observers/epoch_[0-9]*.npz",
)
"""Files that runs and trials write; their figures are named in their journals."""


def own_files(run: RunFolder) -> list[Path]:
    """List the files that a run itself wrote; whatever else lies in its folder is somebody's."""
    found = {path for pattern in PATTERNS for path in run.path.glob(pattern)}
    found |= {path for name in run.figures if (path := run.path / name).is_relative_to(run.path / "figures")}
    return sorted(path for path in found if _lies_here(run.path, path))


def in_mlflow(run: RunFolder) -> tuple[str, str] | None:
    """Return the id of a run in MLflow and the address of the store; None for one that is not there."""
    state = State.load(run.path)
    return (state.run_id, state.uri) if state is not None and state.run_id and state.uri else None


def _lies_here(folder: Path, path: Path) -> bool:
    """Tell whether a file, or a link that stands for one, lies in a folder, reached by no link to elsewhere."""
    if ".." in path.relative_to(folder).parts or not path.parent.resolve().is_relative_to(folder.resolve()):
        return False
    return path.is_symlink() or path.is_file()


def remove(run: RunFolder) -> list[Path]:
    """Delete a run: its run in MLflow if it has one, its own files, and its folder if nothing else is in it.

    MLflow keeps what is deleted until ``mlflow gc``, so that it can be restored there.

    Returns:
        What lies in the folder still, since the run did not write it.

    Raises:
        BadInput: the run is still being written, or its folder or store cannot be changed.
    """
    if Tail(run.path).written_to():
        raise BadInput(f"{run.path} is still being written: end the run first.")
    if run.is_study:
        raise BadInput(f"{run.path} is a study's folder: remove its trials' folders one by one.")
    own = own_files(run)
    for folder in sorted({path.parent for path in own}):
        if not os.access(folder, os.W_OK | os.X_OK):
            raise BadInput(f"{run.path} cannot be removed: {folder} cannot be written.")
    if found := in_mlflow(run):
        _remove_from_mlflow(*found, str(run.facts.get("start", {}).get("run")))
    try:
        for path in sorted(own, key=lambda path: path.name == NAME):  # the journal last: what is half removed is a run
            path.unlink()
    except OSError as error:
        raise BadInput(f"{error.filename} cannot be removed: {error.strerror}.") from error
    for folder in sorted({parent for path in own for parent in path.parents if run.path in (parent, *parent.parents)}):
        _remove_empty(folder)
    return sorted(path for path in run.path.rglob("*") if path.is_file()) if run.path.exists() else []


def _remove_empty(folder: Path) -> None:
    """Remove a folder, and those in it, as far as they are empty."""
    for inner in sorted(folder.glob("*/")):
        if not inner.is_symlink():
            _remove_empty(inner)
    with contextlib.suppress(OSError):
        folder.rmdir()


def _remove_from_mlflow(run_id: str, uri: str, run: str) -> None:
    from rnn_lab.tracking.forget import forget

    forget(run_id, uri, run)
