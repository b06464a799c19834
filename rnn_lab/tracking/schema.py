"""Databases that MLflow cannot use as they are: one of an older MLflow, and one that is another program's."""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager

from rnn_lab.errors import BadInput
from rnn_lab.redaction import MASK
from rnn_lab.tracking import address


@contextmanager
def explained(resolved: str) -> Iterator[None]:
    """Refuse another program's database before MLflow makes its tables in it, and say of an older one how to mend it.

    Raises:
        BadInput: the database is one of these.
    """
    from mlflow.exceptions import MlflowException

    refuse_foreign(resolved)
    try:
        yield
    except MlflowException as error:
        if "out-of-date database schema" not in str(error):
            raise
        shown = address.shown(resolved)
        typed = shlex.quote(shown) if MASK not in shown else '"$MLFLOW_TRACKING_URI"'
        raise BadInput(
            f"The store {shown} was made by another version of MLflow. Copy it somewhere safe, then "
            f"bring it up to date: mlflow db upgrade {typed}"
        ) from error


def table_names(address: str) -> set[str]:
    """Look into a database for the names of its tables, over a connection that is closed again."""
    import sqlalchemy

    engine = sqlalchemy.create_engine(address, poolclass=sqlalchemy.pool.NullPool)
    try:
        return set(sqlalchemy.inspect(engine).get_table_names())
    finally:
        engine.dispose()


def refuse_foreign(resolved: str) -> None:
    """Refuse a database of another program's that Alembic keeps in order, as it does MLflow's and Optuna's.

    Raises:
        BadInput: it is one.
    """
    tables = table_names(resolved)
    if "alembic_version" in tables and "experiments" not in tables:
        owner = "Optuna's" if "studies" in tables else "another program's"
        raise BadInput(
            f"The database {address.shown(resolved)} is {owner}, and MLflow cannot share it: use two databases, one "
            "for hydra.sweeper.storage and one for tracking.uri."
        )
