"""What a resumed run takes over from the run that it goes on from, so that its own folder is complete by itself."""

import shutil
from pathlib import Path

from rnn_lab.tracking.journal import Journal, read

PER_EPOCH = ("epoch", "weights", "predictions")


def carry_over(journal: Journal, source: Path, epoch: int) -> None:
    """Copy the facts of a run's epochs up to a checkpoint's, with their times and their files.

    What the interrupted run wrote after its checkpoint is left behind: the resumed run will write it again.

    Args:
        journal: of the resumed run.
        source: folder of the interrupted run.
        epoch: the checkpoint's.

    Raises:
        BadInput: the journal of the interrupted run cannot be read.
        OSError: a file that it names is gone, or there is no room for the copy.
    """
    for fact in read(source):
        if fact["fact"] in PER_EPOCH and fact["epoch"] <= epoch:
            if "file" in fact:
                (journal.folder / fact["file"]).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source / fact["file"], journal.folder / fact["file"])
            journal.write(fact.pop("fact"), **fact)
