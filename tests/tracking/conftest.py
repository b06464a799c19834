"""Stores to carry runs to: real ones."""

import shlex
import shutil
import socket
import subprocess
import time
import urllib.request
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from rnn_lab.tracking.launch import _how_to_look
from rnn_lab.tracking.store import open_store


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory) -> Path:
    """A store that was opened once; making one takes seconds.

    What MLflow and its libraries say of themselves while they are imported is let pass here, and nowhere else.
    """
    file = tmp_path_factory.mktemp("store") / "mlflow.db"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import mlflow.pyfunc.model  # noqa: F401

        open_store(f"sqlite:///{file}")
    return file


@pytest.fixture
def store(empty_store, tmp_path) -> str:
    """The address of a fresh store of one's own."""
    (tmp_path / "store").mkdir()
    shutil.copy(empty_store, tmp_path / "store" / "mlflow.db")
    return f"sqlite:///{tmp_path}/store/mlflow.db"


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
