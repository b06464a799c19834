"""The README's commands, as a reader would type them."""

import re
import shlex
from pathlib import Path

import pytest

from tests.processes import python

HOUSE = Path(__file__).parents[1]
README = (HOUSE / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    match[1].partition("  #")[0].strip()
    for block in re.findall(r"```console\n(.*?)```", README, re.S)
    for match in re.finditer(r"^\$ (.*)$", block, re.M)
]
TRAIN = [command for command in COMMANDS if re.match(r"(\w+=\S+ )?python scripts/train\.py", command)]


def run(command, folder, *more):
    words = [word for word in shlex.split(command) if not re.fullmatch(r"[A-Z_]+=\S+", word)]
    return python(HOUSE / words[1], *words[2:], *more, cwd=folder)


@pytest.mark.parametrize("command", [command for command in TRAIN if "hiden" not in command])
def test_each_training_command_composes(command, tmp_path):
    if " -m " in command:
        more = ["tracking=off", "tracking.figures=false", "trainer.epochs=1", "model.hidden_dim=2"]
    else:
        more = ["hydra.sweeper.dry_run=true"] if "search=" in command else ["--cfg", "job"]
    composed = run(command, tmp_path, *more)
    assert composed.returncode == 0, composed.stderr


def test_the_mistyped_key_is_answered_as_shown(tmp_path):
    command = next(command for command in TRAIN if "hiden" in command)
    assert run(command, tmp_path).stderr.strip() in README


def test_the_first_example_prints_what_is_shown(tmp_path):
    printed = run(TRAIN[0], tmp_path, "tracking=off", "tracking.figures=false").stdout
    shown = README.split(f"$ {TRAIN[0]}\n")[1].split("```")[0].splitlines()
    for line in shown:
        if line.startswith("network"):  # the last digit may differ between processors
            here = next(other for other in printed.splitlines() if other.startswith("network"))
            assert [float(cell) for cell in here.split()[1:]] == pytest.approx(
                [float(cell) for cell in line.split()[1:]], rel=0.05
            )
        elif line.startswith(("data", "model", "training", "AR", "ESN", "persistence", "mean")):
            assert line in printed


@pytest.mark.parametrize("script", sorted(set(re.findall(r"python (scripts/\w+\.py)", README))))
def test_every_script_that_is_named_has_a_help_page(script, tmp_path):
    assert run(f"python {script} --help", tmp_path).returncode == 0


@pytest.mark.parametrize("target", sorted(set(re.findall(r"`make (\w+)`", README)) | {"train", "ui", "test"}))
def test_every_make_target_that_is_named_exists(target):
    assert f"\n{target}:" in (HOUSE / "Makefile").read_text(encoding="utf-8")


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)#]+)\)", README))))
def test_every_link_leads_somewhere(link):
    assert link.startswith("http") or (HOUSE / link).exists()
