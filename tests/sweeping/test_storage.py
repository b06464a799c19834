"""The journal of a sweep: Optuna's own format, and what it waits for the disk for."""

import multiprocessing
import os
import sqlite3

import optuna
import pytest
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState

from rnn_lab.errors import BadInput
from rnn_lab.sweeping.examination.folder import examine_folder
from rnn_lab.sweeping.storage import connect
from tests.full_disk import full_disk


def objective(trial):
    x = trial.suggest_float("x", -1, 1)
    for step in range(5):
        trial.report(x + step, step)
    trial.set_user_attr("note", "a")
    return x


def test_optuna_reads_it_with_its_own_storage(tmp_path):
    path = str(tmp_path / "journal")
    ours = optuna.create_study(study_name="s", storage=connect(path), sampler=optuna.samplers.RandomSampler(seed=0))
    ours.optimize(objective, n_trials=3)
    theirs = optuna.load_study(study_name="s", storage=JournalStorage(JournalFileBackend(path)))
    assert theirs.trials == ours.trials
    assert [trial.state for trial in theirs.trials] == [TrialState.COMPLETE] * 3
    assert all(len(trial.intermediate_values) == 5 for trial in theirs.trials)


def test_a_full_disk_leaves_no_half_line_and_names_the_file(tmp_path):
    file = tmp_path / "journal"
    study = optuna.create_study(storage=connect(str(file)))
    before = file.read_bytes()
    with full_disk(len(before) + 20), pytest.raises(OSError, match="too large") as full:
        study.set_user_attr("note", "a" * 100)
    assert full.value.filename == str(file)
    assert file.read_bytes() == before
    study.set_user_attr("note", "b")
    (ours,) = optuna.study.get_all_study_summaries(JournalStorage(JournalFileBackend(str(file))))
    assert ours.user_attrs == {"note": "b"}


def test_it_waits_for_the_disk_where_a_trial_ends_and_not_where_it_reports(tmp_path, monkeypatch):
    waits = []
    real = os.fsync
    study = optuna.create_study(storage=connect(str(tmp_path / "journal")))
    monkeypatch.setattr(os, "fsync", lambda file: waits.append(real(file)))
    trial = study.ask()
    objective(trial)
    assert waits == []
    study.tell(trial, 1.0)
    assert len(waits) == 1


def _write(path, name):
    storage = connect(path)
    study = optuna.load_study(study_name="s", storage=storage)
    for i in range(20):
        study.set_user_attr(f"{name}-{i}", "x" * 2000)
        trial = study.ask()
        trial.report(i, i)
        study.tell(trial, i)


@pytest.mark.filterwarnings("ignore")
def test_several_processes_write_whole_lines(tmp_path):
    path = str(tmp_path / "journal")
    optuna.create_study(study_name="s", storage=connect(path))
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=_write, args=(path, name)) for name in "abc"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    study = optuna.load_study(study_name="s", storage=connect(path))
    assert len(study.user_attrs) == 60
    assert sorted(trial.number for trial in study.trials) == list(range(60))
    assert all(trial.state == TrialState.COMPLETE for trial in study.trials)


def test_a_database_of_mlflows_is_refused_and_left_as_it_was(tmp_path):
    database = tmp_path / "mlflow.db"
    with sqlite3.connect(database) as connection:
        connection.execute("create table alembic_version (version_num text)")
        connection.execute("create table experiments (name text)")
    connection.close()
    before = database.read_bytes()
    with pytest.raises(BadInput, match=r"is MLflow's database, and Optuna cannot share it: use two databases\.$"):
        connect(f"sqlite:///{database}")
    assert database.read_bytes() == before


def test_an_examination_makes_no_database_and_no_tables(tmp_path):
    with pytest.raises(BadInput, match=r"none.db holds no sweep: there is no such file\.$"):
        next(examine_folder(f"sqlite:///{tmp_path}/none.db", tmp_path))
    assert not list(tmp_path.iterdir())
    mine = tmp_path / "mine.db"
    with sqlite3.connect(mine) as connection:
        connection.execute("create table mine (name text)")
    connection.close()
    before = mine.read_bytes()
    with pytest.raises(BadInput, match=r"mine.db holds no study: it is no storage of Optuna's\.$"):
        next(examine_folder(f"sqlite:///{mine}", tmp_path))
    assert mine.read_bytes() == before
    assert list(tmp_path.iterdir()) == [mine]
