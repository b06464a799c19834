"""The folder of the run that is about to be made: taken before Hydra writes into it, given back if refused."""

import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from rnn_lab.errors import BadInput

JOURNAL = "journal.jsonl"
"""Its exclusive creation is what takes a folder: of two runs at once, one makes it."""

HYDRAS = ("config.yaml", "hydra.yaml", "overrides.yaml")


@dataclass
class Taken:
    """A folder that belongs to this process.

    Attributes:
        folder: the run folder.
        record: the name of Hydra's own folder in it.
        log: the name of the run's log.
        made: folders that were not there before, the outermost first.
    """

    folder: Path
    record: str
    log: str
    made: list[Path] = field(default_factory=list)

    def give_back(self) -> None:
        """Remove what taking the folder, and Hydra, wrote, and no more; a run that has begun its journal is kept."""
        if (self.folder / JOURNAL).stat().st_size:
            return
        record = self.folder / self.record
        for file in (*(record / name for name in HYDRAS), self.folder / self.log, self.folder / JOURNAL):
            with suppress(OSError):
                file.unlink()
        for folder in (record, *reversed(self.made)):
            with suppress(OSError):  # somebody else put something there
                folder.rmdir()


_taken: list[Taken] = []


def take(folder: Path, record: str = ".hydra", log: str = "train.log") -> Taken:
    """Take a run folder for this process: one that is not there, or holds nothing that a run would write.

    Args:
        folder: the run folder.
        record: the name of Hydra's own folder in it.
        log: the name of the run's log.

    Raises:
        BadInput: it is another run's, or holds files that this run would write over; it is left as it was.
        OSError: it cannot be made.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as place:
        ...     taken = take(Path(place, "outputs", "run"))
        ...     taken.give_back()
        ...     os.listdir(place)
        []
    """
    folder = folder.absolute()
    if folder.exists() and not folder.is_dir():
        raise BadInput(f"hydra.run.dir={folder} is a file: name a new folder.")
    for name in (JOURNAL, record, log, "summary.json", "weights", "figures"):
        if os.path.lexists(folder / name):
            whose = (
                "is another run's" if os.path.lexists(folder / JOURNAL) else f"holds {name}, which a run would write"
            )
            raise BadInput(f"hydra.run.dir={folder} {whose}: name a new folder.")
    taken = Taken(folder, record, log)
    try:
        for place in (*reversed(folder.parents), folder):
            with suppress(FileExistsError):
                place.mkdir()
                taken.made.append(place)
        os.close(os.open(folder / JOURNAL, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
    except FileExistsError:
        raise BadInput(f"hydra.run.dir={folder} is another run's: name a new folder.") from None
    except OSError:
        for place in reversed(taken.made):
            with suppress(OSError):
                place.rmdir()
        raise
    _taken.append(taken)
    return taken


def give_back() -> None:
    """Give back what this process took, after a refusal."""
    while _taken:
        with suppress(OSError):  # removed by somebody else
            _taken.pop().give_back()
