"""The record of a run that did not come to its end, and the way to go on with it."""

from pathlib import Path
from typing import Any

from rnn_lab import paste
from rnn_lab.signals import Ended
from rnn_lab.tracking.journal import Journal, read, save_json


def record_signal(journal: Journal, ended: Ended, checkpoint: Path) -> list[str]:
    """Write how a run was ended, into its journal and its summary.

    Args:
        journal: the run's, open.
        ended: the signal.
        checkpoint: where the run's would be.

    Returns:
        What to print: how to go on, if there is a checkpoint to go on from.
    """
    summary: dict[str, Any] = {"status": "KILLED", "reason": ended.reason}
    save_json(journal.folder / "summary.json", summary)
    journal.write("end", **summary)
    if not checkpoint.is_file():
        return []
    words = [paste.override("trainer.resume", journal.folder.absolute()), *_said_again(journal.folder)]
    return [f"\nGo on with this run:  {paste.command('train', *words)}"]


def _said_again(folder: Path) -> list[str]:
    """The data's file by its whole name, where the run was told it relative to the working directory; and the store.

    A resumed run takes its store from nobody's folder, so it has to be told.
    """
    start = read(folder)[0]
    path, uri = start["config"]["data"].get("path"), start["uri"]
    said = [f"data.path={path}"] if path and not Path(path).is_absolute() else []
    return paste.anywhere([*said, *([paste.override("tracking.uri", uri)] if uri else [])])
