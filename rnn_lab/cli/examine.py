"""The command ``examine``: what a sweep, finished or running, can say about itself."""

import argparse
from pathlib import Path

from rnn_lab.redaction import Parser, said

PAGE = """Examine a sweep, finished or running, of the lab's or of another program on Optuna; nothing is trained.

  rnn-lab examine multirun/train               every study in the folder's journal
  rnn-lab examine sqlite:///studies.db         of any storage; the pages are written into the working directory

Is the space large enough, was it sampled densely enough, what failed and where, are the best trials' curves
healthy, is the winner real, what does each parameter do: sentences here, figures in examination.html.
"""


def main(arguments: list[str]) -> None:
    """Do what the arguments say.

    Raises:
        BadInput: a folder that is no sweep's, or a sweep without finished trials.
    """
    parser = Parser("rnn-lab examine", description=PAGE, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", help="of the sweep, or the address of a storage")
    asked = parser.parse_args(arguments)
    from rnn_lab.sweeping.examination.folder import examine_folder  # Optuna and NumPy: not for a --help

    for name, lines, page in examine_folder(asked.folder, Path.cwd()):
        print(said("\n".join([f"{name}, examined:", *lines, f"  (with figures in {page})"])))
