"""The command ``sync``: carry run folders to MLflow."""

import argparse
import sys
import warnings
from contextlib import suppress
from pathlib import Path

from rnn_lab.cli.arguments import without_trust
from rnn_lab.cli.passwords import refuse_passwords
from rnn_lab.errors import BadInput
from rnn_lab.redaction import Parser, said

PAGE = """Carry run folders to MLflow: runs trained with tracking=off, or while MLflow did not answer, or copied here.

  rnn-lab sync outputs/2026-11-23/19-52-14-500211
  rnn-lab sync multirun/2026-11-23/20-00-00-000000/* --uri http://127.0.0.1:5000

A folder may be somebody else's. So it goes to your own store, whatever its journal says; no file that lies elsewhere
goes with it; and its network is packaged only if it is made of the lab's components, or of modules that you name:

  rnn-lab sync their/run trust=mine

Carrying a folder twice leaves one run. A run in training is carried as far as it is.
"""


def main(arguments: list[str]) -> None:
    """Carry each folder; ends with exit code 2 if one of them is not in MLflow."""
    page = Parser("rnn-lab sync", description=PAGE, formatter_class=argparse.RawDescriptionHelpFormatter)
    page.add_argument("folders", nargs="+", type=Path, metavar="FOLDER", help="a run folder: where journal.jsonl lies")
    page.add_argument("--uri", help="MLflow's address; by default MLFLOW_TRACKING_URI, else sqlite:///mlflow.db here")
    arguments, trusted = without_trust(arguments)
    asked = page.parse_args(arguments)

    from rnn_lab.runs.folder import RunFolder
    from rnn_lab.tracking.address import fault, resolve
    from rnn_lab.tracking.relay import carry, sentence
    from rnn_lab.tracking.underway import take_up

    if asked.uri is not None and (wrong := fault(asked.uri)):
        page.error(f"--uri {asked.uri} {wrong}")
    refuse_passwords([f"tracking.uri={asked.uri}"])
    uri = resolve(asked.uri)
    warnings.simplefilter("ignore")  # MLflow's, about itself
    failed = 0
    for folder in asked.folders:
        try:
            state = carry(RunFolder.at(folder).path, uri, trusted=trusted)
        except BadInput as error:
            failed += 1
            print(said(error), file=sys.stderr)
        except Exception as error:  # whatever the store's library raises: one sentence, and on to the next folder
            failed += 1
            print(f"{folder} is not in MLflow: {sentence(error)}", file=sys.stderr)
        else:
            print(said(f"{folder}: {state.link}"))
            for line in [*_elsewhere(folder, uri), *state.missing]:
                print(said(f"  {line}"))
    with suppress(BadInput):  # an address that is none has been said
        take_up(uri)
    if failed:
        raise SystemExit(2)


def _elsewhere(folder: Path, uri: str) -> list[str]:
    """Say that a journal names another store than the one that its run went to."""
    from rnn_lab.tracking.address import database_address
    from rnn_lab.tracking.journal import read

    named = str(read(folder)[0].get("uri") or uri)
    known = [named.rstrip("/"), database_address(Path(named.removeprefix("sqlite:///")).absolute())]
    return (
        [] if uri in known else [f"Its journal names {named}, where it did not go: say --uri {named} if that is yours."]
    )
