"""The record of a run that did not come to its end, and the way to go on with it."""

from pathlib import Path
from typing import Any

from rnn_lab import paste
from rnn_lab.signals import Ended
from rnn_lab.tracking.journal import Journal, save_json


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
    return [f"\nGo on with this run:  {paste.command('train', paste.override('trainer.resume', journal.folder))}"]
