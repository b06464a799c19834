"""Several processes at the same store or folder at once: one truth each."""

import multiprocessing
import shutil
from collections import Counter
from pathlib import Path

import pytest

from rnn_lab.errors import BadInput
from rnn_lab.tracking.journal import read
from rnn_lab.tracking.relay import carry
from tests.tracking.fake_trainer import FakeTrainer
from tests.tracking.test_relay import Remembered

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy is deprecated"),  # mlflow's store
]


def carry_at_once(folders: list[Path], store: str) -> list[str]:
    """Carry folders to a store, each by a process of its own; what each was refused with, or nothing.

    The processes are forked, for eight imports of MLflow take a minute.
    """
    here = multiprocessing.get_context("fork")
    refused = here.SimpleQueue()

    def one(folder: Path) -> None:
        try:
            carry(folder, store)
        except BadInput as error:
            refused.put(str(error))
        else:
            refused.put("")

    processes = [here.Process(target=one, args=(folder,)) for folder in folders]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * len(folders)
    return sorted(refused.get() for _ in folders)


def test_eight_processes_make_one_store_and_eight_runs(tmp_path):
    store = f"sqlite:///{tmp_path}/mlflow.db"
    names = [f"{number:032x}" for number in range(8)]
    folders = [FakeTrainer.run(tmp_path / name, run=name) for name in names]
    assert carry_at_once(folders, store) == [""] * 8
    from mlflow import MlflowClient

    client = MlflowClient(store)
    (experiment,) = [found for found in client.search_experiments() if found.name == "bench"]
    runs = client.search_runs([experiment.experiment_id])
    assert Counter(run.data.tags["rnn_lab.run"] for run in runs) == Counter(names)
    assert {run.info.status for run in runs} == {"FINISHED"}
    for run in runs:
        assert [step for step, _ in Remembered(store, run.info.run_id).curve("rmse/val")] == [0, 1, 2, 3]


def test_copies_of_one_run_folder_are_one_run(tmp_path, store):
    folders = [FakeTrainer.run(tmp_path / "run")]
    for number in range(3):
        folders.append(tmp_path / f"copy_{number}")
        shutil.copytree(folders[0], folders[-1])
    first, *others = carry_at_once(folders, store)
    assert first == ""
    assert all(said == "" or "is being carried to MLflow already" in said for said in others)
    whole = Remembered(store)  # which asserts that there is one run
    assert whole.run.info.status == "FINISHED"
    assert [step for step, _ in whole.curve("rmse/val")] == [0, 1, 2, 3]
    assert whole.everything()["models"] == 1


def test_of_two_syncs_of_one_folder_the_second_says_that_it_is_being_carried(tmp_path, store):
    folder = FakeTrainer.run(tmp_path / "run")
    first, second = carry_at_once([folder, folder], store)
    assert first == ""
    assert second in ("", f"The run folder {folder} is being carried to MLflow already.")
    whole = Remembered(store)
    assert whole.run.info.status == "FINISHED"
    assert len(whole.curve("rmse/val")) == sum(fact["fact"] == "epoch" for fact in read(folder))
