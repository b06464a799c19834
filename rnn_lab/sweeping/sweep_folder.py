"""Places of a sweep that is over, or somebody else's: its storage, and its studies' folders."""

from contextlib import suppress
from pathlib import Path

import optuna
from hydra.core.utils import get_valid_filename

from rnn_lab.errors import BadInput
from rnn_lab.sweeping.storage import JOURNAL, is_url, refuse_other, sqlite_file
from rnn_lab.tracking.inside import inside


def find_sweep(address: str) -> tuple[Path | None, str]:
    """Find a sweep's folder, or None for a storage without one, and its storage's address; nothing is made.

    Args:
        address: a sweep's folder, its journal file, or the URL of a storage.

    Raises:
        BadInput: there is no sweep.
    """
    if is_url(address):
        file = sqlite_file(address)
        if file is not None and not file.exists():
            raise BadInput(f"{address} holds no sweep: there is no such file.")
        return None, address
    path = Path(address)
    journal = path / JOURNAL if path.is_dir() else path
    if not journal.is_file():
        raise BadInput(f"{address} holds no sweep: there is no {JOURNAL} in it; give the folder of a sweep.")
    refuse_other(journal, f"{address} holds no sweep: {journal.name} is no journal of Optuna's.")
    return journal.parent, str(journal.absolute())


def study_folder(study: optuna.Study, sweep: Path | None, here: Path) -> Path:
    """The study's own folder below the sweep's; of a storage one in the working directory, whatever the study names."""
    if sweep is not None:
        name = study.study_name.rpartition("/")[2]
        with suppress(BadInput):
            if "/" in study.study_name and (own := inside(sweep, name)).is_dir():
                return own
        return sweep
    name = str(get_valid_filename(study.study_name.replace("/", "_"))).lstrip(".")
    folder = here / (name or "study")
    folder.mkdir(exist_ok=True)
    return folder
