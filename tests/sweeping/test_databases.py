"""Studies in databases: a real PostgreSQL server, started for the test, and SQLite."""

import os
import signal
from collections import Counter

import optuna
import pytest
from optuna.trial import TrialState

from tests.postgres import server


@pytest.fixture(scope="module")
def postgres():
    """The URL of a database on a PostgreSQL server of our own."""
    with server() as (address, _):
        yield f"{address}postgres"


def test_postgresql_keeps_a_sweep_through_kill_9(toy, postgres, monkeypatch):
    monkeypatch.setenv("STORAGE", postgres)  # its password is in no file and no printed line
    arguments = (
        "x=interval(-1,1)",
        "sleep=0.1",
        "hydra.sweeper.storage='${oc.env:STORAGE}'",
        "hydra/sweeper/pruner=none",
    )

    storage = optuna.storages.RDBStorage(postgres)

    def trials():
        return optuna.load_study(study_name="toy", storage=storage).get_trials()

    def some_are_done():
        names = optuna.get_all_study_names(storage)
        return "toy" in names and sum(trial.state == TrialState.COMPLETE for trial in trials()) >= 2

    process = toy.start(*arguments, "hydra.sweeper.n_trials=6")
    toy.wait_for(some_are_done, process)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    out, err = toy.sweep(*arguments, "hydra.sweeper.n_trials=6")
    states = Counter(trial.state for trial in trials())
    assert states[TrialState.COMPLETE] == 6
    assert states[TrialState.RUNNING] == states[TrialState.WAITING] == 0
    assert all(trial.user_attrs.get("interrupted") for trial in trials() if trial.state == TrialState.FAIL)
    assert all(len(trial.intermediate_values) == 3 for trial in trials() if trial.state == TrialState.COMPLETE)
    assert "nobody" not in out + err
    assert 'optuna-dashboard "$STORAGE"' in out
    written = [path for path in toy.folder.rglob("*") if path.is_file()]
    assert len(written) > 20
    assert not [path for path in written if b"nobody" in path.read_bytes()]
    # The study belongs to its folder: from elsewhere, its job folders would be mixed with others.
    elsewhere = ("hydra.sweep.dir=elsewhere", *arguments)
    _, err = toy.sweep(*elsewhere, "hydra.sweeper.n_trials=7", code=2)
    assert f"belongs to the folder {toy.folder / 'multirun' / 'toy'}" in err
    storage.engine.dispose()


def test_sqlite_serves_and_warns_when_many_write(toy):
    storage = f"hydra.sweeper.storage='sqlite:///{toy.folder}/studies.db'"
    _, err = toy.sweep("x=interval(-1,1)", storage, "hydra.sweeper.n_trials=3", "hydra.sweeper.n_jobs=3")
    assert err.count("SQLite serves few writers") == 1
    study = optuna.load_study(study_name="toy", storage=f"sqlite:///{toy.folder}/studies.db")
    assert len(study.trials) == 3
    study._storage._backend.engine.dispose()
