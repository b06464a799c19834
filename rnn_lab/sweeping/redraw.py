"""A sweep's figures, drawn from its folder."""

from collections.abc import Iterator
from pathlib import Path

import optuna

from rnn_lab.errors import BadInput
from rnn_lab.sweeping import plots
from rnn_lab.sweeping.record_check import check_attributes, damage_said
from rnn_lab.sweeping.storage import connect
from rnn_lab.sweeping.stored_study import StoredStudy
from rnn_lab.sweeping.sweep_folder import find_sweep, study_folder
from rnn_lab.tracking.inside import inside


def redraw_sweep(folder: Path, form: str = "png", dpi: float | None = None) -> Iterator[Path]:
    """Draw the figures of every study of a sweep, and those across them; nothing is trained.

    Args:
        folder: the sweep's, with the journal of its studies in it.
        form, dpi: as of `rnn_lab.figures.save`.

    Yields:
        The files.

    Raises:
        BadInput: there is no sweep, its record is damaged, or there is nothing to draw.
    """
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    sweep, address = find_sweep(str(folder))
    storage, studies, found = connect(address), [], False
    refused: BadInput | None = None
    for name in sorted(optuna.get_all_study_names(storage)):
        try:
            with damage_said(name, address):
                study = optuna.load_study(study_name=name, storage=storage)
                check_attributes(study, address)
                stored = StoredStudy(study)
                own = inside(study_folder(study, sweep, folder), "figures")
                drawn = [own / f"{figure}.{form}" for figure, why in plots.draw(stored, own, form, dpi) if why is None]
        except BadInput as error:  # the others are none the worse for it
            refused = refused or error
            continue
        studies.append(stored)
        found = found or bool(drawn)
        yield from drawn
    if not found:
        raise refused or BadInput(f"{folder} has nothing to draw: no trial is finished.")
    if len(studies) > 1:
        across = inside(folder, "figures")
        for figure, why in plots.draw_across(studies, across, form, dpi):
            if why is None:
                yield across / f"{figure}.{form}"
