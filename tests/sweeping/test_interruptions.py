"""A sweep that ends before its last trial: what is left, and that the same command finishes it."""

import fcntl
import os
import pty
import random
import re
import signal
import subprocess
import termios
import time
from collections import Counter
from pathlib import Path

import pytest
from optuna.trial import TrialState

from tests.sweeping.conftest import TOY

SWEEP = ("x=interval(-1,1)", "sleep=0.1", "hydra/sweeper/pruner=none")


def finished(toy):
    """Number of complete trials, without any check of the rest (the journal may be growing)."""
    path = toy.folder / "multirun" / "toy" / "optuna.journal"
    return (
        sum(trial.state == TrialState.COMPLETE for trial in toy.trials())
        if path.exists() and path.stat().st_size
        else 0
    )


def check_invariants(toy, n_trials, interrupted_at_least=0):
    """Exactly ``n_trials`` finished, nothing lost, nothing double, and a folder of its own for each that ran."""
    trials = toy.trials()
    interrupted = [trial for trial in trials if trial.user_attrs.get("interrupted")]
    counted = [trial for trial in trials if not trial.user_attrs.get("interrupted")]
    assert [trial.state for trial in counted] == [TrialState.COMPLETE] * n_trials
    assert len(interrupted) >= interrupted_at_least
    assert all(trial.state == TrialState.FAIL for trial in interrupted)
    assert [trial.number for trial in trials] == list(range(len(trials)))
    # Each interrupted configuration was tried again, exactly once by a trial that names it.
    again = Counter(trial.user_attrs["retry_of"] for trial in trials if "retry_of" in trial.user_attrs)
    assert set(again.values()) <= {1}
    for trial in interrupted:
        if trial.params:
            successor = next(other for other in trials if other.user_attrs.get("retry_of") == trial.number)
            assert successor.params == trial.params
    values = [trial.params["x"] for trial in counted]
    assert len(set(values)) == n_trials
    for trial in counted:
        folder = Path(toy.study().user_attrs["folder"], trial.user_attrs["folder"])
        assert folder.name == str(trial.number)
        config = (folder / ".hydra" / "overrides.yaml").read_text()
        assert f"x={trial.params['x']}" in config  # the folder holds this trial, and no later one
        assert (folder / "terminal.log").read_text().count("own terminal.log") == 1


def test_kill_9_of_everything_at_random_moments_loses_nothing(toy):
    moments = random.Random(0)
    arguments = (*SWEEP, "hydra.sweeper.n_trials=12")
    for _ in range(3):
        process = toy.start(*arguments)
        before = finished(toy)
        toy.wait_for(lambda before=before: finished(toy) > before, process)
        time.sleep(moments.uniform(0, 0.3))
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    toy.sweep(*arguments)
    check_invariants(toy, 12, interrupted_at_least=3)


def test_kill_9_of_the_coordinator_takes_its_workers_along(toy):
    process = toy.start("x=interval(-1,1)", "sleep=0.05", "epochs=400", "hydra.sweeper.n_trials=2")
    log = toy.folder / "multirun" / "toy" / "0" / "terminal.log"
    toy.wait_for(log.exists, process)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=20)  # its pipes close when the workers are gone; a trial would take 20 s
    journal = toy.folder / "multirun" / "toy" / "optuna.journal"
    size = journal.stat().st_size
    time.sleep(0.3)
    assert journal.stat().st_size == size


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_ctrl_c_keeps_what_is_recorded_and_says_how_to_go_on(toy, number):
    toy.folder /= "my toys, ü"  # what is printed can be pasted all the same
    toy.folder.mkdir()
    slow = ("x=interval(-1,1)", "sleep=0.3", "hydra/sweeper/pruner=none", "hydra.sweeper.n_trials=6")
    process = toy.start(*slow)
    toy.wait_for(lambda: finished(toy) >= 1, process)
    os.killpg(process.pid, number)  # as a terminal does, and a service manager
    out, err = process.communicate(timeout=30)
    assert process.returncode == 128 + number
    assert "Traceback" not in out + err, out + err
    again = re.search(r"To continue:\n  (.+)", out)[1]
    assert re.search(r"ended early \((interrupted|terminated|its terminal was closed)\): \d of 6 trials done", out)
    assert (toy.folder / "multirun" / "toy" / "best.yaml").exists()
    assert not [trial for trial in toy.trials() if "killed by" in trial.user_attrs.get("reason", "")]
    states = Counter(trial.state for trial in toy.trials())
    assert states[TrialState.RUNNING] == 0
    assert states[TrialState.FAIL] == states[TrialState.WAITING] > 0
    subprocess.run(again, shell=True, cwd="/", check=True, capture_output=True, timeout=100)  # pasted elsewhere
    check_invariants(toy, 6, interrupted_at_least=1)


def test_a_terminal_that_is_closed_leaves_results_although_nothing_can_be_printed(toy):
    ours, theirs = pty.openpty()
    process = toy.start(
        *SWEEP,
        "hydra.sweeper.n_trials=50",
        stdout=theirs,
        stderr=theirs,
        preexec_fn=lambda: fcntl.ioctl(1, termios.TIOCSCTTY, 0),
    )
    os.close(theirs)
    toy.wait_for(lambda: os.read(ours, 65536) and finished(toy) >= 1, process)  # its table is drawn ever anew
    os.close(ours)
    assert process.wait(30) == 129
    assert (toy.folder / "multirun" / "toy" / "best.yaml").exists()
    assert TrialState.RUNNING not in {trial.state for trial in toy.trials()}


def test_a_sweep_that_is_to_outlive_its_terminal_does(toy):
    process = toy.start(
        *SWEEP, "hydra.sweeper.n_trials=6", preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)
    )  # as nohup starts it
    toy.wait_for(lambda: finished(toy) >= 1, process)
    os.killpg(process.pid, signal.SIGHUP)
    process.communicate(timeout=60)
    assert process.returncode == 0
    check_invariants(toy, 6)


def test_a_signal_that_comes_while_results_are_written_is_heeded_then(toy):
    toy.script = toy.folder / "late.py"
    toy.script.write_text(
        "import os, runpy, signal, sys\n"
        "from rnn_lab.sweeping import sweep\n"
        "def late(*given, report=sweep.report_results):\n"
        "    os.kill(os.getpid(), signal.SIGTERM)\n"
        "    return report(*given)\n"
        "if __name__ == '__main__':\n"
        "    sweep.report_results = late\n"
        f"    sys.argv[0] = {str(TOY)!r}\n"
        "    runpy.run_path(sys.argv[0], run_name='__main__')\n"
    )
    process = toy.start("x=interval(-1,1)", "hydra.sweeper.n_trials=1")
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 143
    assert "ended early" not in out
    assert out.endswith("Terminated: what the sweep found is written.\n")
    assert (toy.folder / "multirun" / "toy" / "best.yaml").exists()


def test_a_retry_that_is_interrupted_before_it_began_keeps_its_parameters(toy):
    toy.sweep("x=interval(-1,1)", "hydra.sweeper.n_trials=1")
    study = toy.study()
    study.enqueue_trial({"x": 0.125})
    study.ask()  # as a coordinator that was killed between taking the trial and reading its parameters
    toy.sweep("x=interval(-1,1)", "hydra.sweeper.n_trials=2")
    last = toy.trials()[-1]
    assert (last.params, last.state) == ({"x": 0.125}, TrialState.COMPLETE)


def test_a_second_coordinator_is_refused(toy):
    process = toy.start(*SWEEP, "hydra.sweeper.n_trials=50")
    toy.wait_for(lambda: finished(toy) >= 1, process)
    _, err = toy.sweep(*SWEEP, "hydra.sweeper.n_trials=50", code=2)
    assert f"is already run by process {process.pid}" in err
    assert len(err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        (("x=interval(-1,1)", "epochs=2"), "epochs was not given, now 2"),
        (("x=interval(-1,1)", "kind=a,b"), "kind was not given, now one of a, b"),
        (("x=interval(-1,1)", "hydra.sweeper.direction=maximize"), "directions was ['minimize'], now ['maximize']"),
    ],
)
def test_a_changed_sweep_is_refused_by_naming_the_change(toy, changed, named):
    toy.sweep("x=interval(-1,1)", "hydra.sweeper.n_trials=1")
    _, err = toy.sweep(*changed, "hydra.sweeper.n_trials=2", code=2)
    assert named in err
    assert len(toy.trials()) == 1


def test_folders_of_another_sweep_are_not_touched(toy):
    toy.sweep("x=interval(-1,1)", "hydra.sweeper.n_trials=1")
    (toy.folder / "multirun" / "toy" / "optuna.journal").unlink()
    _, err = toy.sweep("x=interval(-1,1)", "hydra.sweeper.n_trials=1", code=2)
    assert "holds job folders of another sweep" in err


def test_a_journal_torn_by_a_kill_is_mended(toy):
    toy.sweep("x=interval(-1,1)", "hydra.sweeper.n_trials=1")
    with (toy.folder / "multirun" / "toy" / "optuna.journal").open("ab") as journal:
        journal.write(b'{"op_code":4,"work')
    toy.sweep("x=interval(-1,1)", "hydra.sweeper.n_trials=3")
    assert [trial.state for trial in toy.trials()] == [TrialState.COMPLETE] * 3


def test_a_crashed_worker_leaves_the_others_alone_and_its_slot_goes_on(toy):
    toy.sweep("x=interval(-1,1)", "ending=kill_once", "sleep=0.05", "hydra.sweeper.n_trials=6")
    states = Counter(trial.state for trial in toy.trials())
    assert states[TrialState.FAIL] == 1
    assert states[TrialState.FAIL] + states[TrialState.COMPLETE] + states[TrialState.PRUNED] == 6
