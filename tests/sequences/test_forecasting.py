"""A Dataset holds what its configuration says: windows, splits, scaling by training rows, recipe, fingerprint."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import Field, ValidationError
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.errors import BadInput
from rnn_lab.rng import named_rng
from rnn_lab.sequences import Generated, Generator, SeriesDataset, Sine, Table, scaler_from
from rnn_lab.sequences.scaling import Array

TUTORIAL = Generated(name="sine", series=Sine(length=200), window=50, train=100, validation=50)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Walk(Generator):
    """Three columns of different scales: a generator as a user would add one."""

    steps: list[float] = Field(default_factory=lambda: [1.0, 10.0, 100.0])

    @property
    def columns(self) -> tuple[str, ...]:
        return ("x", "y", "z")

    def sample(self, rng: np.random.Generator) -> Array:
        walk: Array = np.cumsum(rng.standard_normal((self.length, 3)) * self.steps, axis=0)
        return walk


def generated(**options: Any) -> Generated:
    defaults = {"name": "walk", "series": Walk(length=60), "window": 5, "train": 30, "validation": 15, "test": 5}
    return Generated(**{**defaults, **options})


def test_the_tutorials_data() -> None:
    """150 windows of sin(n): the first 100 train, the last 50 validate."""
    data = TUTORIAL.dataset()
    sine = np.sin(np.arange(200))
    assert data.train.X.shape == (100, 50, 1)
    assert data.validation.Y.shape == (50, 1)
    assert data.test is None
    np.testing.assert_array_equal(data.train.X[7, :, 0], sine[7:57])
    np.testing.assert_array_equal(data.validation.Y[:, 0], sine[150:])
    np.testing.assert_array_equal(data.validation.at, np.arange(150, 200))


def test_targets_lie_horizon_steps_after_the_window() -> None:
    data = generated(horizon=4, columns=["z", 0], target=["y"]).dataset()
    series = Walk(length=60)(named_rng(0, "data"))
    np.testing.assert_array_equal(data.series, series)
    assert (data.columns, data.inputs, data.targets) == (("x", "y", "z"), ("z", "x"), ("y",))
    assert data.test is not None
    for records in (data.train, data.validation, data.test):
        for n, at in enumerate(records.at):
            np.testing.assert_array_equal(records.Y[n], series[at, [1]])
            np.testing.assert_array_equal(records.X[n], series[at - 8 : at - 3, [2, 0]])
        assert records.X.flags.c_contiguous
        assert records.Y.flags.c_contiguous
        assert records.X.dtype == records.Y.dtype == np.float64


@pytest.mark.parametrize("gap", [0, 2])
def test_every_later_split_lies_after_the_earlier(gap: int) -> None:
    data = generated(gap=gap, horizon=2).dataset()
    assert data.test is not None
    assert (len(data.train), len(data.validation), len(data.test)) == (30, 15, 5)
    assert data.validation.at[0] - data.train.at[-1] == gap + 1
    assert data.test.at[0] - data.validation.at[-1] == gap + 1


def test_scaling_knows_nothing_of_later_rows() -> None:
    """A changed future changes no scaled training record and no scaler."""

    @dataclass(frozen=True, kw_only=True, config=STRICT)
    class Shifted(Walk):
        def sample(self, rng: np.random.Generator) -> Array:
            walk = super().sample(rng)
            walk[30 + 5 :] += 1e6  # the first row after the last training target
            return walk

    one = generated(scaling="standard").dataset()
    other = generated(scaling="standard", series=Shifted(length=60)).dataset()
    np.testing.assert_array_equal(one.train.X, other.train.X)
    np.testing.assert_array_equal(one.train.Y, other.train.Y)
    assert one.input_scaler.recipe() == other.input_scaler.recipe()
    assert not np.array_equal(one.validation.Y, other.validation.Y)


@pytest.mark.parametrize("scaling", ["standard", "minmax"])
def test_scalers_undo_what_was_done_and_rebuild_from_the_recipe(scaling: str) -> None:
    data = generated(scaling=scaling, columns=["x", "z"], target="y").dataset()
    recipe = json.loads(json.dumps(data.recipe))
    target_scaler, input_scaler = scaler_from(recipe["target_scaler"]), scaler_from(recipe["input_scaler"])
    np.testing.assert_allclose(
        target_scaler.undo(data.train.Y)[:, 0], data.series[data.train.at, 1], rtol=1e-12, atol=1e-12
    )
    np.testing.assert_allclose(input_scaler.undo(data.train.X[0]), data.series[:5][:, [0, 2]], rtol=1e-12, atol=1e-12)


def test_a_column_has_one_scale_as_input_and_as_target() -> None:
    data = generated(scaling="minmax", columns=["x", "y"], target="y").dataset()
    assert data.input_scaler.select([1]).recipe() == data.target_scaler.recipe()


def fingerprint_elsewhere() -> str:
    program = (
        "from rnn_lab.sequences import Generated, Sine;"
        "print(Generated(name='sine', series=Sine(length=200, noise=0.1), window=50, train=100, validation=50)"
        ".dataset().fingerprint)"
    )
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip()


def test_the_fingerprint_is_the_same_in_another_process() -> None:
    noisy = replace(TUTORIAL, series=Sine(length=200, noise=0.1))
    assert noisy.dataset().fingerprint == fingerprint_elsewhere()


def test_the_fingerprint_tells_any_change() -> None:
    base: dict[str, Any] = {"series": Sine(length=200)}
    changes: list[dict[str, Any]] = [
        {},
        {"window": 49},
        {"horizon": 2, "validation": 49},
        {"train": 99},
        {"validation": 49},
        {"gap": 1, "validation": 49},
        {"test": 1, "validation": 49},
        {"scaling": "minmax"},
        {"seed": 1},
        {"series": Sine(length=201)},
        {"series": Sine(length=200, omega=1.1)},
        {"series": Sine(length=200, noise=0.1)},
    ]
    prints = {replace(TUTORIAL, **{**base, **change}).dataset().fingerprint for change in changes}
    assert len(prints) == len(changes)
    assert all(len(print_) == 64 for print_ in prints)


def table(folder: Path, text: str) -> SeriesDataset:
    folder.mkdir()
    (folder / "s.csv").write_text(text)
    return Table(name="csv", path=str(folder / "s.csv"), window=1, train=1, validation=1, index="t").dataset()


def test_the_fingerprint_follows_content_not_place(tmp_path: Path) -> None:
    here = table(tmp_path / "here", "t,x\n1,5\n2,6\n3,7\n")
    there = table(tmp_path / "there", "t,x\n1,5\n2,6\n3,7\n")
    later = table(tmp_path / "later", "t,x\n1,5\n2,6\n4,7\n")
    other = table(tmp_path / "other", "t,x\n1,5\n2,6\n3,8\n")
    assert here.fingerprint == there.fingerprint
    assert len({here.fingerprint, later.fingerprint, other.fingerprint}) == 3
    assert here.recipe["path"].endswith("here/s.csv")


def test_noise_comes_on_top_of_the_same_series() -> None:
    clean, noisy = (generated(series=Walk(length=2000, noise=noise)).dataset().series for noise in (0.0, 0.5))
    difference = noisy - clean
    # Mean and deviation of 6000 Gaussian numbers lie within five standard errors of 0 and 0.5.
    assert abs(difference.mean()) < 5 * 0.5 / 6000**0.5
    assert abs(difference.std() - 0.5) < 5 * 0.5 / (2 * 6000) ** 0.5


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"window": 60}, r"data\.window=60 with data\.horizon=1"),
        ({"horizon": 56}, r"data\.window=5 with data\.horizon=56"),
        ({"train": 60}, r"data\.train=60"),
        ({"columns": "w"}, r"data\.columns names 'w', .*\(x, y, z\)"),
        ({"series": Sine(length=60, amplitude=0.0), "scaling": "standard"}, r"column 'x': it is constant"),
        ({"series": Sine(length=60, omega=1e308)}, r"data\.series \(Sine\) diverges at step 2"),
    ],
)
def test_what_does_not_fit_is_refused(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        generated(**options).dataset()


@pytest.mark.parametrize(
    "options",
    [
        {"window": 0},
        {"window": 5.0},
        {"horizon": 0},
        {"gap": -1},
        {"scaling": "zscore"},
        {"seed": -1},
        {"train": "30"},
        {"train": True},
        {"windwo": 5},
        {"series": {"length": 60}},
    ],
)
def test_arguments_are_strict(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refusal:
        generated(**options)
    assert {str(error["loc"][0]) for error in refusal.value.errors()} == set(options)


@pytest.mark.parametrize("options", [{"length": 0}, {"length": -1}, {"length": 2.0}, {"noise": -1.0}])
def test_generators_refuse_no_length_and_negative_noise(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="noise" if "noise" in options else "length"):
        Sine(**{"length": 5, **options})


def test_a_generator_of_the_wrong_shape_is_named() -> None:
    @dataclass(frozen=True, kw_only=True, config=STRICT)
    class Flat(Generator):
        def sample(self, rng: np.random.Generator) -> Array:
            return np.zeros(self.length)

    with pytest.raises(BadInput, match=r"Flat\) gives shape \(4,\) instead of \(4, 1\)"):
        Flat(length=4)(np.random.default_rng(0))


def test_the_recipe_instantiates_to_the_same_data() -> None:
    """The recipe's component is Hydra's own: ``_target_`` and arguments."""
    from hydra.utils import instantiate

    data = generated(scaling="minmax", series=Sine(length=60, noise=0.1)).dataset()
    fitted = {"inputs", "targets", "input_scaler", "target_scaler"}
    recipe = json.loads(json.dumps({key: value for key, value in data.recipe.items() if key not in fitted}))
    assert instantiate(recipe, _convert_="all").dataset().fingerprint == data.fingerprint


@dataclass(frozen=True, kw_only=True, config=STRICT)
class RowNumbers(Generator):
    """Each row says which it is: a target tells where it was taken from."""

    def sample(self, rng: np.random.Generator) -> Array:
        return np.arange(float(self.length))[:, None]


@pytest.mark.parametrize("gap", [0, 1, 3, 9])
@pytest.mark.parametrize("horizon", [1, 4])
@pytest.mark.parametrize("window", [1, 7])
def test_with_targets_at_each_step_those_that_count_lie_after_every_earlier_split_s(window, horizon, gap) -> None:
    splits = {"train": 20, "validation": 12, "test": 5}
    arguments = {"window": window, "horizon": horizon, "gap": gap, "each_step": True, **splits}
    data = Generated(name="rows", series=RowNumbers(length=90), **arguments).dataset()
    assert data.test is not None
    latest = -1.0
    for records in (data.train, data.validation, data.test):
        steps = np.arange(window)
        np.testing.assert_array_equal(records.X[:, :, 0], records.X[:, :1, 0] + steps)
        np.testing.assert_array_equal(records.Y[:, :, 0], records.X[:, :, 0] + horizon)
        np.testing.assert_array_equal(records.Y[:, -1, 0], records.at)
        counts = np.ones(records.Y.shape[:2], bool) if records.mask is None else records.mask
        np.testing.assert_array_equal(counts, records.Y[:, :, 0] > latest)  # all of the later ones, and no other
        assert counts[:, -1].all()
        latest = records.Y[:, :, 0].max()
    assert data.train.mask is None


def test_with_targets_at_each_step_no_row_after_training_is_scaled_by() -> None:
    values = Walk(length=60)(named_rng(0, "data"))
    data = generated(each_step=True, scaling="standard", horizon=2).dataset()
    last = int(data.train.at.max())
    np.testing.assert_allclose(data.target_scaler.undo(np.zeros(3)), values[: last + 1].mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(data.target_scaler.undo(data.train.Y[:, -1]), values[data.train.at], rtol=1e-12)
