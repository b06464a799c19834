"""The command ``ui``: open MLflow's pages on the store that training writes to."""

import argparse
import os
import socket
import sys
from typing import Any

from rnn_lab.errors import BadInput
from rnn_lab.redaction import Parser

PAGE = """Open MLflow's pages on the store that training writes to: on this machine alone, light, without telemetry.

  rnn-lab ui                                  the store of this folder, http://127.0.0.1:5000
  rnn-lab ui --uri sqlite:////data/runs.db --port 5001
"""


def main(arguments: list[str]) -> None:
    """Become the keeper of MLflow's server."""
    page = Parser("rnn-lab ui", description=PAGE, formatter_class=argparse.RawDescriptionHelpFormatter)
    page.add_argument("--uri", help="the store's address; by default MLFLOW_TRACKING_URI, else sqlite:///mlflow.db")
    page.add_argument("--port", type=int, default=5000, help="default 5000, where printed links point")
    asked = page.parse_args(arguments)

    from rnn_lab.tracking import address
    from rnn_lab.tracking.store import open_now
    from rnn_lab.tracking.underway import take_up

    if asked.uri is not None and (wrong := address.fault(asked.uri)):
        page.error(f"--uri {asked.uri} {wrong}")
    try:
        uri = address.resolve(asked.uri)
    except BadInput as error:
        page.error(str(error))
    if uri.startswith("http"):
        print(f"{address.shown(uri)} has pages of its own.")
        return
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", asked.port))
        except (OSError, OverflowError) as error:
            page.error(f"--port {asked.port} cannot be used: {getattr(error, 'strerror', None) or error}")
    client = open_now(uri)  # makes it under the relays' lock if there is none; refuses one that MLflow cannot use
    take_up(uri)
    link = _first_page(client, f"http://127.0.0.1:{asked.port}")
    print(f"Starting MLflow's pages on {address.shown(uri)} ...", flush=True)
    line = f"They are at {link}  (end: Ctrl-C)"  # said when they answer, below what the server says until then
    os.environ.setdefault("PYTHONWARNINGS", "ignore")  # of MLflow, about its own libraries
    os.environ["MLFLOW_SERVER_ENABLE_JOB_EXECUTION"] = "false"  # 0.5 GB instead of 2.9
    program = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(asked.port)]
    # With two workers or more every request takes 50 ms.
    os.environ["MLFLOW_BACKEND_STORE_URI"] = uri  # no argument: those are anybody's to read, and it may hold a password
    keeper = [sys.executable, "-m", "rnn_lab.cli.announce", str(asked.port), line]  # lighter than what is loaded here
    os.execv(sys.executable, [*keeper, *program, "--workers", "1"])


def _first_page(client: Any, served: str) -> str:
    """The page of the experiment that was changed last; the list of all where there is none but MLflow's empty one."""
    from rnn_lab.tracking import address

    found = client.search_experiments(max_results=2, order_by=["last_update_time DESC"])
    own = [each.experiment_id for each in found if each.name != "Default"]
    return address.table(served, own[0]) if own else address.experiments(served)
