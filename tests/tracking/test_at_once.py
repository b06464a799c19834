"""Several processes at the same store or folder at once: one truth each."""

import multiprocessing
import os
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
    pytest.mark.timeout(300 if "RNN_LAB_ROUNDS" not in os.environ else 1800),  # sixteen at once wait for each other
    pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy is deprecated"),  # mlflow's store
]


ROUNDS = int(os.environ.get("RNN_LAB_ROUNDS", "1"))
"""Of each test; with more than one, two and sixteen processes take part as well as eight."""
round_and_size = pytest.mark.parametrize(
    ("turn", "size"), [(turn, size) for turn in range(ROUNDS) for size in ((2, 8, 16) if ROUNDS > 1 else (8,))]
)


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


@round_and_size
def test_processes_make_one_store_and_a_run_each(turn, size, tmp_path):
    store = f"sqlite:///{tmp_path}/mlflow.db"
    names = [f"{number:032x}" for number in range(size)]
    folders = [FakeTrainer.run(tmp_path / name, run=name) for name in names]
    assert carry_at_once(folders, store) == [""] * size
    from mlflow import MlflowClient

    client = MlflowClient(store)
    (experiment,) = [found for found in client.search_experiments() if found.name == "bench"]
    runs = client.search_runs([experiment.experiment_id])
    assert Counter(run.data.tags["rnn_lab.run"] for run in runs) == Counter(names)
    assert {run.info.status for run in runs} == {"FINISHED"}
    for run in runs:
        assert [step for step, _ in Remembered(store, run.info.run_id).curve("rmse/val")] == [0, 1, 2, 3]


@round_and_size
def test_copies_of_one_run_folder_are_one_run(turn, size, tmp_path, store):
    folders = [FakeTrainer.run(tmp_path / "run")]
    for number in range(size // 2):
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
