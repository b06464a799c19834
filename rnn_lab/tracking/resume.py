"""Facts and files that a resumed run takes over from the one before it, so that its folder is complete by itself."""

import re
import shutil
from pathlib import Path

from rnn_lab.atomic import atomic_write
from rnn_lab.errors import BadInput
from rnn_lab.tracking.inside import inside
from rnn_lab.tracking.journal import Journal, read

PER_EPOCH = ("epoch", "weights", "predictions", "arrays", "observer")


NAMES = re.compile(r"(weights|figures/arrays|observers)/[\w-]+_\d+\.npz")
"""Files of an epoch, as `JournalObserver` names them."""


def carry_over(journal: Journal, source: Path, epoch: int) -> list[str]:
    """Copy the facts of a run's epochs up to a checkpoint's, with their times and their files.

    What the interrupted run wrote after its checkpoint is left behind: the resumed run will write it again.

    Args:
        journal: of the resumed run.
        source: folder of the interrupted run.
        epoch: the checkpoint's.

    Returns:
        One sentence for each file that could not be taken over, and is left out.

    Raises:
        BadInput: the journal of the interrupted run cannot be read.
        OSError: there is no room for the copy.
    """
    lost = []
    for fact in read(source):
        if fact["fact"] not in PER_EPOCH or not _until(fact.get("epoch"), epoch):
            continue
        try:
            if "file" in fact:
                _copy(source, journal.folder, fact["file"])
        except BadInput as error:
            lost.append(f"Not taken over from {source}: {error}.")
        else:
            journal.write(fact.pop("fact"), **fact)
    return lost


def _until(epoch: object, last: int) -> bool:
    return isinstance(epoch, int) and 0 <= epoch <= last


def _copy(source: Path, folder: Path, name: str) -> None:
    file = inside(source, name)
    if not NAMES.fullmatch(name):  # it may not write over what this run writes itself
        raise BadInput(f"{name!r} is no file of an epoch")
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    try:
        opened = file.open("rb")
    except OSError as error:
        raise BadInput(f"{name}: {error.strerror}") from error
    with opened, atomic_write(folder / name, durable=False) as copy:  # as the run that wrote it did
        shutil.copyfileobj(opened, copy)
