import json
import os
import subprocess
import sys

import pytest

from rnn_lab.tracking.provenance import git, provenance

IDENTITY = {
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@b",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@b",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}


@pytest.fixture
def checkout(tmp_path):
    """A checkout with one commit, in which the package is one folder."""
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "code.py").write_text("x = 1\n")
    for command in (["init", "-q", "-b", "trunk"], ["add", "."], ["commit", "-q", "-m", "first"]):
        subprocess.run(["git", *command], cwd=tmp_path, env=os.environ | IDENTITY, check=True)
    return tmp_path


def head(folder):
    return subprocess.run(["git", "rev-parse", "HEAD"], cwd=folder, capture_output=True, text=True).stdout.strip()


def test_the_commit_and_branch(checkout):
    assert git(checkout / "package") == {"commit": head(checkout), "branch": "trunk", "dirty": False}


@pytest.mark.parametrize("change", ["package/code.py", "package/new.py", "conf.yaml"])
def test_changed_and_new_files_are_dirty(checkout, change):
    (checkout / change).write_text("x = 2\n")
    assert git(checkout / "package")["dirty"] is True


def test_ignored_files_are_not(checkout):
    (checkout / ".git" / "info" / "exclude").write_text("outputs/\n")
    (checkout / "outputs").mkdir()
    (checkout / "outputs" / "train.log").touch()
    assert git(checkout / "package")["dirty"] is False


def test_a_package_installed_inside_a_strangers_checkout_is_none_of_it(checkout):
    installed = checkout / ".venv" / "site-packages" / "rnn_lab"
    installed.mkdir(parents=True)
    (installed / "code.py").touch()
    assert git(installed) == {"commit": None, "branch": None, "dirty": None, "absent": "the code is in no git checkout"}


def test_a_checkout_without_a_commit(tmp_path):
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    (tmp_path / "code.py").touch()
    subprocess.run(["git", "add", "."], cwd=tmp_path, check=True)
    assert git(tmp_path)["absent"] == "the git checkout has no commit"


def test_without_git_it_says_so(checkout, monkeypatch):
    monkeypatch.setenv("PATH", str(checkout))
    assert git(checkout)["absent"] == "git is not installed"


def test_what_a_run_remembers_of_its_making():
    facts = provenance(seed=7, data_fingerprint="9f")
    json.dumps(facts, allow_nan=False)
    assert facts["command"] == [sys.executable, *sys.argv]
    assert (facts["seed"], facts["data_fingerprint"]) == (7, "9f")
    import numpy

    assert facts["versions"]["numpy"] == numpy.__version__
    assert facts["versions"]["python"] == ".".join(map(str, sys.version_info[:3]))
    assert facts["machine"]["cores"] == os.cpu_count()
    assert facts["threads"]["OMP_NUM_THREADS"] == "1"  # tests/conftest.py


def test_it_imports_none_of_the_libraries_it_names():
    program = "import sys; from rnn_lab.tracking.provenance import provenance; provenance(seed=0, data_fingerprint='')"
    heavy = "{'mlflow', 'optuna', 'matplotlib', 'hydra', 'scipy', 'numpy'} & set(sys.modules)"
    done = subprocess.run([sys.executable, "-c", f"{program}; print({heavy})"], capture_output=True, text=True)
    assert done.stdout == "set()\n", done.stderr
