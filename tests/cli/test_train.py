"""scripts/train.py as a user runs it: exit codes, sentences, signals, resuming, what it imports."""

import json
import os
import resource
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from rnn_lab.tracking.journal import read
from rnn_lab.training import TrainingState
from tests.processes import python

TRAIN = Path(__file__).parents[2] / "scripts" / "train.py"
QUICK = ("tracking=off", "tracking.figures=false", "model.hidden_dim=4", "trainer.epochs=2")


def train(folder, *arguments, **options):
    return python(TRAIN, *arguments, cwd=folder, **options)


def test_a_run_from_any_working_directory_says_where_to_look(tmp_path):
    done = train(tmp_path, *QUICK)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    folder = Path(done.stdout.split("Run folder: ")[1].splitlines()[0])
    assert folder.is_relative_to(tmp_path / "outputs")
    assert {path.name for path in folder.iterdir()} == {
        ".hydra", "train.log", "journal.jsonl", "summary.json", "weights", "figures"
    }  # fmt: skip
    assert "AR2" in done.stdout
    assert "network" in (folder / "train.log").read_text()


@pytest.mark.parametrize(
    ("override", "says"),
    [
        ("model.hiden_dim=3", "Error: Could not override 'model.hiden_dim'. Did you mean model.hidden_dim?"),
        ("modl=elman", "Error: Could not override 'modl'. Did you mean model?"),
        ("data=sien", "Did you mean sine? Options of data: "),
        ("optimizer/schedule=cosin", "Did you mean cosine?"),
        ("hydra/sweeper=rnnlab", "Did you mean rnn_lab? Options of hydra/sweeper: basic, rnn_lab."),
        ("model={depth:3}", "Error: Could not override 'model'. It has no depth; ++model=... adds it."),
        ("hydra.sweep.dirr=x", "Did you mean hydra.sweep.dir?"),
        ("trainer.bptt_truncate=0", "Error: trainer.bptt_truncate=0 is not allowed: it should be greater than"),
        ("trainer.resume=nowhere", "Error: trainer.resume: there is no checkpoint"),
        ("hydra.run.dir=a_file/run", "a_file/run: Not a directory."),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2_and_leaves_nothing(override, says, tmp_path):
    (tmp_path / "a_file").touch()
    done = train(tmp_path, *QUICK, override)
    assert done.returncode == 2
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""
    assert [path.name for path in tmp_path.rglob("*")] == ["a_file"]


def test_divergence_is_exit_code_1_and_a_sentence(tmp_path):
    done = train(tmp_path, *QUICK, "optimizer=sgd", "optimizer.learning_rate=1e6", "model.activation=identity")
    assert done.returncode == 1
    assert done.stderr.startswith("Failed: training diverged at epoch 1: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("size", "arguments", "file"),
    [
        (9_000, ("model.hidden_dim=40",), "weights/epoch_0000.npz cannot be written"),
        (14_000, ("model.hidden_dim=20", "trainer.checkpoint_seconds=0"), "weights/checkpoint.npz"),
    ],
)
def test_a_full_disk_ends_the_run_in_one_sentence(size, arguments, file, tmp_path):
    """A limit on the size of any file stands in for a full disk: writes fail half-way, as there."""

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    command = [sys.executable, str(TRAIN), *QUICK, *arguments, "hydra.run.dir=run"]
    # Python does not see that compiled code finds no room, and would leave torn files among the lab's own.
    given = {"env": os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}, "cwd": tmp_path, "timeout": 120}
    done = subprocess.run(command, capture_output=True, text=True, preexec_fn=limit, **given)
    assert done.returncode == 2, done.stderr
    assert done.stderr.count("\n") == 1
    facts = read(tmp_path / "run")
    assert facts[0]["fact"] == "start"  # what was written is whole
    assert (facts[-1]["fact"], f"Error: {facts[-1]['reason']}\n") == ("end", done.stderr)
    assert f"{file}: File too large." in done.stderr
    assert not list((tmp_path / "run").rglob(".*.part"))


@pytest.mark.parametrize(
    ("number", "code", "reason"),
    [
        (signal.SIGINT, 130, "interrupted"),
        (signal.SIGTERM, 143, "terminated"),
        (signal.SIGHUP, 129, "the terminal was closed"),
    ],
)
def test_a_run_that_a_signal_ends_says_so_and_loses_no_epoch(number, code, reason, tmp_path):
    """Its checkpoint is written as the signal comes: no other one is due within the hour. The way on can be pasted."""
    tmp_path /= "my runs, ü"
    tmp_path.mkdir()
    (tmp_path / "sine (ü).csv").write_text("x\n" + "\n".join(map(str, np.sin(np.arange(90.0)))) + "\n")
    own = ["data=csv", "data.path=sine (ü).csv", "data.window=8", "tracking.uri=sqlite:///own.db"]
    long = [*QUICK[:3], *own, "trainer.epochs=100000", "trainer.checkpoint_seconds=3600", "hydra.run.dir=cut"]
    running = subprocess.Popen(
        [sys.executable, str(TRAIN), *long],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=heard,
    )
    deadline = time.monotonic() + 60
    while len(facts_in(tmp_path / "cut", "epoch")) < 9 and time.monotonic() < deadline:
        time.sleep(0.05)
    running.send_signal(number)
    try:
        said = running.communicate(timeout=60)[0]
    finally:
        running.kill()
    assert running.returncode == code
    assert read(tmp_path / "cut")[-1] | {"time": 0} == {
        "fact": "end", "time": 0, "status": "KILLED", "reason": reason
    }  # fmt: skip
    assert json.loads((tmp_path / "cut" / "summary.json").read_text()) == {"status": "KILLED", "reason": reason}
    command = said.split("Go on with this run:  ")[1].strip()
    assert shlex.split(command)[-1] == f"tracking.uri='sqlite:///{tmp_path}/own.db'"
    epochs = facts_in(tmp_path / "cut", "epoch")[-1]["epoch"]
    state, _ = TrainingState.load(tmp_path / "cut" / "weights" / "checkpoint.npz")
    assert state.epoch in (epochs - 1, epochs)  # the last one that every listener was told of
    more = shlex.join([f"trainer.epochs={epochs + 2}", f"hydra.run.dir='{tmp_path}/resumed'"])
    done = subprocess.run(f"{command} {more}", shell=True, cwd="/", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "resumed" / "summary.json").read_text())["epochs"] == epochs + 2


def heard():
    """Ctrl-C is ignored by what a shell starts in the background, a suite for one."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def facts_in(folder, name):
    return [fact for fact in read(folder) if fact["fact"] == name] if (folder / "journal.jsonl").exists() else []


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.1, 0.25, 0.45, 0.7, 1.0, 1.4, 1.9])
def test_ctrl_c_in_the_first_seconds_is_no_traceback(seconds, tmp_path):
    command = [sys.executable, str(TRAIN), *QUICK, "trainer.epochs=100000"]
    running = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True, preexec_fn=heard)
    time.sleep(seconds)
    running.send_signal(signal.SIGINT)
    said = running.communicate(timeout=60)[1]
    # Within Python's own start, and until its first import is through, Python itself ends the process and reports it.
    started = "/rnn_lab/" in said and "\n    from rnn_lab.cli.main import run\n" not in said
    assert (running.returncode, said) == (130, "Interrupted.\n") or (running.returncode in (-2, 1) and not started)


def test_a_signal_before_a_run_begins_its_journal_leaves_no_folder(tmp_path):
    """So the same hydra.run.dir can be said again."""
    code = (
        "import os, runpy, signal, sys\n"
        "from hydra.core import utils\n"
        "utils._save_config = lambda *_: os.kill(os.getpid(), signal.SIGTERM)\n"
        f"sys.argv = {[str(TRAIN), *QUICK, 'hydra.run.dir=run']}\n"
        "runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (143, "Terminated.\n")
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_a_second_signal_ends_a_run_that_is_still_saving(tmp_path):
    """The disk takes no more: what is written there never returns."""
    arguments = [str(TRAIN), *QUICK, "trainer.epochs=100000", "hydra.run.dir=cut"]
    code = (
        "import runpy, sys, time, rnn_lab.unfinished as saving\n"
        "saving.save_json = lambda *_: time.sleep(60)\n"
        f"sys.argv = {arguments}\n"
        "runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    running = subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, preexec_fn=heard)
    deadline = time.monotonic() + 60
    while len(facts_in(tmp_path / "cut", "epoch")) < 3 and time.monotonic() < deadline:
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    with pytest.raises(subprocess.TimeoutExpired):
        running.wait(2)
    running.send_signal(signal.SIGTERM)
    assert running.wait(5) == 143


def test_the_same_seed_gives_the_same_bits_in_another_process(tmp_path):
    for name in ("a", "b"):
        assert train(tmp_path, *QUICK, "replicas=2", f"hydra.run.dir={name}").returncode == 0
    a, b = ((tmp_path / name / "weights" / "kept.npz").read_bytes() for name in ("a", "b"))
    assert a == b


def test_the_trainer_imports_neither_mlflow_nor_optuna(tmp_path):
    code = (
        "import runpy, sys\n"
        f"sys.argv = ['train.py', {', '.join(map(repr, QUICK))}, 'hydra.run.dir=run']\n"
        "try:\n"
        f"    runpy.run_path({str(TRAIN)!r}, run_name='__main__')\n"
        "finally:\n"
        "    loaded = {'mlflow', 'optuna', 'torch', 'pandas', 'matplotlib', 'scipy'} & set(sys.modules)\n"
        "    print('loaded', sorted(loaded))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "loaded []" in done.stdout, done.stdout + done.stderr


def test_help_is_a_page_that_shows_choices_and_examples(tmp_path):
    done = train(tmp_path, "--help")
    assert done.returncode == 0
    for text in (
        "python scripts/train.py data=sunspots",
        "optimizer/schedule: ",
        "hidden_dim: 32",
        "Completion in bash",
    ):
        assert text in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert list(tmp_path.iterdir()) == []


def test_cfg_job_shows_the_composed_config(tmp_path):
    done = train(tmp_path, "--cfg", "job", "model.hidden_dim=7")
    assert "hidden_dim: 7" in done.stdout


def test_shell_completion_knows_the_keys(tmp_path):
    environment = os.environ | {"COMP_LINE": f"python {TRAIN} model.hidd", "COMP_POINT": "999"}
    done = train(tmp_path, "-sc", "query=bash", env=environment)
    assert "model.hidden_dim=" in done.stdout
