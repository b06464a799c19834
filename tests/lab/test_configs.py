"""Every YAML in conf/ composes, and every choice of a run runs."""

from pathlib import Path

import pytest

from rnn_lab import lab

CONF = Path(__file__).parents[2] / "conf"
NEEDS = {
    "data=csv": ["data.path={csv}", "data.window=3", "data.train=5", "data.validation=3", "trainer.batch_size=2"],
    "optimizer=lbfgs": ["trainer=full_batch"],
}


def choices(*groups: str) -> list[str]:
    return [f"{group}={path.stem}" for group in groups for path in sorted((CONF / group).glob("*.yaml"))]


@pytest.mark.parametrize(
    "choice",
    choices("data", "model", "optimizer", "optimizer/schedule", "trainer", "evaluation", "tracking", "study"),
)
def test_every_choice_trains(choice, composed, tmp_path):
    (tmp_path / "some.csv").write_text("x\n" + "\n".join(str(n * n % 7) for n in range(12)))
    needs = [need.format(csv=tmp_path / "some.csv") for need in NEEDS.get(choice, [])]
    config = composed(choice, *needs, "trainer.epochs=1", "tracking.enabled=false")
    value = lab.run(config, tmp_path / "run")
    assert value > 0
    assert (tmp_path / "run" / "summary.json").is_file()


def test_every_yaml_says_what_it_is():
    silent = [
        str(path.relative_to(CONF))
        for path in CONF.rglob("*.yaml")
        if not any(line.startswith("#") and "@package" not in line for line in path.read_text().splitlines()[:3])
    ]
    assert silent == []


def test_every_yaml_is_a_choice_that_the_tests_above_make():
    groups = {str(path.parent.relative_to(CONF)) for path in CONF.rglob("*.yaml")}
    tried = {"data", "model", "optimizer", "optimizer/schedule", "trainer", "evaluation", "tracking", "study"}
    elsewhere = {".", "search", "hydra/help", "hydra/job_logging"}  # the first composes in all of them
    assert {group for group in groups if not group.startswith("hydra/sweeper")} - tried - elsewhere == set()
