"""The command ``sync``: carry run folders to MLflow."""

import argparse
import sys
import warnings
from contextlib import suppress
from pathlib import Path

from rnn_lab.errors import BadInput
from rnn_lab.redaction import said

PAGE = """Carry run folders to MLflow: runs trained with tracking=off, or while MLflow did not answer, or copied here.

  rnn-lab sync outputs/2026-11-23/19-52-14-500211
  rnn-lab sync multirun/2026-11-23/20-00-00-000000/* --uri http://127.0.0.1:5000

Carrying a folder twice leaves one run. A run in training is carried as far as it is.
"""


def main(arguments: list[str]) -> None:
    """Carry each folder; ends with exit code 2 if one of them is not in MLflow."""
    page = argparse.ArgumentParser(
        "rnn-lab sync", description=PAGE, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    page.add_argument("folders", nargs="+", type=Path, metavar="FOLDER", help="a run folder: where journal.jsonl lies")
    page.add_argument("--uri", help="MLflow's address; by default each run's own, or else as for training")
    asked = page.parse_args(arguments)

    from rnn_lab.tracking.address import fault, resolve
    from rnn_lab.tracking.relay import carry, sentence
    from rnn_lab.tracking.underway import take_up

    if asked.uri is not None and (wrong := fault(asked.uri)):
        page.error(f"--uri {asked.uri} {wrong}")
    warnings.simplefilter("ignore")  # MLflow's, about itself
    failed = 0
    for folder in asked.folders:
        try:
            state = carry(folder, asked.uri)
        except BadInput as error:
            failed += 1
            print(said(error), file=sys.stderr)
        except Exception as error:  # whatever the store's library raises: one sentence, and on to the next folder
            failed += 1
            print(f"{folder} is not in MLflow: {sentence(error)}", file=sys.stderr)
        else:
            print(said(f"{folder}: {state.link}"))
            for missing in state.missing:
                print(said(f"  {missing}"))
    with suppress(BadInput):  # an address that is none has been said
        take_up(resolve(asked.uri))
    if failed:
        raise SystemExit(2)
