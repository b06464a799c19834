"""scripts/study.py: what it lists, runs and refuses."""

import subprocess
import sys
from pathlib import Path

import pytest

from rnn_lab.cli import study
from rnn_lab.errors import BadInput
from tests.processes import python

ROOT = Path(__file__).parents[2]


def call(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return python(ROOT / "scripts" / "study.py", *arguments, cwd=cwd)


def test_alone_it_lists_the_studies_with_their_titles(tmp_path: Path) -> None:
    done = call(cwd=tmp_path)
    assert done.returncode == 0
    lines = dict(line.split(maxsplit=1) for line in done.stdout.splitlines())
    assert lines["tutorial"] == "Experiment zero: what a widely copied tutorial computes"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("name", "hint"), [("tutoral", "did you mean tutorial?"), ("qqq", "there are")])
def test_an_unknown_name_is_one_sentence(name: str, hint: str, tmp_path: Path) -> None:
    done = call(name, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"Error: there is no study '{name}'; {hint}")
    assert list(tmp_path.iterdir()) == []


def test_it_runs_the_folders_main(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "experiments" / "toy_of_a_study"
    folder.mkdir(parents=True)
    (folder / "README.md").write_text("# A toy\n")
    (folder / "study.py").write_text("def main() -> None:\n    print('done')\n")
    monkeypatch.setattr(study, "ROOT", tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    study.main(["toy_of_a_study"])
    assert capsys.readouterr().out == "done\n"
    with pytest.raises(BadInput, match="--full: the study toy_of_a_study has one size only"):
        study.main(["toy_of_a_study", "--full"])
    (folder / "study.py").write_text("def main(*, full: bool = False) -> None:\n    print(full)\n")
    monkeypatch.delitem(sys.modules, "experiments.toy_of_a_study.study")
    study.main(["toy_of_a_study", "--full"])
    assert capsys.readouterr().out == "True\n"


def test_every_study_has_what_a_study_has() -> None:
    for name in study.studies():
        folder = ROOT / "experiments" / name
        assert (folder / "README.md").read_text().startswith("# ")
        assert list((folder / "evidence").glob("*.csv"))
        assert list((folder / "evidence").glob("*.png"))
        recipe = ROOT / "conf" / "study" / f"{name}.yaml"
        if recipe.exists() or (folder / "recipe.yaml").exists():  # a simulation trains nothing, and has none
            assert recipe.resolve() == (folder / "recipe.yaml").resolve()
        assert f"[{name}]({name}/README.md)" in (ROOT / "experiments" / "README.md").read_text()
