"""Printed commands: a shell gives the program exactly the words that were meant."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser

from rnn_lab import paste


@pytest.mark.parametrize(
    "text",
    [
        "/plain/run",
        "/my runs/ü",
        "a'b",
        'say "x"',
        "c\\",
        "${seed}",
        "it's ${x}\\'",
        "'a' b'",
        "[1,2]",
        "x=y",
        " ",
        "",
    ],
)
def test_hydra_and_the_shell_read_a_value_as_it_stands(text):
    line = shlex.join(["echo", paste.override("trainer.resume", text)])
    (_, argument) = shlex.split(line)
    (parsed,) = OverridesParser.create().parse_overrides([argument])
    value = parsed.value()
    assert (value if isinstance(value, str) else str(value)) == text.replace("${", "\\${")
    assert paste.unquoted(argument.partition("=")[2]) == text
    assert paste.unquoted(paste.quoted(text)) == text


def test_a_file_whose_name_has_quotes_is_named_whole(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "it's ${x}, 'b'").touch()
    (argument,) = paste.anywhere([paste.override("data.path", "it's ${x}, 'b'")])
    assert paste.unquoted(argument.removeprefix("data.path=")) == str(tmp_path / "it's ${x}, 'b'")


def test_in_a_clone_the_script_is_named_whole_and_runs_from_any_folder(tmp_path):
    folder = tmp_path / "a folder, with ü"
    folder.mkdir()
    done = subprocess.run(paste.command("sync", str(folder)), shell=True, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr == f"{folder} is no run folder: there is no journal.jsonl in it.\n"


def test_installed_the_program_is_named(tmp_path, monkeypatch):
    program = tmp_path / "bin" / "rnn-lab"
    program.parent.mkdir()
    program.touch(0o755)
    monkeypatch.setattr(sys, "argv", [str(program), "seed=1"])
    assert paste.program("ui") == [str(program), "ui"]  # which is not on the PATH
    assert paste.started() == [str(program), "train"]
    monkeypatch.setenv("PATH", str(program.parent))
    assert paste.program("ui") == ["rnn-lab", "ui"]


def test_any_hydra_application_is_started_again_as_it_was(tmp_path):
    code = "import sys; from rnn_lab import paste; print(paste.started())"
    (tmp_path / "app.py").write_text(code)
    done = subprocess.run([sys.executable, "-O", "app.py", "x=1"], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout.strip() == str([paste._interpreter(), "-O", str(Path(tmp_path, "app.py"))])
