"""A run owns its folder before anything is written; what is refused leaves every byte as it was."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rnn_lab.cli.ownership import take
from rnn_lab.errors import BadInput
from rnn_lab.tracking.journal import Journal, read
from tests.processes import python

TRAIN = Path(__file__).parents[2] / "scripts" / "train.py"
QUICK = ("tracking=off", "tracking.figures=false", "model.hidden_dim=4", "trainer.epochs=2")


def train(folder, *arguments):
    return python(TRAIN, *arguments, *QUICK, cwd=folder)


def tree(folder):
    """Everything below a folder: names, contents, links, times of change."""
    return {
        str(path.relative_to(folder)): (
            path.lstat().st_mtime_ns,
            os.readlink(path) if path.is_symlink() else path.read_bytes() if path.is_file() else None,
        )
        for path in folder.rglob("*")
    }


def test_what_was_taken_is_given_back_and_nothing_else(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    before = set(tmp_path.rglob("*"))
    for place in ("new", "deep/er/run", "mine", "mine/run"):
        taken = take(tmp_path / place)
        (taken.folder / ".hydra").mkdir()
        for name in ("config.yaml", "hydra.yaml", "overrides.yaml"):
            (taken.folder / ".hydra" / name).touch()
        (taken.folder / "train.log").touch()
        taken.give_back()
        assert set(tmp_path.rglob("*")) == before


def test_a_run_that_began_its_journal_is_kept(tmp_path):
    taken = take(tmp_path / "run")
    with Journal(tmp_path / "run") as journal:
        assert journal.fresh
        journal.write("start", name="first")
    taken.give_back()
    assert read(tmp_path / "run")[0]["name"] == "first"
    with Journal(tmp_path / "run") as journal:
        assert not journal.fresh


def test_what_somebody_else_put_there_stays(tmp_path):
    taken = take(tmp_path / "new" / "run")
    (tmp_path / "new" / "theirs").touch()
    taken.give_back()
    assert {path.name for path in (tmp_path / "new").iterdir()} == {"theirs"}


@pytest.mark.parametrize("name", ["journal.jsonl", ".hydra", "train.log", "summary.json", "weights", "figures"])
def test_a_folder_with_files_that_a_run_would_write_over_is_refused(name, tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / name).symlink_to("nowhere")
    before = tree(tmp_path)
    with pytest.raises(BadInput, match=r"^hydra\.run\.dir=.*/run .*: name a new folder\.$"):
        take(tmp_path / "run")
    assert tree(tmp_path) == before


def test_of_many_at_once_one_takes_the_folder(tmp_path):
    def attempt(_):
        try:
            return take(tmp_path / "a" / "run")
        except BadInput as error:
            return str(error)

    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(attempt, range(64)))
    assert sum(not isinstance(each, str) for each in found) == 1
    assert {each for each in found if isinstance(each, str)} == {
        f"hydra.run.dir={tmp_path}/a/run is another run's: name a new folder."
    }


def test_what_cannot_be_made_leaves_nothing(tmp_path):
    (tmp_path / "a_file").touch()
    before = tree(tmp_path)
    with pytest.raises(NotADirectoryError):
        take(tmp_path / "a_file" / "run")
    assert tree(tmp_path) == before


@pytest.mark.slow
def test_a_finished_run_is_written_over_by_no_other(tmp_path):
    """Bad input, good input, several runs, a resume into its own folder: the first run stays as it is."""
    assert train(tmp_path, "hydra.run.dir=run", "trainer.checkpoint_seconds=0").returncode == 0
    assert train(tmp_path, "-m", "hydra.sweep.dir=runs").returncode == 0
    before = tree(tmp_path)
    for arguments in (
        ("hydra.run.dir=run", "seed=3"),
        ("hydra.run.dir=run", "model.hidden_dim=0"),
        ("hydra.run.dir=run", "trainer.resume=run"),
        ("-m", "hydra.sweep.dir=runs", "seed=4,5"),
    ):
        done = train(tmp_path, *arguments)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done
        assert done.stderr.endswith(": name a new folder.\n")
        assert tree(tmp_path) == before


@pytest.mark.slow
def test_two_runs_at_once_into_one_folder_are_one_run(tmp_path):
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda seed: train(tmp_path, "hydra.run.dir=run", f"seed={seed}"), (1, 2)))
    assert sorted(each.returncode for each in done) == [0, 2]
    winner = 1 + [each.returncode for each in done].index(0)
    facts = read(tmp_path / "run")
    assert [fact["fact"] for fact in facts].count("start") == 1
    assert (facts[0]["config"]["seed"], facts[-1]["status"]) == (winner, "FINISHED")
    assert f"seed={winner}" in (tmp_path / "run" / ".hydra" / "overrides.yaml").read_text()


@pytest.mark.slow
def test_a_refused_run_removes_no_folder_of_the_users(tmp_path):
    (tmp_path / "p").mkdir()
    done = train(tmp_path / "p", "data=csv", "data.path=missing.csv", "hydra.run.dir=run1")
    assert done.returncode == 2
    assert list(tmp_path.rglob("*")) == [tmp_path / "p"]
