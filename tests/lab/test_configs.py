"""Every YAML in conf/ composes, and every choice of a run runs."""

from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest
from hydra.utils import get_class
from omegaconf import OmegaConf

from rnn_lab import lab

CONF = Path(__file__).parents[2] / "conf"
NEEDS = {
    "data=csv": ["data.path={csv}", "data.window=3", "data.train=5", "data.validation=3", "trainer.batch_size=2"],
    "optimizer=lbfgs": ["trainer=full_batch"],
    "study=forecasting": ["data.series.length=500", "optimizer.iterations=3"],  # a second, not ten
    "study=truncation": ["data.length=3000", "data.train=2000", "data.validation=500", "data.test=500"],
    "study=forecasting_text": ["data.train=5000", "data.validation=1000", "data.test=0"],
}

SMALL = ["data.window=10", "data.series.length=70", "data.train=40", "data.validation=20", "model.hidden_dim=8"]
"""The sine, where a choice is not one of data."""

FEW = 100
"""Records or rows to train on are enough to see that a choice of data does."""

LISTS = ("observers", "evaluation/scores", "evaluation/baselines")
"""Groups of which a run has several."""


def choices(*groups: str) -> list[str]:
    return [f"{group}={path.stem}" for group in groups for path in sorted((CONF / group).glob("*.yaml"))]


@pytest.mark.parametrize(
    "choice",
    [
        *choices("data", "model", "rule", "optimizer", "optimizer/schedule", "trainer", "evaluation", "tracking"),
        *choices("study"),
        *(choice.replace("=", "=[") + "]" for choice in choices(*LISTS)),
    ],
)
def test_every_choice_trains(choice, composed, tmp_path):
    (tmp_path / "some.csv").write_text("x\n" + "\n".join(str(n * n % 7) for n in range(12)))
    needs = [need.format(csv=tmp_path / "some.csv") for need in NEEDS.get(choice, [])]
    small = [] if choice.startswith(("data", "study")) else SMALL
    config = composed(choice, *small, *needs, "trainer.epochs=1", "tracking.enabled=false")
    data = config.data
    if choice.startswith("data=") and isinstance(data.train, int) and data.train > FEW:
        data.train, data.validation, data.test = FEW, FEW // 2, min(data.test, FEW // 2)
    value = lab.run(config, tmp_path / "run")
    assert value > 0
    assert (tmp_path / "run" / "summary.json").is_file()


DRAWS = {"input_initializer", "recurrent_initializer", "readout_initializer", "gain"}


@pytest.mark.parametrize(
    "choice", choices("model", "optimizer", "optimizer/schedule", "trainer", "evaluation", "tracking")
)
def test_every_argument_of_a_component_is_written_out(choice, composed):
    config = composed(choice)
    for group in ("model", "optimizer", "trainer", "evaluation", "tracking"):
        pending = [(group, OmegaConf.to_container(config[group]))]
        while pending:
            where, component = pending.pop()
            kind = get_class(component["_target_"])
            assert is_dataclass(kind)
            unused = DRAWS if kind.__name__ == "TutorialElman" else set()  # its weights are the tutorial's own draws
            assert set(component) - {"_target_"} == {field.name for field in fields(kind)} - unused, where
            pending += [
                (f"{where}.{key}", value)
                for key, value in component.items()
                if isinstance(value, dict) and "_target_" in value
            ]


def test_every_yaml_says_what_it_is():
    silent = [
        str(path.relative_to(CONF))
        for path in CONF.rglob("*.yaml")
        if not any(line.startswith("#") and "@package" not in line for line in path.read_text().splitlines()[:3])
    ]
    assert silent == []


def test_every_yaml_is_a_choice_that_the_tests_above_make():
    groups = {str(path.parent.relative_to(CONF)) for path in CONF.rglob("*.yaml")}
    tried = {"data", "model", "rule", "optimizer", "optimizer/schedule", "trainer", "evaluation", "tracking", "study"}
    elsewhere = {".", "search", "hydra/help", "hydra/job_logging"}  # the first composes in all of them
    assert {group for group in groups if not group.startswith("hydra/sweeper")} - tried - elsewhere == set(LISTS)
