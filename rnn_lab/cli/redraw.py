"""The command ``redraw``: the figures of a run or of a sweep, from its folder, in another format."""

import argparse
from contextlib import suppress
from pathlib import Path
from typing import Any

from rnn_lab.cli.arguments import without_trust
from rnn_lab.redaction import Parser

PAGE = """Draw the figures of a finished run, or of a sweep, again, from its folder; nothing is trained.

A run draws them itself, after its answer. This does it once more: in another format, or where that process was killed.

  rnn-lab redraw outputs/DAY/TIME                     as PNG
  rnn-lab redraw outputs/DAY/TIME figures.format=pdf  for a paper: pdf or svg
  rnn-lab redraw outputs/DAY/TIME figures.dpi=300
  rnn-lab redraw multirun/train figures.format=svg    every study of a sweep
  rnn-lab redraw their/run trust=mine                 a run with components of that module
"""


def main(arguments: list[str]) -> None:
    """Do what the arguments say.

    Raises:
        BadInput: a folder that is no finished run's and no sweep's, or a format that there is not.
    """
    parser = Parser("rnn-lab redraw", description=PAGE, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="of the run, or of the sweep")
    parser.add_argument("settings", nargs="*", metavar="figures.KEY=VALUE", help="format=png|pdf|svg, dpi=110")
    arguments, trusted = without_trust(arguments)
    asked = parser.parse_args(arguments)
    figures = _figures(asked.settings)  # NumPy and all: not for a --help
    from rnn_lab.errors import BadInput
    from rnn_lab.sweeping.storage import JOURNAL
    from rnn_lab.tracking.journal import NAME

    if (asked.folder / JOURNAL).is_file():
        from rnn_lab.sweeping.redraw import redraw_sweep

        for file in redraw_sweep(asked.folder, figures.format, figures.dpi):
            print(file)
        return
    if (asked.folder.absolute().parent / JOURNAL).is_file() and not (asked.folder / NAME).is_file():
        raise BadInput(f"{asked.folder} is of one study of a sweep: give the sweep's folder, {asked.folder.parent}.")
    from rnn_lab.redraw import redraw

    for file in redraw(asked.folder, figures, trusted):
        print(file)


def _figures(settings: list[str]) -> Any:
    from pydantic import ValidationError

    from rnn_lab.component import refusal
    from rnn_lab.errors import BadInput
    from rnn_lab.run_figures import Figures

    given: dict[str, Any] = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals or not key.startswith("figures."):
            raise BadInput(f"{setting} is no setting of figures: say figures.format=pdf or figures.dpi=300.")
        given[key.removeprefix("figures.")] = value
        with suppress(ValueError):
            given[key.removeprefix("figures.")] = float(value)
    try:
        return Figures(**given)
    except ValidationError as error:
        raise BadInput(refusal(error, "figures")) from error
