"""Opening an MLflow store: made once however many come at once, its client bounded in time, its telemetry off."""

import contextlib
import fcntl
import glob
import hashlib
import os
import re
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from rnn_lab.errors import BadInput
from rnn_lab.redaction import said
from rnn_lab.tracking import address
from rnn_lab.tracking.schema import explained, refuse_foreign
from rnn_lab.tracking.view import TAG, save_view

if TYPE_CHECKING:
    from mlflow import MlflowClient

SETTINGS = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_ENABLE_ASYNC_LOGGING": "false",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_LOGGING_LEVEL": "WARNING",
    "MLFLOW_ALLOW_HTTP_REDIRECTS": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}
"""A dead server holds MLflow's default client for four minutes a call; its asynchronous logging loses data silently;
and what a server says of another address is followed neither with a run nor with the user's password."""


def open_store(resolved: str) -> "MlflowClient":
    """Open a store, and make it first where it is a database that is not there yet.

    Several processes that open a new database at once break each other's migrations, so they queue at a file lock.
    A new sqlite file is made beside its place and moved there when it is whole: a kill leaves none that is half made.

    Nothing is set for the process as a whole: ``mlflow.set_tracking_uri`` would also set the environment, for every
    process that is started from here.

    Args:
        resolved: an address from `address.resolve`.

    Raises:
        BadInput: the database is an older MLflow's, or another program's.
    """
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"  # read when mlflow is imported
    import mlflow

    if resolved.startswith("http"):
        return mlflow.MlflowClient(resolved)
    file = address.database_file(resolved)
    if file and file.exists():
        refuse_foreign(resolved)  # before a lock is made beside it
    with _first(resolved):
        if file and not file.exists():
            _make(file)
        with explained(resolved):
            client = mlflow.MlflowClient(resolved)
            client.search_experiments(max_results=1)  # the client opens its store at its first use
    return client


def open_now(resolved: str) -> "MlflowClient":
    """Open a store as `open_store` does, for a command that does not wait for one that is down.

    Raises:
        BadInput: the store does not answer, its driver is not installed, or it is no database that MLflow can use.
    """
    try:
        return open_store(resolved)
    except BadInput:
        raise
    except Exception as error:  # whatever the store's library raises
        cause = of_database(error) or error
        reason = (said(cause).strip().splitlines() or [type(cause).__name__])[0].rstrip(".:")
        raise BadInput(f"The store {address.shown(resolved)} cannot be opened: {reason}.") from error


def of_database(error: Exception) -> Exception | None:
    """The database's own error behind one of MLflow's or SQLAlchemy's, which repeat the statement; None without one."""
    found: Exception | None = getattr(error, "orig", None) or getattr(error.__cause__, "orig", None)
    return found


def experiment(client: "MlflowClient", name: str, resolved: str) -> str:
    """Find an experiment by name or make it, and return its id.

    Beside a sqlite file lies the folder of its artifacts; the store remembers that place absolute, so that the pages
    find the artifacts from wherever they are served.

    Raises:
        BadInput: the experiment was deleted in MLflow, which keeps its name; or its artifacts lie on another server.
    """
    from mlflow.exceptions import MlflowException

    if client.get_experiment_by_name(name) is None:
        file = address.database_file(resolved)
        place = (_artifacts(file) / re.sub(r"[^\w-]", "_", name)).as_uri() if file else None
        try:
            client.create_experiment(name, artifact_location=place)
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":  # another relay was quicker
                raise
    found = client.get_experiment_by_name(name)
    if found is None or found.lifecycle_stage != "active":
        raise BadInput(f"The experiment {name} is deleted in MLflow: restore it, or say another tracking.experiment.")
    address.check_place(found.artifact_location, resolved)
    if TAG not in found.tags:
        save_view(client, found.experiment_id)
    return str(found.experiment_id)


def _artifacts(file: Path) -> Path:
    return file.parent / "mlartifacts"


def _make(file: Path) -> None:
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    for left in file.parent.glob(f".{glob.escape(file.name)}.*.part*"):
        left.unlink(missing_ok=True)
    # A name of its own each time: MLflow keeps what it opened by the address, also of a file that is gone.
    beside = file.with_name(f".{file.name}.{uuid4().hex}.part")
    try:
        SqlAlchemyStore(address.database_address(beside), str(_artifacts(file))).engine.dispose()  # type: ignore[no-untyped-call]
        with contextlib.closing(sqlite3.connect(beside)) as connection:
            connection.execute("PRAGMA journal_mode = wal")  # readers and the writer no longer wait for each other
        os.replace(beside, file)
    finally:
        beside.unlink(missing_ok=True)


@contextlib.contextmanager
def _first(resolved: str) -> Iterator[None]:
    """Hold the lock that stands before a database's first opening."""
    file = address.database_file(resolved)
    name = f"rnn-lab-{hashlib.sha256(resolved.encode()).hexdigest()[:16]}.lock"
    lock = file.with_name(f"{file.name}.lock") if file else Path(tempfile.gettempdir()) / name
    with open(lock, "a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
