"""Whole sweeps of the toy application, from the command line to the folders that they leave."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from optuna.trial import TrialState

from rnn_lab.sweeping.redraw import redraw_sweep
from tests.processes import python

REDRAW = Path(__file__).parents[2] / "scripts" / "redraw.py"


def test_a_sweep_runs_its_trials_as_hydra_jobs_and_a_second_command_continues_it(toy):
    out, _ = toy.sweep("x=interval(-1,1)", "kind=a,b", "hydra.sweeper.n_trials=4", "hydra.sweeper.seed=1")
    trials = toy.trials()
    assert [trial.number for trial in trials] == [0, 1, 2, 3]
    for trial in trials:
        folder = toy.folder / "multirun" / "toy" / str(trial.number)
        config = yaml.safe_load((folder / ".hydra" / "config.yaml").read_text())
        hydra = yaml.safe_load((folder / ".hydra" / "hydra.yaml").read_text())["hydra"]
        assert (config["x"], config["kind"]) == (trial.params["x"], trial.params["kind"])
        assert hydra["job"]["num"] == trial.number
        assert Path(hydra["runtime"]["output_dir"]) == folder
        assert "own terminal.log" in (folder / "terminal.log").read_text()
    assert "own terminal.log" not in out
    before = {path: path.stat().st_mtime_ns for path in toy.folder.glob("multirun/toy/*/.hydra/config.yaml")}
    toy.sweep("x=interval(-1,1)", "kind=a,b", "hydra.sweeper.n_trials=6", "hydra.sweeper.seed=1")
    trials = toy.trials()
    assert len(trials) == 6
    assert all(trial.state.is_finished() for trial in trials)
    assert len({trial.params["x"] for trial in trials}) == 6  # the same seed does not propose the old trials again
    assert all(path.stat().st_mtime_ns == time for path, time in before.items())


def test_the_best_trials_command_gives_its_value_to_the_bit(toy):
    out, _ = toy.sweep("x=interval(-1,1)", "y=0.25", "hydra.sweeper.n_trials=3", "hydra/sweeper/sampler=random")
    best = yaml.safe_load((toy.folder / "multirun" / "toy" / "best.yaml").read_text())
    assert best["command"] in out
    environment, program = [], shlex.split(best["command"])
    while "=" in program[0]:
        environment.append(program.pop(0))
    assert "OMP_NUM_THREADS=1" in environment
    # The toy's value is what Hydra would return to a caller: let the same interpreter print it.
    program = [sys.executable, "-c", _PRINT_VALUE, *program[1:]]
    done = subprocess.run(program, cwd=toy.folder, capture_output=True, text=True, check=True)
    assert float(done.stdout.splitlines()[-1]) == best["values"][0]
    assert best["values"][0] == min(trial.value for trial in toy.trials())


_PRINT_VALUE = """
import runpy, sys
sys.argv = sys.argv[1:]
import hydra._internal.hydra as inner
run = inner.Hydra.run
def shown(self, **arguments):
    answer = run(self, **arguments)
    print(repr(answer.return_value))
    return answer
inner.Hydra.run = shown
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def test_a_hopeless_trial_is_pruned_and_not_failed(toy):
    toy.sweep(
        "x=0.3,0.31,0.32,0.33,0.34,50",
        "hydra/sweeper/sampler=grid",
        "hydra.sweeper.seed=1",
        "hydra.sweeper.n_jobs=1",
        "+hydra.sweeper.pruner.n_startup_trials=1",
        "+hydra.sweeper.pruner.n_warmup_steps=2",
    )
    trials = {trial.params["x"]: trial for trial in toy.trials()}
    assert len(trials) == 6
    assert trials[50].number > 0  # by the seed: there is something to compare it with
    assert trials[50].state == TrialState.PRUNED
    assert list(trials[50].intermediate_values) == [1, 2]  # after the warm-up step, and no further
    assert trials[50].user_attrs["reason"] == "pruned at step 2"
    assert any(len(trial.intermediate_values) == 3 for trial in trials.values())


@pytest.mark.parametrize(
    ("ending", "reason"),
    [
        ("raise", "RuntimeError: as asked"),
        ("undefined", "the objective is NaN"),
        ("kill", "the worker process was killed by SIGKILL"),
        ("exit", "the task ended its process with code 3"),
        ("text", "the task returned 'no number', and the sweep needs one number"),
    ],
)
def test_a_crash_fails_its_trial_alone(toy, ending, reason):
    """With the choice fine,ENDING on a grid, exactly one of two trials fails, with its reason and a traceback file."""
    toy.sweep(f"ending={ending},fine", "hydra/sweeper/sampler=grid", "hydra.sweeper.n_jobs=1")
    states = {trial.params["ending"]: trial for trial in toy.trials()}
    assert states["fine"].state == TrialState.COMPLETE
    failed = states[ending]
    assert failed.state == TrialState.FAIL
    assert failed.user_attrs["reason"] == reason
    folder = toy.folder / "multirun" / "toy" / str(failed.number)
    assert failed.user_attrs["folder"] == str(failed.number)  # within the study's folder, which may move
    assert reason.rpartition(": ")[2][:20] in (folder / "traceback.txt").read_text() or ending == "exit"


def test_when_all_trials_fail_the_sweep_says_so_and_exits_with_1(toy):
    _, err = toy.sweep("x=interval(-1,1)", "ending=raise", "hydra.sweeper.n_trials=3", code=1)
    assert re.search(
        r"toy: no trial succeeded and 3 failed; trial 0: RuntimeError: as asked \(see .*traceback.txt\)", err
    )


def test_max_failures_gives_the_sweep_up(toy):
    out, _ = toy.sweep(
        "x=interval(-1,1)", "ending=raise", "hydra.sweeper.max_failures=1", "hydra.sweeper.n_jobs=1", code=1
    )
    assert len(toy.trials()) == 2
    assert "2 trials failed (hydra.sweeper.max_failures=1)" in " ".join(out.split())
    # A few failures are no failure of the sweep, and one success does not excuse too many.
    grid = ("ending=raise,fine", "hydra/sweeper/sampler=grid", "hydra.sweeper.n_jobs=1")
    toy.sweep(*grid, "hydra.sweeper.max_failures=1", "hydra.sweeper.study_name=few")
    toy.sweep(*grid, "hydra.sweeper.max_failures=0", "hydra.sweeper.study_name=many", "hydra.sweeper.seed=1", code=1)


def test_stagnation_and_timeout_end_a_study_early(toy):
    out, _ = toy.sweep("n=range(1,100)", "hydra.sweeper.stagnation=3", "hydra.sweeper.n_jobs=1")  # n changes nothing
    assert len(toy.trials()) == 4
    assert "no improvement in 3 trials" in out
    name = "hydra.sweeper.study_name=late"
    out, _ = toy.sweep("x=interval(0,1)", "sleep=0.2", "hydra.sweeper.timeout=1.5", "hydra.sweeper.n_trials=100", name)
    assert 1 <= len(toy.trials("late")) < 30
    assert "the time is up" in out
    assert all(trial.state.is_finished() for trial in toy.trials("late"))


def test_workers_have_one_blas_thread(toy):
    toy.sweep("x=interval(0,1)", "ending=threads", "hydra.sweeper.n_trials=2")
    assert [trial.value for trial in toy.trials()] == [1.0, 1.0]


def test_a_free_slot_is_filled_while_another_trial_is_still_running(toy):
    toy.sweep("n=range(0,6)", "ending=sleepy", "hydra/sweeper/sampler=grid", "hydra/sweeper/pruner=none")
    slow = next(trial for trial in toy.trials() if trial.params["n"] == 0)
    others = [trial for trial in toy.trials() if trial.number > slow.number]
    # Whatever started after the slow trial ended before it: nobody waited for it.
    assert all(trial.datetime_complete < slow.datetime_complete for trial in others)
    assert slow.number < 2 or len(toy.trials()) == 6


def test_dry_run_shows_the_plan_and_does_nothing(toy):
    early = ("hydra/sweeper/pruner=early", "hydra.sweeper.pruner.n_warmup_steps=9")
    out, _ = toy.sweep("x=tag(log,interval(0.1,1))", "hydra.sweeper.n_trials=7", "hydra.sweeper.dry_run=true", *early)
    assert "pruner: MedianPruner n_startup_trials=4 n_warmup_steps=9 interval_steps=100" in out
    assert "real from 0.1 to 1.0, logarithmic" in out
    assert "7 trials" in out
    assert "TPESampler" in out
    assert "rate=0.001" in out  # of the composed example
    assert list(toy.folder.iterdir()) == []


def test_search_option_makes_one_study_for_each_sequence(toy):
    out, _ = toy.sweep("search=default", "data=sine,sunspots", "hydra.sweeper.n_trials=3", sweeper=False)
    for name, window in (("sine", 50), ("sunspots", 20)):
        study = toy.study(f"toy/data={name}", "toy")
        assert len(study.trials) == 3
        assert study.trials[0].distributions["n"].high == window
        folders = sorted(path.name for path in (toy.folder / "multirun" / "toy" / f"data={name}").glob("[0-9]*"))
        assert folders == ["0", "1", "2"]
    assert out.count("best is trial") == 2
    # One sequence alone is the same study: the command finds it complete.
    out, _ = toy.sweep("search=default", "data=sine", "hydra.sweeper.n_trials=3", "-m", sweeper=False)
    assert len(toy.study("toy/data=sine", "toy").trials) == 3


def test_a_users_function_makes_a_conditional_space(toy):
    toy.sweep("hydra.sweeper.space=toy.conditional", "hydra.sweeper.n_trials=6", "hydra.sweeper.seed=3")
    for trial in toy.trials():
        assert ("y" in trial.params) == (trial.params["kind"] == "b")
        config = yaml.safe_load(
            (Path(toy.study().user_attrs["folder"], trial.user_attrs["folder"]) / ".hydra" / "config.yaml").read_text()
        )
        assert config["y"] == trial.params.get("y", 0.0)


def test_several_objectives_leave_a_front(toy):
    toy.sweep(
        "x=interval(-1,1)", "ending=two", "hydra.sweeper.directions=[minimize,minimize]", "hydra.sweeper.n_trials=5"
    )
    front = yaml.safe_load((toy.folder / "multirun" / "toy" / "best.yaml").read_text())["front"]
    assert {entry["trial"] for entry in front} == {trial.number for trial in toy.study().best_trials}
    assert all(len(entry["values"]) == 2 for entry in front)


@pytest.mark.parametrize(("how", "extra"), [("mean", 2.0), ("median", 1.0)])
def test_replicas_become_one_value(toy, how, extra):
    toy.sweep("n=1,2", "ending=replicas", f"hydra.sweeper.aggregate={how}", "hydra.sweeper.n_trials=2")
    assert [trial.value for trial in toy.trials()] == pytest.approx([0.09 + extra] * 2)


def test_figures_and_a_table_across_the_studies(toy):
    sweep = ("search=default", "data=sine,sunspots", "hydra.sweeper.n_trials=4", "hydra.sweeper.figures=true")
    out, _ = toy.sweep(*sweep, sweeper=False)
    folder = toy.folder / "multirun" / "toy"
    for figures in (folder / "data=sine" / "figures", folder / "data=sunspots" / "figures"):
        names = {path.stem for path in figures.glob("*.png")}
        assert names >= {"history", "parameters", "curves"}
        assert all(path.read_bytes().startswith(b"\x89PNG") for path in figures.iterdir())
    assert {path.name for path in (folder / "figures").iterdir()} == {"progress.png"}
    before = {path: path.read_bytes() for path in folder.rglob("figures/*.png")}
    assert set(redraw_sweep(folder)) == set(before)  # the same figures from the folder alone
    assert {path: path.read_bytes() for path in before} == before
    drawn = python(REDRAW, str(folder), "figures.format=svg", cwd=toy.folder)
    assert set(drawn.stdout.splitlines()) == {str(path.with_suffix(".svg")) for path in before}
    assert all(Path(line).read_bytes().startswith(b"<?xml") for line in drawn.stdout.splitlines())
    table = (folder / "across.md").read_text()
    shown = re.search(r"^\| data [\s\S]*?\|$(?!\n\|)", out, re.MULTILINE)[0]
    assert max(map(len, shown.splitlines())) <= 80
    assert [line.split("|")[1:4] for line in shown.splitlines()] == [
        line.split("|")[1:4] for line in table.splitlines()
    ]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
    assert rows[0] == ["data", "best", "trial", "x", "n", "complete", "pruned", "failed"]
    for row in rows[2:]:
        best = toy.study(f"toy/data={row[0]}", "toy").best_trial
        assert row[2] == str(best.number)
        assert float(row[1]) == pytest.approx(best.value, rel=1e-5)
