"""Databases of another MLflow, or of Optuna: one sentence with the way out, and nothing written into them."""

import hashlib
import sqlite3
from pathlib import Path

import pytest

from rnn_lab.errors import BadInput
from rnn_lab.tracking.relay import carry
from rnn_lab.tracking.relay_state import State
from tests.tracking.fake_trainer import FakeTrainer

pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy is deprecated")  # mlflow's store


def digest(store: str) -> str:
    return hashlib.sha256(Path(store.removeprefix("sqlite:///")).read_bytes()).hexdigest()


def test_an_older_store_is_said_with_the_command_that_brings_it_up_to_date(tmp_path, store):
    connection = sqlite3.connect(store.removeprefix("sqlite:///"))
    with connection:
        connection.execute("update alembic_version set version_num = '451aebb31d03'")
    connection.close()
    with pytest.raises(BadInput) as refused:
        carry(FakeTrainer.run(tmp_path / "run"), store)
    assert str(refused.value) == (
        f"The store {store} was made by another version of MLflow. Copy it somewhere safe, then bring it up to date: "
        f"mlflow db upgrade {store}"
    )


def test_a_database_of_optunas_is_refused_and_left_as_it_was(tmp_path):
    import optuna

    store = f"sqlite:///{tmp_path}/studies.db"
    storage = optuna.storages.RDBStorage(store)
    storage.engine.dispose()
    before = digest(store)
    with pytest.raises(BadInput, match="is Optuna's, and MLflow cannot share it: use two databases"):
        carry(FakeTrainer.run(tmp_path / "run"), store)
    assert digest(store) == before
    assert {path.name for path in tmp_path.iterdir()} == {"studies.db", "run"}
    assert State.load(tmp_path / "run") is None
