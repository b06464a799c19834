import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from rnn_lab.errors import BadInput
from rnn_lab.tracking.relay_state import State
from rnn_lab.tracking.store import experiment, open_store
from tests.full_disk import full_disk
from tests.tracking.fake_trainer import FakeTrainer

pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy is deprecated")  # mlflow's store


def test_eight_relays_race_for_a_store_that_does_not_exist(tmp_path):
    """Opened at once by MLflow's client alone, most of them fail, and the file may stay unusable."""
    store = f"sqlite:///{tmp_path}/mlflow.db"
    folders = [tmp_path / str(n) for n in range(8)]
    for n, folder in enumerate(folders):
        trainer = FakeTrainer(folder, uri=store, run=str(n) * 32)
        trainer.journal.write("end", status="FINISHED", reason="done")
        trainer.journal.close()
    command = [sys.executable, "-m", "rnn_lab.tracking.relay"]
    relays = [subprocess.Popen([*command, folder], stderr=subprocess.PIPE, text=True) for folder in folders]
    endings = [(relay.communicate()[1], relay.returncode) for relay in relays]
    assert [code for _, code in endings] == [0] * 8, endings
    states = [State.load(folder) for folder in folders]
    assert {state.state for state in states} == {"done"}
    assert len({state.run_id for state in states}) == 8
    assert len({state.experiment_id for state in states}) == 1
    database = sqlite3.connect(tmp_path / "mlflow.db")
    assert database.execute("select count(*), count(distinct status) from runs").fetchone() == (8, 1)
    assert database.execute("pragma journal_mode").fetchone() == ("wal",)
    database.close()


def test_a_store_that_is_killed_or_finds_no_room_in_the_making_is_made_by_the_next(tmp_path, monkeypatch, empty_store):
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    class Killed(BaseException):
        pass

    def half(self, uri, artifacts):
        connection = sqlite3.connect(uri.removeprefix("sqlite:///"))
        connection.execute("create table experiments (half int)")
        connection.close()
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(SqlAlchemyStore, "__init__", half)
        with pytest.raises(Killed):
            open_store(f"sqlite:///{tmp_path}/mlflow.db")
    assert not (tmp_path / "mlflow.db").exists()
    with full_disk(100_000), pytest.raises(Exception, match="disk"):
        open_store(f"sqlite:///{tmp_path}/mlflow.db")
    assert not list(tmp_path.glob(".*.part*"))
    client = open_store(f"sqlite:///{tmp_path}/mlflow.db")  # MLflow knows the address of its last attempt
    assert [found.name for found in client.search_experiments()] == ["Default"]
    with closing(sqlite3.connect(tmp_path / "mlflow.db")) as database:
        assert database.execute("select count(*) from experiments").fetchone() == (1,)


def test_an_experiment_is_made_once_and_keeps_its_files_beside_the_store(store, tmp_path):
    client = open_store(store)
    made = experiment(client, "two words/é", store)
    assert experiment(client, "two words/é", store) == made
    location = client.get_experiment(made).artifact_location
    assert location == (tmp_path / "store" / "mlartifacts" / "two_words_é").as_uri()


def test_an_experiment_that_another_relay_makes_first(store, monkeypatch):
    client = open_store(store)
    real, looks = client.get_experiment_by_name, []

    def not_yet(name):
        looks.append(name)
        return None if len(looks) == 1 else real(name)

    made = client.create_experiment("bench")
    monkeypatch.setattr(client, "get_experiment_by_name", not_yet)
    assert experiment(client, "bench", store) == made


def test_an_experiment_that_the_user_made_gets_the_columns_too(store):
    client = open_store(store)
    made = client.create_experiment("bench", tags={"mine": "yes"})
    assert experiment(client, "bench", store) == made
    assert set(client.get_experiment(made).tags) >= {"mine", "mlflow.sharedViewState.rnn-lab"}


def test_columns_that_cannot_be_saved_are_no_failure(store, monkeypatch):
    client = open_store(store)

    def refuse(*_):
        raise RuntimeError("no such tag")

    monkeypatch.setattr(client, "set_experiment_tag", refuse)
    assert experiment(client, "bench", store)


def test_a_deleted_experiment_is_one_sentence(store):
    client = open_store(store)
    client.delete_experiment(experiment(client, "bench", store))
    with pytest.raises(BadInput, match="The experiment bench is deleted in MLflow: restore it"):
        experiment(client, "bench", store)


def test_leftovers_of_the_file_store_do_not_disturb(tmp_path, monkeypatch, empty_store):
    """MLflow's own default gives way to ./mlruns here, and then refuses it."""
    (tmp_path / "mlruns" / "0").mkdir(parents=True)
    (tmp_path / "mlruns" / "0" / "meta.yaml").touch()
    monkeypatch.chdir(tmp_path)
    client = open_store(f"sqlite:///{tmp_path}/mlflow.db")
    assert client.search_experiments()
