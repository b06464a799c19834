"""A server to carry runs to: a real one."""

import shlex
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator

import pytest

from rnn_lab.tracking.launch import _how_to_look


@pytest.fixture(scope="session")
def server(empty_store, tmp_path_factory) -> Iterator[str]:
    """The address of a real server on loopback, with a store of its own; started as a run's last line says."""
    folder = tmp_path_factory.mktemp("my server, ü")
    shutil.copy(empty_store, folder / "mlflow.db")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (said,) = _how_to_look(f"sqlite:///{folder}/mlflow.db")
    command = shlex.split(said.partition("To serve these pages: ")[2])
    with open(folder / "log", "w") as log:
        process = subprocess.Popen(
            [*command, "--port", str(port)], cwd="/", stdout=log, stderr=log, start_new_session=True
        )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{address}/health", timeout=5).close()
                break
            except OSError:
                assert process.poll() is None, (folder / "log").read_text()
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait()
