"""The wheel: built, installed, and used from an empty folder, where nothing of the checkout can be seen."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
QUICK = ("tracking.figures=false", "model.hidden_dim=4", "trainer.epochs=2")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    """``rnn-lab`` in an environment of its own, which sees the libraries of this one and nothing else of it."""
    place = tmp_path_factory.mktemp("installed")
    source = place / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    for name in ("conf", "rnn_lab", "experiments"):
        hidden = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, source / name, symlinks=True, ignore=hidden)
    build = "import sys; from setuptools import build_meta; print(build_meta.build_wheel(sys.argv[1]))"
    built = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", build, place], cwd=source, capture_output=True, text=True
    )
    assert built.returncode == 0, built.stderr
    (wheel,) = place.glob("*.whl")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", place / "venv"], check=True)
    python = place / "venv" / "bin" / "python"
    install = [sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-deps", "--no-index", wheel]
    installed = subprocess.run(install, capture_output=True, text=True)
    assert installed.returncode == 0, installed.stderr
    libraries = {path for path in sys.path if "site-packages" in path} | {sysconfig.get_path("purelib")}
    # Files named .pth are read in site-packages alone: those of this environment, which lead to the checkout, are not.
    lines = [f"import sys; sys.path.append({path!r})\n" for path in sorted(libraries)]
    (
        python.parents[1] / "lib" / f"python{sysconfig.get_python_version()}" / "site-packages" / "libraries.pth"
    ).write_text("".join(lines))
    shutil.rmtree(source)
    return python.with_name("rnn-lab")


def call(program, folder, *arguments, code=0, **environment):
    # Without PYTHONPATH, and with Python's own guard: nothing but the working directory leads to a user's module.
    clean = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(
        [program, *arguments], cwd=folder, env=clean | environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done


def test_nothing_of_the_checkout_is_seen(program, tmp_path):
    code = "import rnn_lab, rnn_lab.conf; print(rnn_lab.__file__, rnn_lab.conf.__file__)"
    found = call(program.with_name("python"), tmp_path, "-c", code).stdout.split()
    assert all(Path(path).is_relative_to(program.parents[1]) for path in found)


def test_alone_it_lists_its_commands_in_a_screen(program, tmp_path):
    said = call(program, tmp_path).stdout
    assert said == call(program, tmp_path, "--help").stdout
    assert len(said.splitlines()) <= 24
    assert max(map(len, said.splitlines())) <= 80
    assert all(f"\n  {name} " in said for name in ("train", "predict", "sync", "ui", "study"))
    assert call(program, tmp_path, "--version").stdout == call(program, tmp_path, "train", "--version").stdout
    refused = call(program, tmp_path, "trian", code=2)
    assert refused.stderr == "Error: there is no command 'trian'; did you mean train?\n"
    assert list(tmp_path.iterdir()) == []


def test_studies_are_listed_and_their_recipes_come_with_it(program, tmp_path):
    listed = call(program, tmp_path, "study", "--list").stdout
    assert "tutorial" in listed
    assert "epochs: 25" in call(program, tmp_path, "train", "study=tutorial", "--cfg", "job").stdout
    assert call(program, tmp_path, "study", "tutorial", code=2).stderr.count("\n") == 1


def test_train_predict_and_sync(program, tmp_path):
    """A run with a cell of the working directory, forecast with and carried to MLflow; and the same where it is not."""
    folder = tmp_path / "a folder, with ü"
    folder.mkdir()
    (folder / "mine.py").write_text("from rnn_lab.network import Elman\n\n\nclass Cell(Elman):\n    pass\n")
    own = "model._target_=mine.Cell"
    call(program, folder, "train", "data=sine", "tracking=off", own, *QUICK, "hydra.run.dir=run")
    assert json.loads((folder / "run" / "summary.json").read_text())["epochs"] == 2
    (folder / "new.csv").write_text("x\n" + "".join(f"{n % 7}\n" for n in range(80)))
    done = call(program, folder, "predict", "run=run", "trust=mine", "data.path=new.csv", "steps=5")
    assert done.stdout == "80 rows read, 5 forecast after them: forecast.csv and forecast.png\n"
    there = tmp_path / "elsewhere"
    there.mkdir()
    done = call(program, there, "predict", f"run='{folder / 'run'}'", "trust=mine", "data.path=new.csv", code=2)
    assert "the module 'mine' is not found: run this in the folder where mine.py lies" in done.stderr
    done = call(program, folder, "sync", "run", "trust=mine")
    assert "runs/" in done.stdout
    assert done.stderr == ""


def test_a_sweep_with_a_cell_of_the_working_directory(program, tmp_path):
    (tmp_path / "mine.py").write_text("from rnn_lab.network import Elman\n\n\nclass Cell(Elman):\n    pass\n")
    sweep = ("search=default", "data=sine", "hydra.sweeper.n_trials=2", "hydra.sweeper.figures=false", "tracking=off")
    done = call(program, tmp_path, "train", *sweep, "model._target_=mine.Cell", "trainer.epochs=1")
    assert "best is trial" in done.stdout
    assert f"{program} train " in done.stdout


def test_a_folder_that_cannot_be_written_is_one_sentence(program):
    """Below /proc nobody can make a folder, not even root."""
    for more in ((), ("search=default",)):
        done = call(program, "/proc/self/fd", "train", "data=sine", *more, code=2)
        assert done.stderr.count("\n") == 1, done.stderr
        assert done.stdout == ""


def test_ui_refuses_a_port_in_use_and_an_address_that_is_none(program, tmp_path):
    refused = call(program, tmp_path, "ui", "--uri", "mlruns", code=2)
    assert "--uri mlruns must start with one of http" in refused.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("line", "offers"),
    [
        ("rnn-lab tr", "train predict sync ui runs redraw examine study"),
        ("rnn-lab train model.hidd", "model.hidden_dim="),
    ],
)
def test_the_shell_completes_commands_and_keys(line, offers, program, tmp_path):
    done = call(program, tmp_path, "-sc", "query=bash", COMP_LINE=line, COMP_POINT=str(len(line)))
    assert offers in done.stdout
