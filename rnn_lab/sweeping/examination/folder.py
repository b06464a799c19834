"""The examination of every study of a sweep that lies in a folder, or in any storage of Optuna's."""

from collections.abc import Iterator
from pathlib import Path

import optuna

from rnn_lab.errors import BadInput
from rnn_lab.sweeping.examination.report import PAGE, report
from rnn_lab.sweeping.examination.wrapping import wrapped
from rnn_lab.sweeping.record_check import damage_said
from rnn_lab.sweeping.storage import connect
from rnn_lab.sweeping.sweep_folder import find_sweep, study_folder


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
    sweep, address = find_sweep(address)
    storage = connect(address, new=False)
    refused: BadInput | None = None
    found = False
    for name in sorted(optuna.get_all_study_names(storage)):
        try:
            with damage_said(name, address):
                study = optuna.load_study(study_name=name, storage=storage)
                folder = study_folder(study, sweep, here)
                lines = report(study, folder)
        except BadInput as error:
            refused = refused or error
            continue
        found = True
        yield name, [part for line in lines for part in wrapped(line)], folder / PAGE
    if not found:
        raise refused or BadInput(f"{address} holds no study: no trial was ever started.")
