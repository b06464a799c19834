"""A file where a folder is wanted, and the other way round: one sentence says so, and nothing is written."""

from pathlib import Path

import pytest

from tests.processes import python

SCRIPTS = Path(__file__).parents[2] / "scripts"


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("examine notes.txt", "notes.txt holds no sweep: notes.txt is no journal of Optuna's."),
        ("examine empty", "empty holds no sweep: there is no optuna.journal in it; give the folder of a sweep."),
        ("redraw notes.txt", "notes.txt is no run folder: there is no journal.jsonl in it."),
        ("sync notes.txt", "notes.txt is no run folder: there is no journal.jsonl in it."),
        ("predict notes.txt", "'notes.txt'. Arguments have the form key=value, as in run=notes.txt."),
        ("predict run=empty", "empty holds no trained network: weights/model.json is not there."),
        ("train notes.txt", "'notes.txt'. Arguments have the form key=value, as in data=sine."),
        ("train data=csv data.path=empty", "data.path=empty cannot be read: Is a directory."),
        ("train trainer.resume=notes.txt", "there is no checkpoint checkpoint.npz in notes.txt/weights: the folder is"),
        ("train hydra.run.dir=notes.txt", "hydra.run.dir={folder}/notes.txt is a file: name a new folder."),
        ("train -m hydra.sweep.dir=notes.txt seed=1,2", "hydra.sweep.dir={folder}/notes.txt is a file: name a folder."),
        ("train search=default hydra.sweep.dir=notes.txt", "hydra.sweep.dir={folder}/notes.txt is a file: name a"),
        ("train search=default hydra.sweeper.storage=empty", "storage={folder}/empty is no journal of Optuna's: name"),
    ],
)
def test_it_is_refused_in_a_sentence(command, says, tmp_path):
    (tmp_path / "notes.txt").write_text("milk, bread\n")
    (tmp_path / "empty").mkdir()
    name, *arguments = command.split()
    done = python(SCRIPTS / f"{name}.py", *arguments, cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert says.format(folder=tmp_path) in done.stderr
    assert done.stderr.count("\n") == 1
    assert {path.name for path in tmp_path.rglob("*")} == {"notes.txt", "empty"}
    assert (tmp_path / "notes.txt").read_text() == "milk, bread\n"
