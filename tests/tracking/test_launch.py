"""Reports to the trainer, and what it prints: with relays that are scripts of the test."""

import os
import sys

import pytest

from rnn_lab import paste
from rnn_lab.errors import BadInput
from rnn_lab.tracking import address
from rnn_lab.tracking.config import Tracking
from rnn_lab.tracking.launch import Relay, start
from rnn_lab.tracking.relay_state import State

SERVER = {
    "uri": "http://h:5000",
    "charts": "http://h:5000/#/charts",
    "link": "http://h:5000/#/run",
    "table": "http://h:5000/#/table",
}


def spawn(program: str) -> int:
    return os.posix_spawn(sys.executable, [sys.executable, "-c", program], os.environ)


def relay(folder, program="", **tracking) -> Relay:
    return Relay(folder, spawn(program), Tracking(**tracking))


def saying(folder, state: State, then="") -> str:
    """A relay that takes its time, says that, and goes on."""
    return (
        "import time; from pathlib import Path; from rnn_lab.tracking.relay_state import State;"
        f"time.sleep(0.2); {state!r}.save(Path({str(folder)!r})); {then}"
    )


def test_the_link_is_told_as_soon_as_the_run_is_there(tmp_path):
    said = State(state="created", run_id="4f", **SERVER)
    begun = relay(tmp_path, saying(tmp_path, said, then="time.sleep(600)"))
    try:
        assert begun.report(60.0) == [
            "Curves: http://h:5000/#/charts",
            "MLflow: http://h:5000/#/run",
            "All runs: http://h:5000/#/table",
        ]
    finally:
        os.kill(begun.pid, 9)
        os.waitpid(begun.pid, 0)


def test_with_wait_it_is_told_when_all_is_there(tmp_path):
    first, last = State(state="created", run_id="4f", **SERVER), State(state="done", run_id="4f", **SERVER)
    begun = relay(tmp_path, saying(tmp_path, first, then=saying(tmp_path, last)), wait=True)
    assert begun.report(0.0)[0] == "Curves: http://h:5000/#/charts"
    assert State.load(tmp_path) == last


def test_with_wait_a_relay_that_dies_half_way_is_no_success(tmp_path):
    said = State(state="created", run_id="4f", **SERVER)
    begun = relay(tmp_path, saying(tmp_path, said, then="raise SystemExit(1)"), wait=True)
    (line,) = begun.report()
    assert line.startswith(f"The run is only in part in MLflow: the relay failed, see {tmp_path}/relay.log.")
    assert line.endswith(paste.command("sync", str(tmp_path), "--uri", address.resolve(None)))


@pytest.mark.parametrize("variable", [True, False])
def test_a_store_that_is_a_file_is_named_whole(variable, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    if variable:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:///own.db")
    said = State(state="unreachable", reason="the disk is full")
    begun = relay(tmp_path, saying(tmp_path, said), uri=None if variable else "sqlite:///own.db")
    (line,) = begun.report(60.0)
    assert line.endswith(paste.command("sync", str(tmp_path), "--uri", f"sqlite:///{tmp_path}/own.db"))


def test_a_silent_server_is_told_with_the_way_out(tmp_path):
    said = State(state="unreachable", reason="http://h:5000 does not answer (Connection refused)")
    (line,) = relay(tmp_path, saying(tmp_path, said)).report(60.0)
    assert line == (
        "The run is not in MLflow: http://h:5000 does not answer (Connection refused). It is complete in its folder; "
        f"to carry it there later: {paste.command('sync', str(tmp_path), '--uri', address.resolve(None))}"
    )


def test_a_relay_that_cannot_start_is_told(tmp_path):
    (line,) = relay(tmp_path, "raise SystemExit(1)").report(60.0)
    assert "the relay failed, see" in line


def test_a_relay_that_says_nothing_is_not_waited_for_longer_than_asked(tmp_path):
    begun = relay(tmp_path, "import time; time.sleep(600)", uri="http://h:5000")
    try:
        (line,) = begun.report(0.1)
        assert line == (
            "The run is on its way to MLflow, in a process that goes on after this one: in the experiment rnn-lab at "
            "http://h:5000/#/experiments?workflowType=machine_learning"
        )
    finally:
        os.kill(begun.pid, 9)
        os.waitpid(begun.pid, 0)


def test_what_could_not_be_carried_is_told(tmp_path):
    State(state="done", run_id="4f", missing=("weights are gone",), **SERVER).save(tmp_path)
    assert relay(tmp_path).report()[-1] == "weights are gone"


def test_a_database_comes_with_a_way_to_look_at_it(tmp_path):
    State(state="done", uri=f"sqlite:///{tmp_path}/my runs.db").save(tmp_path)
    said = f"To serve these pages: {paste.command('ui', '--uri', f'sqlite:///{tmp_path}/my runs.db')}"
    assert said in relay(tmp_path).report()


def test_leftovers_of_the_file_store_are_told_where_they_matter(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mlruns" / "0").mkdir(parents=True)
    (tmp_path / "mlruns" / "0" / "meta.yaml").touch()
    State(state="done", **SERVER).save(tmp_path)
    warned = relay(tmp_path).report()[-1]
    assert "mlruns holds runs of MLflow's retired file store" in warned
    assert "MLFLOW_TRACKING_URI=sqlite:///mlflow.db" in warned
    assert "retired" not in relay(tmp_path, uri="http://h:5000").report()[-1]


def test_an_address_that_is_none_is_refused_before_anything_starts(tmp_path):
    with pytest.raises(BadInput, match=r"no folder in which mlflow\.db can be made"):
        start(Tracking(uri=f"sqlite:///{tmp_path}/nowhere/mlflow.db"), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_relay_is_detached_and_writes_its_own_log(tmp_path):
    """There is no journal here, so that it ends at once, with a reason."""
    State(state="done", reason="of an earlier relay").save(tmp_path)
    begun = start(Tracking(uri=f"sqlite:///{tmp_path}/mlflow.db"), tmp_path)
    assert os.getsid(begun.pid) == begun.pid != os.getsid(0)
    (line,) = begun.report(60.0)
    assert "journal.jsonl cannot be read: No such file or directory" in line
    assert (tmp_path / "relay.log").exists()
