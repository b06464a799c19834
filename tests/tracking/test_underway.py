"""Runs whose trainer and relay died together, or whose server was away: whoever comes next tells MLflow."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rnn_lab.tracking import underway
from rnn_lab.tracking.config import Tracking
from rnn_lab.tracking.launch import start
from rnn_lab.tracking.relay import KILLED, carry, relay
from rnn_lab.tracking.relay_state import State
from tests.tracking.fake_trainer import FakeTrainer
from tests.tracking.test_relay import Remembered, until

pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy is deprecated")  # mlflow's store

TRAINER = Path(__file__).with_name("fake_trainer.py")
SYNC = Path(__file__).parents[2] / "scripts" / "sync.py"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """A state folder of the test's own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def notes(store: str) -> list[list[str]]:
    return [sorted(path.name for path in place.glob("*")) for place in underway.places(store)]


def kill_both(folder: Path, store: str) -> str:
    """Train until MLflow has the run, end trainer and relay as a power cut would, and return the run's id."""
    with subprocess.Popen([sys.executable, TRAINER, folder, store], stdout=subprocess.PIPE, text=True) as trainer:
        assert trainer.stdout.readline() == "trained\n"
        said = until(lambda: State.load(folder))
        children = Path(f"/proc/{trainer.pid}/task/{trainer.pid}/children").read_text().split()
        for process in (*map(int, children), trainer.pid):
            os.kill(process, signal.SIGKILL)
    assert Remembered(store, said.run_id).run.info.status == "RUNNING"
    return said.run_id


def status(store: str, run_id: str) -> str:
    return Remembered(store, run_id).run.info.status


@pytest.mark.slow
@pytest.mark.parametrize("comes_next", ["a run", "sync"])
def test_what_comes_next_ends_a_run_whose_trainer_and_relay_died_together(tmp_path, store, comes_next):
    run_id = kill_both(tmp_path / "lost", store)
    assert [len(names) for names in notes(store)] == [1, 1]
    other = FakeTrainer.run(tmp_path / "other", run="8" * 32, uri=store)
    started = time.monotonic()
    if comes_next == "a run":
        start(Tracking(uri=store), other)
    else:
        subprocess.run([sys.executable, SYNC, other, "--uri", store], check=True, stdout=subprocess.DEVNULL)
    until(lambda: status(store, run_id) == "KILLED")
    assert time.monotonic() - started < 60
    assert Remembered(store, run_id).run.data.tags["rnn_lab.reason"] == KILLED
    until(lambda: notes(store) == [[], []])


def test_a_run_that_is_in_mlflow_is_noted_no_more(tmp_path, store):
    folder = FakeTrainer.run(tmp_path / "run", uri=store)
    underway.note(folder, store)
    assert [one.folder for one in underway.left_behind(store)] == [str(folder)]
    carry(folder, store)
    assert notes(store) == [[], []]


def test_a_run_that_trains_or_is_carried_is_not_left_behind(tmp_path, store):
    from rnn_lab.tracking.relay import alone

    trainer = FakeTrainer(tmp_path / "run", uri=store)
    underway.note(tmp_path / "run", store)
    assert underway.left_behind(store) == []
    trainer.journal.close()
    with alone(tmp_path / "run", wait=False):
        assert underway.left_behind(store) == []
    assert len(underway.left_behind(store)) == 1


def test_a_run_whose_server_was_away_is_taken_up_when_it_is_back(tmp_path, store, monkeypatch):
    """Another store stands in for the server that came back: a note's store is where its run goes."""
    monkeypatch.setattr("rnn_lab.tracking.relay.PERSISTENCE", 1)
    folder = FakeTrainer.run(tmp_path / "run", uri="http://127.0.0.1:9")
    underway.note(folder, "http://127.0.0.1:9")
    assert relay(folder) == 1
    assert notes("http://127.0.0.1:9") != [[]]
    underway.carry_left_behind("http://127.0.0.1:9")  # still away
    assert len(underway.left_behind(store)) == 1
    carry(folder, store)  # elsewhere, by hand: the server does not know yet
    assert len(underway.left_behind(store)) == 1


@pytest.mark.parametrize("text", ["", "{", "[]", '{"folder": 3}', '{"folder": "/", "uri": "x", "host": "y"}'])
def test_a_damaged_note_costs_nothing_but_itself(tmp_path, store, text):
    place = underway.places(store)[0]
    place.mkdir(parents=True)
    (place / "0.json").write_text(text)
    assert underway.left_behind(store) == []


def test_a_note_whose_folder_is_gone_goes_too(tmp_path, store):
    underway.note(tmp_path / "gone", store)
    underway.carry_left_behind(store)
    assert notes(store) == [[], []]


def test_where_no_note_can_be_written_the_run_goes_without(tmp_path, store, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    underway.note(tmp_path, "http://h:5000")
    assert underway.left_behind("http://h:5000") == []


def test_a_note_beside_a_store_sends_a_run_to_that_store_and_makes_none_of_its_own_components(
    tmp_path, store, monkeypatch
):
    """Whoever can write beside a shared store could name any folder, and any address."""
    folder = FakeTrainer.run(tmp_path / "run", uri=store)
    own, beside = underway.places(store)
    for uri in (store, "http://127.0.0.1:9"):
        monkeypatch.setattr(underway, "places", lambda _: [beside])
        underway.note(tmp_path / "run", uri)
        monkeypatch.undo()
        monkeypatch.setenv("XDG_STATE_HOME", str(own.parents[1]))
        assert [one.own for one in underway.left_behind(store)] == ([False] if uri == store else [])
    underway.note(folder, store)  # beside and at home
    carried = []
    monkeypatch.setattr("rnn_lab.tracking.relay.carry", lambda *given, **more: carried.append((*given, more)))
    underway.carry_left_behind(store)
    assert carried == [(folder, store, {"trusted": None})]


def test_user_and_password_are_sent_to_the_store_that_is_used_now_and_to_no_other(tmp_path, store, monkeypatch):
    asked = []

    def look(folder, uri, **_):
        asked.append((uri, os.environ.get("MLFLOW_TRACKING_USERNAME"), os.environ.get("MLFLOW_TRACKING_PASSWORD")))

    for name, uri in (("a", "http://127.0.0.1:8"), ("b", "http://127.0.0.1:9"), ("c", store)):
        underway.note(FakeTrainer.run(tmp_path / name), uri)
    monkeypatch.setattr("rnn_lab.tracking.relay.carry", look)
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "ada")
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "pw")
    underway.carry_left_behind("http://127.0.0.1:9")
    assert asked[0] == ("http://127.0.0.1:9", "ada", "pw")
    assert set(asked[1:]) == {("http://127.0.0.1:8", None, None), (store, None, None)}


def test_a_note_holds_no_password(tmp_path):
    underway.note(tmp_path, "http://ada:secret@h:5000")
    (name,) = notes("http://h:5000")[0]
    assert "secret" not in (underway.places("http://h:5000")[0] / name).read_text()
