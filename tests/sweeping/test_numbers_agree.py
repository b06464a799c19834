"""The best value and the best trial are the same wherever they are told: random sweeps, one and two objectives."""

import os
import re
import signal
import sqlite3
from types import SimpleNamespace

import pytest
import yaml
from optuna.trial import TrialState, create_trial

from rnn_lab.sweeping.attributes import SECONDS
from rnn_lab.sweeping.table import TRIALS, rows
from rnn_lab.tracking.journal import read
from rnn_lab.tracking.relay_state import State

pytest.importorskip("mlflow")


@pytest.mark.parametrize(
    ("objectives", "jobs", "interrupted"), [(1, 1, False), (1, 4, False), (2, 4, False), (1, 4, True)]
)
def test_one_truth(toy, objectives, jobs, interrupted):
    component = (
        f"{{_target_:rnn_lab.tracking.config.Tracking,uri:'sqlite:///{toy.folder / 'mlflow.db'}',experiment:toys}}"
    )
    arguments = (
        "x=interval(-1,1)",
        "sleep=0.02",
        "hydra/sweeper/sampler=random",
        "hydra.sweeper.seed=7",
        "hydra.sweeper.n_trials=8",
        f"hydra.sweeper.n_jobs={jobs}",
        f"hydra.sweeper.tracking={component}",
        *(["ending=two", "hydra.sweeper.directions=[minimize,maximize]"] if objectives == 2 else []),
    )
    folder = toy.folder / "multirun" / "toy"
    if interrupted:
        process = toy.start(*arguments)
        toy.wait_for(lambda: (folder / "journal.jsonl").exists() and '"best/' in (folder / "journal.jsonl").read_text())
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=100)
    out, _ = toy.sweep(*arguments)

    signs = [1, -1][:objectives]
    complete = [trial for trial in toy.trials() if trial.state == TrialState.COMPLETE]
    best = min(complete, key=lambda trial: [sign * value for sign, value in zip(signs, trial.values, strict=True)])

    assert re.search(rf"is trial {best.number} with {best.values[0]:.6g}\b", out)
    written = yaml.safe_load((folder / "best.yaml").read_text())
    assert (written["trial"], written["values"]) == (best.number, best.values)
    if objectives == 1:
        assert toy.study().best_trial.number == best.number
        spoken = [float(value) for value in re.findall(r"; best (\S+) \(trial", out)]
        assert spoken == sorted(spoken, reverse=True)
    else:
        front = {trial.number for trial in toy.study().best_trials}
        assert {each["trial"] for each in written["front"]} == front
        assert best.number in front
        assert f"the front, {len(front)} of {len(complete)} complete trials" in out
    table = [line.split(",") for line in (folder / TRIALS).read_text().splitlines()]
    assert {int(row[0]): float(row[2]) for row in table[1:] if row[1] == "complete"} == {
        trial.number: trial.values[0] for trial in complete
    }

    facts = read(folder)
    (told,) = [fact for fact in facts if fact["fact"] == "best"]
    assert (told["trial"], told["values"]) == (best.number, best.values)
    name = "best/value" if objectives == 1 else "best/value_0"
    course = [fact["metrics"][name] for fact in facts if fact["fact"] == "epoch" and name in fact["metrics"]]
    assert course == sorted(course, reverse=True)
    assert course[-1] == best.values[0]

    toy.wait_for(lambda: (state := State.load(folder)) is not None and state.state == "done")
    run = State.load(folder).run_id
    with sqlite3.connect(toy.folder / "mlflow.db") as database:
        query = "select value from latest_metrics where key = ? and run_uuid = ?"
        latest = database.execute(query, (name, run)).fetchone()[0]
        tags = dict(database.execute("select key, value from tags where run_uuid = ?", (run,)).fetchall())
    database.close()
    assert latest == best.values[0]
    assert tags["rnn_lab.best_trial"] == str(best.number)
    assert f"{best.values[0]:.6g}" in tags["mlflow.note.content"]


def test_the_seconds_of_training_and_of_the_trial_have_columns_of_their_own():
    trial = create_trial(values=[0.5, 2.0], user_attrs={SECONDS: 3.0})
    names = ["val/rmse", "seconds"]
    header, row = rows(SimpleNamespace(finished=lambda: [trial], names=names, folder_of=lambda _: None))
    assert len(set(header)) == len(header)
    found = dict(zip(header, row, strict=True))
    assert (found["seconds"], found["trial_seconds"]) == ("2.0", "3.0")
