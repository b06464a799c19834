"""The examination of every study of a sweep that lies in a folder, or in any storage of Optuna's."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import optuna
from hydra.core.utils import get_valid_filename

from rnn_lab.errors import BadInput
from rnn_lab.sweeping.examination.report import PAGE, report
from rnn_lab.sweeping.examination.wrapping import wrapped
from rnn_lab.sweeping.record_check import damage_said
from rnn_lab.sweeping.storage import JOURNAL, connect, is_url
from rnn_lab.tracking.inside import inside


def examine_folder(address: str, here: Path) -> Iterator[tuple[str, list[str], Path]]:
    """Examine all studies, those aside that have no finished trial beside others that do.

    Args:
        address: a sweep's folder, its journal file, or the URL of a storage.
        here: where pages are written of studies that have no folder of their own.

    Yields:
        The study's name, its sentences in lines of a terminal, and its page.

    Raises:
        BadInput: there is no sweep, or none of its studies has a finished trial.
    """
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    sweep = None if is_url(address) else Path(address)
    if sweep is not None:
        journal = sweep / JOURNAL if sweep.is_dir() else sweep
        if not journal.is_file():
            raise BadInput(f"{address} holds no sweep: there is no {JOURNAL} in it; give the folder of a sweep.")
        sweep, address = journal.parent, str(journal.absolute())
    storage = connect(address)
    refused: BadInput | None = None
    found = False
    for name in sorted(optuna.get_all_study_names(storage)):
        try:
            with damage_said(name, address):
                study = optuna.load_study(study_name=name, storage=storage)
                folder = _home(study, sweep, here)
                lines = report(study, folder)
        except BadInput as error:
            refused = refused or error
            continue
        found = True
        yield name, [part for line in lines for part in wrapped(line)], folder / PAGE
    if not found:
        raise refused or BadInput(f"{address} holds no study: no trial was ever started.")


def _home(study: optuna.Study, sweep: Path | None, here: Path) -> Path:
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
