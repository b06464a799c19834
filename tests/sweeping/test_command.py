"""Commands that a sweep prints: pasted into a shell, from any folder, they say what was meant."""

import json
import subprocess
import sys

import pytest

from rnn_lab.hydra_private import get_args_parser
from rnn_lab.sweeping.command import Command, dashboard

SCRIPT = "import json, os, sys; print(json.dumps([os.getcwd(), sys.argv[1:]]))"


@pytest.mark.parametrize(
    "typed",
    [
        ["data=csv", "x=interval(0,1)", "--multirun"],  # as the lab adds it to search=...
        ["-m", "x=interval(0,1)", "data.path=a b.csv"],
        ["--config-dir", "own", "~y", "+x=interval(0,1)", "-m"],
        ["-m"],
    ],
)
def test_the_sweep_s_own_command_goes_on_in_its_folder_with_flags_where_hydra_reads_them(typed, tmp_path):
    place = tmp_path / "it's $HOME, ü"
    place.mkdir()
    command = Command([sys.executable, "-c", SCRIPT], typed, [], [], place)
    for wider in ([], ["x=interval(0,2)"]):
        line = command.widened(wider)
        done = subprocess.run(line, shell=True, cwd="/", capture_output=True, text=True, check=True)
        where, words = json.loads(done.stdout)
        assert where == str(place)
        given = get_args_parser().parse_args(words).overrides
        expected = [word for word in typed if "=" in word or word[0] == "~"]
        assert given == [word for word in expected if not (wider and "x=" in word)] + wider
    assert command.again() == command.widened([])


def test_a_database_in_the_working_directory_is_named_whole(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert dashboard("sqlite:///studies.db").endswith(f"optuna-dashboard sqlite:///{tmp_path}/studies.db")
