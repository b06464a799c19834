"""`make` explains itself, and refuses a Python that is too old before it touches anything."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", *arguments], cwd=folder, capture_output=True, text=True)


def test_the_default_target_has_one_line_for_each_target() -> None:
    targets = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.M)
    assert targets is not None
    explained = re.findall(r"^  make ([\w-]+) +\S", make(ROOT).stdout, re.M)
    assert sorted(explained) == sorted(targets[1].split())


@pytest.mark.parametrize(
    "target", ["train", "quick", "test", "test-hydra14", "test-newest", "ui", "gallery", "check", "format"]
)
@pytest.mark.parametrize("answer", ["echo False", "exit 127"], ids=["old", "absent"])
def test_a_python_that_does_not_serve_is_refused_in_one_sentence(tmp_path: Path, target: str, answer: str) -> None:
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    python = tmp_path / "python3.10"
    python.write_text(f"#!/bin/sh\n{answer}\n")
    python.chmod(0o755)
    done = make(tmp_path, target, f"PYTHON={python}")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert f'rnn-lab needs Python 3.11 or newer, which "{python}" is not' in done.stderr
    assert not (tmp_path / ".venv").exists()
