"""Addresses of MLflow stores and of a run's page, told without MLflow: the trainer needs them and never imports it."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, unquote

from rnn_lab.errors import BadInput
from rnn_lab.redaction import redact
from rnn_lab.tracking.view import KEY, key_of

DEFAULT = "sqlite:///mlflow.db"
"""MLflow's own default, in the working directory."""

PAGES = "http://127.0.0.1:5000"
"""Address at which ``make ui`` shows a store that is a database and has no pages of its own."""

MODE = "workflowType=machine_learning"
"""Without it a fresh browser shows MLflow's pages for language models."""

SCHEMES = ("http", "https", "sqlite", "postgresql", "mysql", "mssql")
"""Schemes of the stores in which MLflow 3 keeps runs. Its file store (``./mlruns``) takes no new runs."""


def fault(uri: str) -> str | None:
    """Say what is wrong with the form of an address, if anything.

    Example:
        >>> fault("sqlite:///mlflow.db")
        >>> fault("mlruns")
        "must start with one of http, https, sqlite, postgresql, mysql, mssql and '://'"
    """
    scheme, separator, rest = uri.partition("://")
    if scheme.partition("+")[0] not in SCHEMES or not separator:
        return f"must start with one of {', '.join(SCHEMES)} and '://'"
    if scheme == "sqlite" and not (rest.startswith("/") and rest.strip("/")):
        return "must name a file: sqlite:///relative.db or sqlite:////absolute.db"
    if scheme.startswith("http") and not re.fullmatch(r"[^:\s]+(:\d{1,5})?|\[[^]\s]+\](:\d{1,5})?", _parts(uri)[2]):
        return (
            "must name a host and its port, as in http://127.0.0.1:5000; a / or @ in a password is written %2F or %40"
        )
    return None


def resolve(uri: str | None) -> str:
    """Make an address absolute; None stands for ``MLFLOW_TRACKING_URI``, or else for `DEFAULT`.

    User and password of a server's address are taken out of it: they become this process's ``MLFLOW_TRACKING_USERNAME``
    and ``MLFLOW_TRACKING_PASSWORD``, which MLflow's client reads, and its children inherit.

    Raises:
        BadInput: it is no address of a store, or a database file that could not be made there.

    Example:
        >>> resolve("http://localhost:5000/")
        'http://localhost:5000'
        >>> resolve("sqlite:////tmp/runs.db")
        'sqlite:////tmp/runs.db'
    """
    by_hand = bool(uri)
    named = "tracking.uri" if by_hand else "MLFLOW_TRACKING_URI"
    uri = uri or os.environ.get("MLFLOW_TRACKING_URI") or DEFAULT
    if wrong := fault(uri):
        raise BadInput(f"{named}={shown(uri)} is no address of an MLflow store: it {wrong}.")
    if uri.startswith("http"):
        os.environ.update(credentials(uri))
        if not by_hand:
            os.environ["MLFLOW_TRACKING_URI"] = without_credentials(uri)
        return without_credentials(uri).rstrip("/")
    if not uri.startswith("sqlite:"):
        return uri.rstrip("/")
    path = Path(unquote(uri.removeprefix("sqlite:///").partition("?")[0])).absolute()
    place = path if path.exists() else path.parent
    if path.is_dir() or not (place.is_dir() or place.is_file()):
        raise BadInput(f"{named}={shown(uri)}: {path.parent} is no folder in which {path.name} can be made.")
    if not os.access(place, os.W_OK):
        raise BadInput(f"{named}={shown(uri)}: {place} cannot be written.")
    return database_address(path)


def database_file(address: str) -> Path | None:
    """Return the file of a resolved sqlite address, or None for any other."""
    return Path(unquote(address.removeprefix("sqlite:///"))) if address.startswith("sqlite:") else None


def database_address(file: Path) -> str:
    """Return the address of a sqlite file: what `database_file` reads."""
    # Only what SQLAlchemy would read otherwise: MLflow makes a folder of the name as it stands in the address.
    return "sqlite:///" + str(file).replace("%", "%25").replace("?", "%3F")


def credentials(uri: str) -> Mapping[str, str]:
    """Return the user and password of an address, as the variables from which MLflow's client reads them.

    Example:
        >>> credentials("http://ada:p%40w@host:5000")
        {'MLFLOW_TRACKING_USERNAME': 'ada', 'MLFLOW_TRACKING_PASSWORD': 'p@w'}
        >>> credentials("http://host:5000")
        {}
    """
    user, _, password = _parts(uri)[1].partition(":")
    given = {"MLFLOW_TRACKING_USERNAME": user, "MLFLOW_TRACKING_PASSWORD": password}
    return {name: unquote(value) for name, value in given.items() if value}


def without_credentials(uri: str) -> str:
    """Return an address without its user and password.

    Example:
        >>> without_credentials("http://ada:pw@host:5000/x")
        'http://host:5000/x'
    """
    scheme, _, host, rest = _parts(uri)
    return f"{scheme}://{host}{rest}"


def _parts(uri: str) -> tuple[str, str, str, str]:
    """Scheme, user information, host and the rest; a password may hold a bare @, and then reaches to the last one."""
    scheme, _, rest = uri.partition("://")
    place = re.split(r"(?=[/?#])", rest, maxsplit=1)
    user, _, host = place[0].rpartition("@")
    return scheme, user, host, place[1] if len(place) > 1 else ""


def check_place(place: str, address: str) -> None:
    """Refuse a place of artifacts on another server than the store's own: user and password would be sent there.

    Raises:
        BadInput: it is one.

    Example:
        >>> check_place("file:///data/mlartifacts/1", "sqlite:////data/mlflow.db")
        >>> check_place("mlflow-artifacts:/1", "http://localhost:5000")
        >>> check_place("http://elsewhere/1", "sqlite:////data/mlflow.db")
        Traceback (most recent call last):
        rnn_lab.errors.BadInput: the store sqlite:////data/mlflow.db keeps its artifacts at http://elsewhere/1, ...
    """
    scheme, _, host, _ = _parts(place)
    if scheme in ("http", "https", "mlflow-artifacts") and host and host != _parts(address)[2]:
        raise BadInput(
            f"the store {shown(address)} keeps its artifacts at {shown(place)}, another server, where nothing is sent"
        )


def shown(address: str) -> str:
    """Return an address fit for eyes and files: without its password.

    Example:
        >>> shown("postgresql://ada:secret@db/mlflow")
        'postgresql://ada:***@db/mlflow'
    """
    return redact(address)


def page(address: str, experiment_id: str, run_id: str) -> str:
    """Return the link that opens a run in MLflow's pages.

    Example:
        >>> page("http://localhost:5000", "1", "4f")
        'http://localhost:5000/#/experiments/1/runs/4f?workflowType=machine_learning'
    """
    return f"{_pages(address)}/#/experiments/{quote(experiment_id)}/runs/{quote(run_id)}?{MODE}"


def table(address: str, experiment_id: str, view: str = KEY) -> str:
    """Return the link to the charts of an experiment's runs, in a view of `rnn_lab.tracking.view`.

    Example:
        >>> table("http://localhost:5000", "1")
        'http://localhost:5000/#/experiments/1/runs?workflowType=machine_learning&viewStateShareKey=rnn-lab&compareRunsMode=CHART'
    """
    place = f"{_pages(address)}/#/experiments/{quote(experiment_id)}/runs"
    return f"{place}?{MODE}&viewStateShareKey={quote(view)}&compareRunsMode=CHART"


def charts(address: str, experiment_id: str, run_id: str) -> str:
    """Return the link to the charts of one run: its curves beside the best baseline.

    Example:
        >>> charts("http://localhost:5000", "1", "4f").partition("workflowType=machine_learning&")[2]
        'viewStateShareKey=rnn-lab-4f&compareRunsMode=CHART'
    """
    return table(address, experiment_id, key_of(run_id))


def experiments(address: str) -> str:
    """Return the link to the list of experiments, which holds whatever the store has.

    Example:
        >>> experiments("http://localhost:5000")
        'http://localhost:5000/#/experiments?workflowType=machine_learning'
    """
    return f"{_pages(address)}/#/experiments?{MODE}"


def _pages(address: str) -> str:
    return without_credentials(address) if address.startswith("http") else PAGES


def silence(address: str, seconds: float = 5.0) -> str | None:
    """Say why a server does not answer, or None when it does or when the address is a database.

    MLflow's client would find out too, but only after its import and its retries.
    """
    import urllib.error  # 30 ms that only the relay has to spare
    import urllib.request

    if not address.startswith("http"):
        return None

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: object) -> None:
            """Follow to no other address: that is an answer, too."""

    try:
        with urllib.request.build_opener(Stay).open(f"{address}/health", timeout=seconds):
            return None
    except urllib.error.HTTPError:  # an answer, if not to our liking
        return None
    except TimeoutError:
        return f"no answer within {seconds:g} s"
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        return getattr(reason, "strerror", None) or str(reason)


def leftover(folder: Path) -> Path | None:
    """Find experiments of MLflow's retired file store in ``folder/mlruns``.

    They make MLflow's own commands there take ``./mlruns`` for their default store, and refuse to work.
    """
    found = (meta for meta in folder.glob("mlruns/*/meta.yaml") if meta.parent.name.isdigit())
    return next((meta.parents[1] for meta in found), None)
