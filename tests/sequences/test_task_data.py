"""A task's Dataset holds what its configuration says, and a mistake is one sentence."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hydra import compose, initialize_config_dir
from hydra.errors import InstantiationException
from hydra.utils import instantiate
from pydantic import Field, ValidationError
from pydantic.dataclasses import dataclass

from rnn_lab.cli.sentences import sentence
from rnn_lab.component import STRICT
from rnn_lab.rng import named_rng
from rnn_lab.sequences import Adding, Copying, Records, TaskData, scaler_from

CONF = Path(__file__).parents[2] / "conf"
SOME = TaskData(name="adding", task=Adding(length=10), train=30, validation=20, test=10, seed=3)


def test_what_the_dataset_says_of_the_task() -> None:
    data = SOME.dataset()
    assert (data.name, data.window, data.inputs, data.targets) == ("adding", 10, ("value", "marker"), ("sum",))
    assert (data.each_step, data.classes, data.task, data.fresh) == (False, False, SOME.task, None)
    assert data.test is not None
    assert [len(part) for part in (data.train, data.validation, data.test)] == [30, 20, 10]
    assert replace(SOME, test=0).dataset().test is None
    copying = TaskData(name="copying", task=Copying(delay=5), train=3, validation=2).dataset()
    assert (copying.each_step, copying.classes, len(copying.targets)) == (True, True, 9)


def test_splits_and_epochs_come_from_streams_of_their_own() -> None:
    """Named here, so that they cannot change unnoticed: data, then 0, 1, 2; epoch e of training has 0, e."""
    data = replace(SOME, fresh=True).dataset()
    assert data.fresh is not None
    assert data.test is not None
    for part, count, key in (
        (data.train, 30, (0,)),
        (data.validation, 20, (1,)),
        (data.test, 10, (2,)),
        (data.fresh(9), 30, (0, 9)),
    ):
        np.testing.assert_array_equal(part.X, SOME.task.draw(named_rng(3, "data", *key), count).X)


def test_there_is_no_epoch_before_the_first() -> None:
    with pytest.raises(ValueError, match="from 1"):
        SOME.epoch(0)


def test_scalers_leave_all_as_it_is() -> None:
    data = SOME.dataset()
    for scaler, values in ((data.input_scaler, data.train.X), (data.target_scaler, data.train.Y)):
        np.testing.assert_array_equal(scaler.undo(values), values)
        np.testing.assert_array_equal(scaler.apply(values), values)
    np.testing.assert_array_equal(scaler_from(data.recipe["target_scaler"]).scale, [1.0])


def test_the_fingerprint_tells_any_change() -> None:
    @dataclass(frozen=True, kw_only=True, config=STRICT)
    class Other(Adding):
        """The same recipe but for its name, and one bit of difference in the test records."""

        flip: int = Field(default=0)

        def draw(self, rng: np.random.Generator, records: int) -> Records:
            drawn = super().draw(rng, records)
            drawn.X[-1, -1, 0] += self.flip * (records == 10)
            return drawn

    changes: list[dict[str, Any]] = [
        {"train": 31},
        {"validation": 21},
        {"test": 11},
        {"test": 0},
        {"seed": 4},
        {"fresh": True},
        {"name": "other"},
        {"task": Adding(length=11)},
        {"task": Other(length=10)},
        {"task": Other(length=10, flip=1)},
    ]
    prints = {SOME.dataset().fingerprint, *(replace(SOME, **change).dataset().fingerprint for change in changes)}
    assert len(prints) == len(changes) + 1
    assert SOME.dataset().fingerprint == SOME.dataset().fingerprint


def test_the_recipe_instantiates_to_the_same_data() -> None:
    data = SOME.dataset()
    fitted = {"inputs", "targets", "input_scaler", "target_scaler"}
    recipe = json.loads(json.dumps({key: value for key, value in data.recipe.items() if key not in fitted}))
    assert instantiate(recipe, _convert_="all").dataset().fingerprint == data.fingerprint


@pytest.mark.parametrize(
    "options", [{"train": 0}, {"validation": 0}, {"test": -1}, {"train": 0.5}, {"seed": -1}, {"fresh": 1}, {"gap": 1}]
)
def test_arguments_are_strict(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refusal:
        TaskData(**{"name": "x", "task": Adding(length=5), "train": 3, "validation": 3, **options})
    assert {str(error["loc"][0]) for error in refusal.value.errors()} == set(options)


REFUSED = [
    ("adding", "length=1", "data.task.length=1 is not allowed: it should be greater than or equal to 2"),
    ("adding_original", "length=10", "data.task.length=10 is not allowed: it should be greater than or equal to 11"),
    ("copying", "delay=0", "data.task.delay=0 is not allowed: it should be greater than 0"),
    ("copying", "symbols=1", "data.task.symbols=1 is not allowed: it should be greater than or equal to 2"),
    ("temporal_order_6a", "length=9", "data.task.length=9 is not allowed: it should be greater than or equal to 10"),
    ("temporal_order_6a", "shortest=51", "data.task.shortest=51 must not exceed data.task.length=50"),
    ("temporal_order_6a", "relevant=4", "data.task.relevant=4 is not allowed: it should be 2 or 3"),
    ("delayed_recall", "delay=50", "data.task.length=50 must exceed data.task.delay=50: no target would count"),
    ("delayed_recall", "delay=0", "data.task.delay=0 is not allowed"),
    ("parity", "length=1", "data.task.length=1 is not allowed"),
    ("reber", "length=4", "data.task.length=4 must be at least 5, the symbols of the shortest string"),
    ("embedded_reber", "length=8", "data.task.length=8 must be at least 9"),
    ("embedded_reber", "length=40.0", "data.task.length=40.0 is not allowed: it should be a valid integer"),
]


@pytest.mark.parametrize(("name", "override", "says"), REFUSED)
def test_a_task_that_cannot_be_is_one_sentence(name: str, override: str, says: str) -> None:
    with initialize_config_dir(str(CONF), version_base="1.3"):
        config = compose(overrides=[f"+data={name}", f"data.task.{override}"])
    with pytest.raises(InstantiationException) as caught:
        instantiate(config, _convert_="all")
    said = sentence(caught.value)
    assert said is not None
    assert said.startswith(f"Error: {says}")
    assert "\n" not in said
