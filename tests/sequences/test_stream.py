"""A stream reads what its generator makes: lanes, splits, scales and fingerprint, in the memory of what is read."""

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.errors import BadInput
from rnn_lab.rng import named_rng
from rnn_lab.sequences import Generated, Generator, Henon, Rows, Series, Sine, Stream, StreamDataset, scaler_from
from rnn_lab.sequences.fingerprint import fingerprint
from rnn_lab.sequences.generator import ROWS
from rnn_lab.sequences.scaling import Array, fit_scaler

LENGTH = 2 * ROWS + 100  # more than two blocks


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Ramp(Generator):
    """Each row is its own number, so that a target says where it lies; and a second column in other units."""

    changed_from: int = 10**9

    @property
    def columns(self) -> tuple[str, ...]:
        return ("n", "m")

    def sample(self, rng: np.random.Generator) -> Array:
        n = np.arange(float(self.length))
        n[self.changed_from :] += 1e6
        return np.column_stack([n, 5.0 - 100.0 * n])


def ramp(**options: Any) -> StreamDataset:
    defaults = {"name": "ramp", "series": Ramp(length=LENGTH), "train": 0.6, "validation": 0.3, "test": 0.1}
    return Stream(**{**defaults, **options}).dataset()


def splits(data: StreamDataset) -> list[Rows]:
    return [rows for rows in (data.train, data.validation, data.test) if rows is not None]


def everything(rows: Rows) -> tuple[Array, Array]:
    X, Y = rows.read(np.array([0]), rows.length)
    return X[:, 0], Y[:, 0]


@pytest.mark.parametrize("series", [Henon(length=LENGTH, noise=0.1), Ramp(length=LENGTH)], ids=["streams", "own"])
def test_it_reads_what_the_generator_makes(series: Generator) -> None:
    data = Stream(
        name="s", series=series, seed=4, horizon=3, train=0.5, validation=0.3, test=0.2, columns=[1, 0], target=1
    ).dataset()
    values = series(named_rng(4, "data"))
    first = 0
    for rows, share in zip(splits(data), (0.5, 0.3, 0.2), strict=True):
        assert rows.length == pytest.approx(share * LENGTH - 3, abs=1)
        X, Y = everything(rows)
        np.testing.assert_array_equal(X, values[first : first + rows.length, ::-1])
        np.testing.assert_array_equal(Y[:, 0], values[first + 3 : first + rows.length + 3, 1])
        first += rows.length + 3
    assert first == LENGTH


def test_it_is_the_series_of_the_windows() -> None:
    arguments = {"name": "s", "series": Henon(length=300, noise=0.1), "seed": 2, "train": 0.5, "validation": 0.5}
    windows = Generated(window=1, **arguments).dataset()
    X, _ = everything(Stream(**arguments).dataset().train)
    np.testing.assert_array_equal(X, windows.series[:149])


def test_lanes_run_side_by_side_time_first() -> None:
    data = ramp(columns="n", target=["m", "n"], horizon=2)
    starts = np.array([700, 0, 123, 0])
    X, Y = data.train.read(starts, steps=5)
    n = starts + np.arange(5)[:, None]
    np.testing.assert_array_equal(X, n[..., None])
    np.testing.assert_array_equal(Y, np.stack([5.0 - 100.0 * (n + 2), n + 2], axis=-1))
    for array in (X, Y):
        assert array.dtype == np.float64
        assert array.flags.c_contiguous


def test_a_chunk_after_the_other_is_the_whole() -> None:
    rows = ramp().validation
    whole = rows.read(np.array([0, 40]), steps=30)
    chunks = [rows.read(np.array([start, start + 40]), steps=10) for start in (0, 10, 20)]
    for joined, parts in zip(whole, zip(*chunks, strict=True), strict=True):
        np.testing.assert_array_equal(joined, np.concatenate(parts))


def test_targets_alone_are_those_of_a_lane() -> None:
    rows = ramp(target=["m", "n"], horizon=2, scaling="standard").validation
    for start in (0, 33, -5):
        _, Y = rows.read(np.array([start]), steps=20)
        np.testing.assert_array_equal(rows.read_targets(start, 20), Y[:, 0])
    for start in (rows.length - 19, -rows.first - 1):
        with pytest.raises(IndexError):
            rows.read_targets(start, 20)


@pytest.mark.parametrize("gap", [0, 7])
@pytest.mark.parametrize("horizon", [1, 20])
def test_no_target_lies_at_or_after_a_later_split_s_first_row(gap: int, horizon: int) -> None:
    parts = splits(ramp(gap=gap, horizon=horizon, target="n", columns="n"))
    for earlier, later in pairwise(parts):
        last_target, first_row = everything(earlier)[1].max(), everything(later)[0].min()
        assert first_row - last_target == gap + 1
    assert everything(parts[0])[0][0] == 0.0


def test_a_lane_may_begin_before_its_split_and_not_before_the_series_nor_end_after_it() -> None:
    rows = ramp(columns="n").validation
    X, _ = rows.read(np.array([-rows.first, rows.length - 4]), steps=4)
    np.testing.assert_array_equal(X[:, 0, 0], np.arange(4))
    np.testing.assert_array_equal(X[:, 1, 0], rows.first + rows.length - 4 + np.arange(4))
    for start, steps in ((rows.length - 3, 4), (-rows.first - 1, 2), (0, 0)):
        with pytest.raises(IndexError, match=f"{steps} steps from "):
            rows.read(np.array([0, start]), steps)


@pytest.mark.parametrize("scaling", ["standard", "minmax"])
def test_scales_are_those_of_the_training_rows(scaling: Any) -> None:
    data = ramp(scaling=scaling, columns=["m"], target=["n", "m"], train=0.5)
    values = Ramp(length=LENGTH)(np.random.default_rng(0))
    exact = fit_scaler(scaling, values[: LENGTH // 2], ("n", "m"))
    np.testing.assert_allclose(data.target_scaler.shift, exact.shift, rtol=1e-14)
    np.testing.assert_allclose(data.target_scaler.scale, exact.scale, rtol=1e-14)
    assert data.input_scaler.recipe() == data.target_scaler.select([1]).recipe()
    X, Y = everything(data.validation)
    first = LENGTH // 2
    np.testing.assert_allclose(data.input_scaler.undo(X), values[first : first + len(X), 1:], rtol=1e-12)
    np.testing.assert_allclose(data.target_scaler.undo(Y), values[first + 1 : first + 1 + len(Y)], rtol=1e-12)
    recipe = json.loads(json.dumps(data.recipe))
    assert scaler_from(recipe["target_scaler"]).apply(Y).tobytes() == data.target_scaler.apply(Y).tobytes()


def test_scales_know_nothing_of_later_rows() -> None:
    one, other = (
        ramp(scaling="standard", train=0.5, series=Ramp(length=LENGTH, changed_from=row))
        for row in (10**9, LENGTH // 2)
    )
    assert one.input_scaler.recipe() == other.input_scaler.recipe()
    for a, b in zip(everything(one.train), everything(other.train), strict=True):
        np.testing.assert_array_equal(a, b)
    assert not np.array_equal(everything(one.validation)[0], everything(other.validation)[0])


def test_the_fingerprint_is_that_of_the_whole_and_tells_any_change() -> None:
    data = ramp(columns="n")
    values = Ramp(length=LENGTH)(np.random.default_rng(0))[:, :1]
    assert data.fingerprint == fingerprint(data.recipe, Series(values, ("n",), ("n",), ("n",)))
    changes: list[dict[str, Any]] = [
        {},
        {"horizon": 2},
        {"train": 0.5},
        {"gap": 1},
        {"scaling": "minmax"},
        {"seed": 1},
        {"target": "m"},
        {"series": Ramp(length=LENGTH - 1)},
        {"series": Ramp(length=LENGTH, changed_from=LENGTH - 1)},
    ]
    assert len({ramp(**change).fingerprint for change in changes}) == len(changes)
    assert ramp().fingerprint == ramp().fingerprint


def test_the_recipe_instantiates_to_the_same_data() -> None:
    from hydra.utils import instantiate

    component = Stream(name="s", series=Sine(length=400, noise=0.1), train=0.7, validation=0.3, scaling="standard")
    fitted = {"inputs", "targets", "input_scaler", "target_scaler"}
    data = component.dataset()
    recipe = json.loads(json.dumps({key: value for key, value in data.recipe.items() if key not in fitted}))
    assert instantiate(recipe, _convert_="all").dataset().fingerprint == data.fingerprint


PEAK = """
import re, sys
import numpy as np
from rnn_lab.sequences import Sine, Stream
length = int(sys.argv[1])
data = Stream(name="s", series=Sine(length=length), train=0.9, validation=0.1, scaling="standard").dataset()
lane = data.train.length // 100
for step in range(0, lane - 50, 50):
    data.train.read(np.arange(100) * lane + step, 50)
print(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system does not tell a process's peak memory")
def test_four_million_rows_need_the_memory_of_ten_thousand() -> None:
    """Made and read in chunks, in a process of its own; in memory they alone would be 32 MB, half as much again.

    Not by ``ru_maxrss``, in which a process inherits the peak of the one that started it.
    """

    def peak(length: int) -> int:
        program = [sys.executable, "-c", PEAK, str(length)]
        done = subprocess.run(program, capture_output=True, text=True, check=True)
        return int(done.stdout)

    assert peak(4_000_000) <= 1.1 * peak(10_000)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"train": LENGTH}, rf"^data\.train={LENGTH}, data\.validation=0\.3, data\.test=0\.1 .* rows, but the series"),
        ({"train": 0}, r"^data\.train=0 must be a whole number of rows from 1 or a fraction between 0 and 1$"),
        ({"train": 0.99999}, r"^data\.train=0\.99999, data\.validation=0\.3"),
        ({"gap": LENGTH}, r"^data\.gap=\d+ leaves none of the \d+ rows to train on$"),
        (
            {"test": 20, "horizon": 20},
            r"^data\.test holds 20 rows; it needs at least 21: a row and its target 20 later$",
        ),
        ({"columns": "w"}, r"^data\.columns names 'w', .*\(n, m\)"),
        ({"series": Sine(length=LENGTH, amplitude=0.0), "scaling": "standard"}, r"column 'x': it is constant"),
        ({"series": Sine(length=60, omega=1e308)}, r"^data\.series \(Sine\) diverges at step 2:"),
    ],
)
def test_what_does_not_fit_is_refused(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        ramp(**options)


@pytest.mark.parametrize(
    "options",
    [{"horizon": 0}, {"gap": -1}, {"scaling": "zscore"}, {"seed": -1}, {"train": "30"}, {"window": 5}, {"series": 3}],
)
def test_arguments_are_strict(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refusal:
        Stream(**{"name": "s", "series": Sine(length=9), "train": 5, "validation": 4, **options})
    assert {str(error["loc"][0]) for error in refusal.value.errors()} == set(options)
