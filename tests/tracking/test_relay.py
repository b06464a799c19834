"""The relay against real stores: everything arrives, once, whoever is killed."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from rnn_lab.errors import BadInput
from rnn_lab.tracking import relay as relay_module
from rnn_lab.tracking import underway
from rnn_lab.tracking.journal import Journal, Tail, read
from rnn_lab.tracking.mlflow_run import MLflowWriter
from rnn_lab.tracking.names import parameter_name
from rnn_lab.tracking.relay import KILLED, NICE, Failed, Unreachable, carry, relay, sentence
from rnn_lab.tracking.relay_state import State
from tests.full_disk import full_disk
from tests.tracking.fake_trainer import FakeTrainer

pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy is deprecated")  # mlflow's store

TRAINER = Path(__file__).with_name("fake_trainer.py")


class Remembered:
    """Contents of a store's only run, read back with MLflow's client."""

    def __init__(self, store: str, run_id: str | None = None):
        import mlflow

        self.client = mlflow.MlflowClient(tracking_uri=store)
        if run_id is None:
            experiments = [experiment.experiment_id for experiment in self.client.search_experiments()]
            (found,) = self.client.search_runs(experiments)
            run_id = found.info.run_id
        self.run = self.client.get_run(run_id)
        self.id = run_id

    def curve(self, metric: str) -> list[tuple[int, float]]:
        return sorted((point.step, point.value) for point in self.client.get_metric_history(self.id, metric))

    def files(self, folder: str = "") -> dict[str, int]:
        found = {}
        for file in self.client.list_artifacts(self.id, folder or None):
            found |= self.files(file.path) if file.is_dir else {file.path: file.file_size}
        return found

    def everything(self) -> dict:
        """All that must not differ however the journal came here."""
        return {
            "status": self.run.info.status,
            "times": (self.run.info.start_time, self.run.info.end_time),
            "params": self.run.data.params,
            "tags": {key: value for key, value in self.run.data.tags.items() if key != "mlflow.log-model.history"},
            "curves": {metric: repr(self.curve(metric)) for metric in self.run.data.metrics},
            "files": set(self.files()),
            "datasets": len(self.run.inputs.dataset_inputs),
            "models": len(self.run.outputs.model_outputs),
        }


@pytest.fixture(scope="module")
def carried(empty_store, tmp_path_factory):
    """A whole run of three replicas, and what MLflow has of it."""
    folder = tmp_path_factory.mktemp("carried")
    shutil.copy(empty_store, folder / "mlflow.db")
    store = f"sqlite:///{folder}/mlflow.db"
    FakeTrainer.run(folder / "run", replicas=3)
    return folder / "run", carry(folder / "run", store), Remembered(store)


def test_the_run_has_its_name_status_times_and_tags(carried):
    folder, state, remembered = carried
    facts = read(folder)
    info, tags = remembered.run.info, remembered.run.data.tags
    assert (info.run_name, info.status) == ("sine-elman", "FINISHED")
    assert (info.start_time, info.end_time) == (int(facts[0]["time"] * 1000), int(facts[-1]["time"] * 1000))
    assert tags["asked by"] == "ada"
    assert tags[parameter_name("[odd]")].endswith("x ... (9000 characters)")
    assert tags["rnn_lab.reason"] == "all epochs are done"
    provenance = next(fact for fact in facts if fact["fact"] == "provenance")
    assert tags["mlflow.user"] == provenance["user"]
    assert tags["mlflow.source.git.commit"] == provenance["git"]["commit"]
    assert tags["mlflow.source.name"] == " ".join(provenance["command"][1:])
    assert tags["rnn_lab.data_fingerprint"] == provenance["data_fingerprint"]
    assert state == State.load(folder)
    assert (state.state, state.run_id, state.missing) == ("done", info.run_id, ())


def test_what_is_compared_is_a_parameter_and_the_whole_config_is_a_file(carried, tmp_path):
    import yaml

    folder, _, remembered = carried
    config = read(folder)[0]["config"]
    assert remembered.run.data.params == {"seed": "0", "data.window": "8", "model.hidden_dim": "3"}
    file = remembered.client.download_artifacts(remembered.id, "config.yaml", str(tmp_path))
    assert yaml.safe_load(Path(file).read_text()) == config


def test_metrics_lie_at_their_epochs(carried):
    _, _, remembered = carried
    assert remembered.curve("rmse/val") == [(epoch, 1 / (1 + epoch) + 1) for epoch in range(4)]  # mean of 3 replicas
    assert remembered.curve("rmse_by_seed/val_2") == [(epoch, 1 / (1 + epoch) + 2) for epoch in range(4)]
    assert [step for step, value in remembered.curve("loss/val") if np.isnan(value)] == [1]
    assert remembered.curve("scores_baselines/AR2_val_rmse") == [(0, 0.1)]
    assert remembered.curve("rmse/baseline") == [(epoch, 0.1) for epoch in range(4)]
    assert remembered.curve("scores/val_rmse") == [(0, 0.05)]
    assert remembered.curve("scores/val_rmse_sd") == [(0, pytest.approx(0.01))]
    assert remembered.curve("scores/kept_epoch") == [(0, 2)]


def test_files_are_those_of_the_run_folder(carried, tmp_path):
    folder, _, remembered = carried
    files = remembered.files()
    for name in (
        "summary.json",
        "journal.jsonl",
        "figures/curves.png",
        *(f"weights/epoch_{n:04d}.npz" for n in range(4)),
    ):
        assert files[name] == (folder / name).stat().st_size
    local = remembered.client.download_artifacts(remembered.id, "weights/epoch_0002.npz", str(tmp_path))
    assert Path(local).read_bytes() == (folder / "weights/epoch_0002.npz").read_bytes()


def test_predictions_and_weights_over_the_epochs_are_a_page_each(carried, tmp_path):
    folder, _, remembered = carried
    pages = {}
    for name in ("predictions.html", "weights.html"):
        text = Path(remembered.client.download_artifacts(remembered.id, name, str(tmp_path))).read_text()
        content = re.search(r'<script type="application/json" id="content">(.*?)</script>', text, re.DOTALL)
        pages[name] = json.loads(content[1])
        assert [frame["epoch"] for frame in pages[name]["frames"]] == [0, 1, 2, 3]
    with np.load(folder / "figures/arrays/epoch_0003.npz") as arrays:
        shown = pages["predictions.html"]["frames"][3]["validation"][0]["mean"]
        np.testing.assert_allclose(shown, arrays["validation"].mean(axis=0)[:, 0], rtol=1e-4)
    assert set(pages["weights.html"]["weights"]) == {"W_xh", "W_hh", "b_h", "W_hy", "b_y"}
    note = remembered.run.data.tags["mlflow.note.content"]
    assert f"/runs/{remembered.id}/artifacts/predictions.html" in note


def test_the_dataset_is_an_input(carried):
    folder, _, remembered = carried
    (found,) = remembered.run.inputs.dataset_inputs
    fact = next(fact for fact in read(folder) if fact["fact"] == "data")
    assert (found.dataset.name, found.dataset.digest) == ("sine", fact["fingerprint"][:36])
    assert json.loads(found.dataset.profile)["recipe"] == fact["recipe"]
    assert json.loads(found.dataset.schema)["mlflow_colspec"] == [{"type": "double", "name": "x"}]


def test_the_model_is_ready_and_has_the_final_scores(carried):
    _, _, remembered = carried
    (output,) = remembered.run.outputs.model_outputs
    model = remembered.client.get_logged_model(output.model_id)
    assert (model.name, str(model.status), model.source_run_id) == ("model", "READY", remembered.id)
    assert {metric.key: metric.value for metric in model.metrics}["scores/val_rmse"] == 0.05


def test_the_note_says_what_came_out(carried):
    _, _, remembered = carried
    note = remembered.run.data.tags["mlflow.note.content"]
    assert note.startswith("**FINISHED**: all epochs are done")
    assert "the network is 2 times as good" in note
    assert note.index("| **network** | 0.05 |") < note.index("| AR2 | 0.1 |") < note.index("| mean | 0.7 |")


def test_the_table_of_runs_has_columns(carried):
    import base64
    import zlib

    _, _, remembered = carried
    tags = remembered.client.get_experiment(remembered.run.info.experiment_id).tags
    packed = json.loads(tags["mlflow.sharedViewState.rnn-lab"])["state"].removeprefix("deflate;")
    assert "metrics.`scores/val_rmse`" in json.loads(zlib.decompress(base64.b64decode(packed)))["selectedColumns"]


def test_carrying_twice_changes_nothing(carried):
    folder, _, remembered = carried
    before = remembered.everything()
    carry(folder, remembered.client.tracking_uri)
    assert Remembered(remembered.client.tracking_uri).everything() == before


def test_a_copied_folder_is_the_same_run(carried, tmp_path):
    folder, state, remembered = carried
    shutil.copytree(folder, tmp_path / "copy")
    assert carry(tmp_path / "copy", remembered.client.tracking_uri).run_id == state.run_id
    assert Remembered(remembered.client.tracking_uri).everything()["files"] == remembered.everything()["files"]


@pytest.mark.parametrize("calls", [1, 3, 6, 9, 14])
def test_a_relay_that_dies_on_the_way_is_made_good_by_the_next(tmp_path, store, monkeypatch, calls):
    """Cut off after so many calls that write; what the second relay leaves is what one relay would have left."""
    from mlflow import MlflowClient

    FakeTrainer.run(tmp_path / "run")
    left = calls

    class Cut(BaseException):
        pass

    def counted(real):
        def call(*arguments, **named):
            nonlocal left
            left -= 1
            if left < 0:
                raise Cut
            return real(*arguments, **named)

        return call

    writing = (
        "create_run",
        "log_batch",
        "log_artifact",
        "log_text",
        "log_dict",
        "log_inputs",
        "log_model_artifacts",
    )
    with monkeypatch.context() as patch:
        for name in (*writing, "log_outputs", "set_terminated"):
            patch.setattr(MlflowClient, name, counted(getattr(MlflowClient, name)))
        with pytest.raises(Cut):
            carry(tmp_path / "run", store)
    carry(tmp_path / "run", store)
    whole = Remembered(store).everything()
    assert whole["status"] == "FINISHED"
    assert [step for step, _ in Remembered(store).curve("rmse/val")] == [0, 1, 2, 3]
    assert whole["models"] == whole["datasets"] == 1
    assert {f"weights/epoch_{n:04d}.npz" for n in range(4)} | {"predictions.html", "weights.html"} <= whole["files"]


def test_lost_and_damaged_files_cost_no_more_than_themselves(tmp_path, store):
    folder = FakeTrainer.run(tmp_path / "run")
    (folder / "weights" / "epoch_0001.npz").unlink()
    (folder / "figures" / "arrays" / "epoch_0002.npz").write_bytes(b"PK")
    (folder / "weights" / "kept.npz").write_bytes(b"PK")
    state = carry(folder, store)
    assert [sentence.split(":")[0] for sentence in state.missing] == [
        "weights/epoch_0001.npz is not in the run folder",
        "predictions.html could not be made",
        "weights.html could not be made",
        "the model is not packaged",
    ]
    remembered = Remembered(store)
    assert remembered.run.info.status == "FINISHED"
    assert "predictions.html" not in remembered.files()
    assert not remembered.run.outputs.model_outputs


def test_a_resumed_run_makes_no_second_points(tmp_path, store):
    """The facts of the last epochs come again, later, as after a kill between two checkpoints."""
    first = FakeTrainer(tmp_path / "run")
    first.describe()
    first.train(2)
    first.journal.close()
    carry(tmp_path / "run", store)
    assert Remembered(store).run.info.status == "KILLED"
    shutil.rmtree(tmp_path / "run")
    again = FakeTrainer(tmp_path / "run")
    again.describe()
    again.train(3)
    again.end()
    carry(tmp_path / "run", store)
    remembered = Remembered(store)
    assert remembered.run.info.status == "FINISHED"
    assert [step for step, _ in remembered.curve("rmse/val")] == [0, 1, 2, 3]


@pytest.mark.parametrize("status", ["FINISHED", "FAILED", "KILLED"])
def test_the_status_is_the_journals(tmp_path, store, status):
    trainer = FakeTrainer(tmp_path / "run")
    trainer.journal.write("end", status=status, reason="it was so")
    trainer.journal.close()
    carry(tmp_path / "run", store)
    run = Remembered(store).run
    assert (run.info.status, run.data.tags["rnn_lab.reason"]) == (status, "it was so")


def test_a_run_in_training_is_carried_as_far_as_it_is(tmp_path, store):
    trainer = FakeTrainer(tmp_path / "run")
    trainer.describe()
    trainer.train(1)
    assert carry(tmp_path / "run", store).state == "created"
    assert Remembered(store).run.info.status == "RUNNING"
    assert len(Remembered(store).curve("rmse/val")) == 2
    trainer.end()
    assert carry(tmp_path / "run", store).state == "done"
    assert Remembered(store).run.info.status == "FINISHED"


def test_a_following_relay_keeps_up_and_ends_with_the_run(tmp_path, store):
    trainer = FakeTrainer(tmp_path / "run", uri=store)
    trainer.describe()
    thread = threading.Thread(target=relay, args=(tmp_path / "run",))
    thread.start()
    trainer.train(1)
    until(lambda: State.load(tmp_path / "run"))
    until(lambda: len(Remembered(store).curve("rmse/val")) == 2)
    assert Remembered(store).run.info.status == "RUNNING"
    with pytest.raises(BadInput, match="is being carried to MLflow already"):
        carry(tmp_path / "run", store)
    trainer.end(drawn_later=True)
    until(lambda: Remembered(store).run.info.status == "FINISHED")
    assert State.load(tmp_path / "run").state == "created"  # the figures are still being drawn
    (tmp_path / "run" / "figures" / "late.png").write_bytes(b"\x89PNG")
    trainer.journal.write("figure", file="figures/late.png", title="Drawn after the end")
    trainer.journal.write("figures", state="drawn")
    thread.join()
    trainer.journal.close()
    state = State.load(tmp_path / "run")
    assert (state.state, state.missing) == ("done", ())
    files = Remembered(store).files()
    assert "figures/late.png" in files
    assert files["journal.jsonl"] == trainer.journal.path.stat().st_size


def test_figures_whose_drawer_was_killed_are_missed_until_they_are_drawn(tmp_path, store):
    trainer = FakeTrainer(tmp_path / "run")
    trainer.describe()
    trainer.train(1)
    trainer.end(drawn_later=True)
    trainer.journal.close()
    (sentence,) = carry(tmp_path / "run", store).missing
    assert sentence.startswith("its figures are not drawn: what drew them was killed. To draw them: ")
    with Journal(tmp_path / "run") as journal:
        journal.write("figures", state="drawn")
    assert carry(tmp_path / "run", store).missing == ()


def test_a_folder_that_is_deleted_under_the_relay_leaves_no_run_running(tmp_path, store):
    trainer = FakeTrainer(tmp_path / "run", uri=store)
    trainer.describe()
    trainer.train(3)
    thread = threading.Thread(target=relay, args=(tmp_path / "run",))
    thread.start()
    until(lambda: State.load(tmp_path / "run"))
    trainer.journal.close()
    shutil.rmtree(tmp_path / "run")
    thread.join()
    assert Remembered(store).run.info.status == "KILLED"


def until(condition, seconds: float = 60.0):
    """Wait for something that other processes bring about."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)
    return found


def test_kill_9_of_the_trainer_ends_the_run_as_killed(tmp_path, store):
    folder = tmp_path / "run"
    trainer = subprocess.Popen([sys.executable, TRAINER, folder, store], stdout=subprocess.PIPE, text=True)
    assert trainer.stdout.readline() == "trained\n"
    until(lambda: State.load(folder))
    os.kill(trainer.pid, signal.SIGKILL)
    trainer.communicate()
    until(lambda: State.load(folder).state == "done")
    remembered = Remembered(store)
    assert remembered.run.info.status == "KILLED"
    assert remembered.run.data.tags["rnn_lab.reason"] == KILLED
    assert remembered.run.data.tags["mlflow.note.content"].startswith(f"**KILLED**: {KILLED}")
    assert [step for step, _ in remembered.curve("rmse/val")] == [0, 1, 2, 3]
    last = max(fact["time"] for fact in read(folder))
    assert remembered.run.info.end_time == int(last * 1000)


def test_a_signal_to_the_trainers_group_passes_the_relay_by(tmp_path, store):
    folder = tmp_path / "run"
    trainer = subprocess.Popen(
        [sys.executable, TRAINER, folder, store], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert trainer.stdout.readline() == "trained\n"
    os.killpg(trainer.pid, signal.SIGTERM)
    trainer.communicate()
    until(lambda: (state := State.load(folder)) and state.state == "done")
    assert Remembered(store).run.info.status == "KILLED"


def test_kill_9_of_the_relay_too_and_the_next_one_completes_the_run(tmp_path, store):
    folder = FakeTrainer.run(tmp_path / "run", uri=store)
    command = [sys.executable, "-m", "rnn_lab.tracking.relay", folder]
    first = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    until(lambda: State.load(folder))  # it has begun
    first.kill()
    first.wait()
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    assert State.load(folder).state == "done"
    whole = Remembered(store).everything()
    assert whole["status"] == "FINISHED"
    assert whole["models"] == 1


def test_a_server_that_does_not_answer_is_told_and_tried_again(tmp_path, store, monkeypatch):
    trainer = FakeTrainer(tmp_path / "run", uri=store)
    attempts = []

    def carry_at_last(folder, **_):
        attempts.append(Tail(folder).written_to())
        if len(attempts) < 3:
            raise Unreachable("http://h does not answer (Connection refused)")
        assert State.load(folder).reason == "http://h does not answer (Connection refused)"
        return carry(folder, store)

    monkeypatch.setattr(relay_module, "carry", carry_at_last)
    monkeypatch.setattr(relay_module, "PAUSES", (0.01,))
    trainer.journal.write("end", status="FINISHED", reason="done")
    assert relay(tmp_path / "run") == 0
    assert attempts == [True, True, True]
    trainer.journal.close()


def test_a_store_on_a_full_disk_is_named_and_gets_the_run_once_there_is_room(tmp_path, store):
    folder = FakeTrainer.run(tmp_path / "run")
    with full_disk(20_000), pytest.raises(Failed, match=r"disk") as failed:
        carry(folder, store)
    assert str(failed.value).startswith(f"the store {store} failed: ")
    assert sentence(failed.value) == str(failed.value)
    carry(folder, store)
    whole = Remembered(store)
    assert whole.run.info.status == "FINISHED"
    assert len(whole.curve("rmse/val")) == sum(fact["fact"] == "epoch" for fact in read(folder))


def test_a_copy_that_finds_no_room_names_the_file_that_was_to_be_made():
    assert sentence(OSError(28, "No space left on device", "run/a.npz", None, "mlartifacts/a.npz")) == (
        "mlartifacts/a.npz: No space left on device."
    )


def test_the_relay_gives_up_when_the_trainer_is_gone_and_the_server_still_silent(tmp_path, monkeypatch):
    monkeypatch.setattr(relay_module, "PERSISTENCE", 0)
    FakeTrainer.run(tmp_path / "run", uri="http://127.0.0.1:9")
    assert relay(tmp_path / "run") == 1
    state = State.load(tmp_path / "run")
    assert (state.state, state.reason) == ("unreachable", "http://127.0.0.1:9 does not answer (Connection refused)")


def test_a_server_that_comes_back_after_the_trainers_end_gets_the_run(tmp_path, store, monkeypatch):
    FakeTrainer.run(tmp_path / "run")
    silent = iter(["Connection refused", "Connection refused", None])
    monkeypatch.setattr(relay_module.address, "silence", lambda *_: next(silent))
    monkeypatch.setattr(relay_module.address, "resolve", lambda _: store)
    monkeypatch.setattr(relay_module, "PAUSES", (0.01,))
    assert relay(tmp_path / "run") == 0
    assert Remembered(store).run.info.status == "FINISHED"


@pytest.mark.parametrize("anew", [False, True])
def test_a_run_that_is_resumed_at_its_relays_end_is_not_done(tmp_path, store, monkeypatch, anew):
    """A run goes on in its journal, a sweep begins it anew; each starts a relay that waits for the first one's end."""
    folder = FakeTrainer.run(tmp_path / "run", uri=store)
    close = MLflowWriter.close

    def close_and_go_on(carrier):
        close(carrier)
        if anew:
            (folder / "journal.jsonl").rename(tmp_path / "before")
        with Journal(folder) as journal:
            journal.write("epoch", epoch=7, metrics={})

    monkeypatch.setattr(MLflowWriter, "close", close_and_go_on)
    underway.note(folder, store)
    assert carry(folder, store, follow=True).state == "created"
    assert State.load(folder).state == "created"
    assert str(folder) in {one.folder for one in underway.left_behind(store)}


def test_a_relay_leaves_a_sweep_that_is_taken_up_again_to_the_next_one(tmp_path, store, monkeypatch):
    trainer = FakeTrainer(tmp_path / "run", uri=store)

    def begin_anew(*_):
        trainer.journal.close()
        (tmp_path / "run" / "journal.jsonl").unlink()
        trainer.journal = Journal(tmp_path / "run")

    monkeypatch.setattr(MLflowWriter, "work", begin_anew)
    assert relay(tmp_path / "run") == 0
    trainer.journal.close()
    assert State.load(tmp_path / "run").state == "created"
    assert Remembered(store).run.info.status == "RUNNING"


@pytest.mark.parametrize("facts", [[], ["epoch"]])
def test_a_journal_without_a_start_is_refused(tmp_path, store, facts):

    with Journal(tmp_path / "run") as journal:
        for fact in facts:
            journal.write(fact)
    with pytest.raises(BadInput, match="does not begin with a start"):
        carry(tmp_path / "run", store)


def test_a_deleted_experiment_is_one_sentence(tmp_path, store):
    state = carry(FakeTrainer.run(tmp_path / "run"), store)
    Remembered(store).client.delete_experiment(state.experiment_id)
    with pytest.raises(BadInput, match="The experiment bench is deleted in MLflow"):
        carry(tmp_path / "run", store)


AUTOGROUP = Path("/proc/self/autogroup")
GROUPED = AUTOGROUP.exists() and AUTOGROUP.read_text()  # it is there, and empty, in a control group of its own


@pytest.mark.skipif(not GROUPED, reason="the processor is not shared among sessions here")
@pytest.mark.parametrize("leads", [True, False])
def test_only_a_session_of_its_own_is_made_polite(leads):
    """One that is started by hand in somebody's terminal must not slow down all that runs there."""
    program = "import os; from rnn_lab.tracking.relay import lower_priority; lower_priority(); print(os.nice(0))"
    look = "print(open('/proc/self/autogroup').read().split()[-1])"
    before = int(AUTOGROUP.read_text().split()[-1])
    done = subprocess.run(
        [sys.executable, "-c", f"{program}; {look}"],
        start_new_session=leads,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == [str(min(os.nice(0) + NICE, 19)), str(NICE if leads else before)]
