"""Contract of every generator of a series, whatever its equation. A new one joins by an entry in SERIES."""

import hashlib
import json
import pickle
import subprocess
import sys
import tracemalloc
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from pydantic.dataclasses import dataclass

import rnn_lab.sequences
from rnn_lab.component import STRICT
from rnn_lab.errors import BadInput
from rnn_lab.sequences import (
    ARMA,
    MSO,
    NARMA,
    AmplitudeModulated,
    Chirp,
    DampedSine,
    Generated,
    Generator,
    Henon,
    Logistic,
    Lorenz63,
    Lorenz96,
    MackeyGlass,
    Product,
    RandomWalk,
    Rossler,
    Sawtooth,
    Sine,
    Square,
    Sum,
    Triangle,
)
from rnn_lab.sequences.forecasting import describe
from rnn_lab.sequences.runge_kutta import Flow
from rnn_lab.sequences.scaling import Array, Scaling
from rnn_lab.sequences.trajectory import Trajectory

LENGTH = 60

SERIES: dict[str, Generator] = {
    "sine": Sine(length=LENGTH),
    "damped_sine": DampedSine(length=LENGTH),
    "chirp": Chirp(length=LENGTH),
    "amplitude_modulated": AmplitudeModulated(length=LENGTH),
    "square": Square(length=LENGTH),
    "sawtooth": Sawtooth(length=LENGTH),
    "triangle": Triangle(length=LENGTH),
    "mso": MSO(length=LENGTH),
    "ar": ARMA(length=LENGTH, ar=[1.6, -0.8]),
    "arma": ARMA(length=LENGTH, ar=[0.9], ma=[0.4, 0.1]),
    "white_noise": ARMA(length=LENGTH, ar=[]),
    "random_walk": RandomWalk(length=LENGTH, drift=0.1),
    "logistic": Logistic(length=LENGTH),
    "henon": Henon(length=LENGTH),
    "narma10": NARMA(length=LENGTH),
    "narma30": NARMA(length=LENGTH, order=30, alpha=0.2, beta=0.04, delta=0.001),
    "lorenz63": Lorenz63(length=LENGTH),
    "rossler": Rossler(length=LENGTH, step=0.1, substeps=2),
    "lorenz96": Lorenz96(length=LENGTH, sites=5),
    "mackey_glass": MackeyGlass(length=LENGTH),
    "sum": Sum(length=LENGTH, parts=[Sine(length=LENGTH, noise=0.1), RandomWalk(length=LENGTH)]),
    "product": Product(length=LENGTH, parts=[Sine(length=LENGTH), ARMA(length=LENGTH)]),
}
RANDOM = {"ar", "arma", "white_noise", "random_walk", "narma10", "narma30", "sum", "product"}


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Own(Generator):
    """A generator as a user would write one who knows nothing of blocks."""

    def sample(self, rng: np.random.Generator) -> Array:
        walk: Array = np.cumsum(rng.standard_normal((self.length, 1)), axis=0)
        return walk


every_series = pytest.mark.parametrize("name", SERIES)


def draw(generator: Generator, seed: int = 0) -> np.ndarray:
    return generator(np.random.default_rng(seed))


def resized(generator: Generator, length: int) -> Generator:
    if isinstance(generator, Sum | Product):
        return replace(generator, length=length, parts=[resized(part, length) for part in generator.parts])
    return replace(generator, length=length)


def digests() -> dict[str, str]:
    return {name: hashlib.sha256(draw(series).tobytes()).hexdigest() for name, series in SERIES.items()}


def test_every_public_generator_is_held_to_the_contract() -> None:
    public = {
        item
        for item in (getattr(rnn_lab.sequences, name) for name in rnn_lab.sequences.__all__)
        if isinstance(item, type) and issubclass(item, Generator) and item is not Generator
    }
    assert public == {type(series) for series in SERIES.values()}


@every_series
def test_shape_and_dtype(name: str) -> None:
    series = SERIES[name]
    values = draw(series)
    assert values.shape == (LENGTH, len(series.columns))
    assert values.dtype == np.float64
    assert np.isfinite(values).all()
    assert np.ptp(values, axis=0).min() > 0
    assert len(set(series.columns)) == len(series.columns)


@every_series
def test_seeding_by_the_generator_it_is_given(name: str) -> None:
    """The same seed gives the same bits; another seed others, if chance plays a part at all."""
    values = draw(SERIES[name], seed=3)
    assert values.tobytes() == draw(SERIES[name], seed=3).tobytes()
    assert np.array_equal(values, draw(SERIES[name], seed=4)) == (name not in RANDOM)


@every_series
def test_the_global_random_state_is_left_alone(name: str) -> None:
    before = pickle.dumps(np.random.get_state())  # noqa: NPY002
    draw(SERIES[name])
    assert pickle.dumps(np.random.get_state()) == before  # noqa: NPY002


@pytest.mark.slow
def test_the_same_bits_in_another_process() -> None:
    program = "import json, test_sequences; print(json.dumps(test_sequences.digests()))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=Path(__file__).parent, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == digests()


@every_series
@pytest.mark.parametrize("length", [1, 2, 11, LENGTH + 1])
def test_exactly_the_length_asked_for(name: str, length: int) -> None:
    """A shorter series is the beginning of a longer one: its length changes no step."""
    values = draw(resized(SERIES[name], length))
    assert len(values) == length
    shared = min(length, LENGTH)
    np.testing.assert_array_equal(values[:shared], draw(SERIES[name])[:shared])


@pytest.mark.slow
@every_series
@pytest.mark.parametrize("noise", [0.0, 0.5])
@pytest.mark.parametrize("rows", [1, 7, LENGTH - 1, LENGTH, LENGTH + 1])
def test_its_blocks_joined_are_the_series_to_the_bit(name: str, rows: int, noise: float) -> None:
    series = replace(SERIES[name], noise=noise)
    blocks = list(series.blocks(np.random.default_rng(2), rows))
    whole = draw(series, seed=2)
    assert [len(block) for block in blocks] == [min(rows, LENGTH - start) for start in range(0, LENGTH, rows)]
    assert {block.dtype for block in blocks} == {whole.dtype}
    assert np.concatenate(blocks).tobytes() == whole.tobytes()


@pytest.mark.slow
@every_series
def test_streaming_costs_the_memory_of_a_block_however_long_the_series(name: str) -> None:
    """Ten times the rows in the same memory; an equation that is slow to trace is held to fewer."""
    series = SERIES[name]
    if isinstance(series, Flow | MackeyGlass):
        series = replace(series, substeps=1)  # type: ignore[call-arg]
    length = 1_000 if isinstance(series, Trajectory | ARMA | Product) else 10_000

    def peak(length: int) -> int:
        tracemalloc.start()
        for _ in resized(series, length).blocks(np.random.default_rng(0), 500):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(length)  # what a first use imports or caches is no memory of the series
    assert peak(10 * length) <= 1.1 * peak(length)


def test_a_series_of_one_s_own_needs_no_more_than_a_sample() -> None:
    """It is cut into the same blocks, though it must fit into memory."""
    own = Own(length=LENGTH, noise=0.1)
    blocks = list(own.blocks(np.random.default_rng(0), 25))
    assert [len(block) for block in blocks] == [25, 25, 10]
    assert np.concatenate(blocks).tobytes() == draw(own).tobytes()


def test_a_sample_is_the_clean_series() -> None:
    noisy = replace(SERIES["sum"], noise=1.0)
    assert noisy.sample(np.random.default_rng(0)).tobytes() == draw(SERIES["sum"]).tobytes()


@pytest.mark.parametrize("name", [name for name, series in SERIES.items() if isinstance(series, Trajectory)])
def test_a_transient_is_the_beginning_thrown_away(name: str) -> None:
    late = replace(SERIES[name], length=20, transient=LENGTH - 20)  # type: ignore[call-arg]
    whole = replace(SERIES[name], transient=0)  # type: ignore[call-arg]
    np.testing.assert_array_equal(draw(late), draw(whole)[-20:])


@pytest.mark.parametrize("name", [name for name, series in SERIES.items() if isinstance(series, Flow | MackeyGlass)])
def test_exactly_the_step_asked_for(name: str) -> None:
    """Half the step with half the substeps' work is every second row of the same orbit."""
    series = replace(SERIES[name], transient=0)  # type: ignore[call-arg]
    fine = replace(series, length=2 * LENGTH - 1, step=series.step / 2)  # type: ignore[attr-defined, call-arg]
    coarse = replace(series, substeps=2 * series.substeps)  # type: ignore[attr-defined, call-arg]
    np.testing.assert_allclose(draw(fine)[::2], draw(coarse), rtol=1e-9, atol=1e-9)


@every_series
def test_noise_is_white_and_on_top(name: str) -> None:
    series = resized(SERIES[name], 400)
    noise = draw(replace(series, noise=0.5)) - draw(replace(series, noise=0.0))
    count = noise.size
    assert abs(noise.std() / 0.5 - 1) < 4 / np.sqrt(2 * count)
    assert abs(noise.mean() / 0.5) < 4 / np.sqrt(count)
    assert abs(np.mean(noise[1:] * noise[:-1]) / 0.25) < 4 / np.sqrt(count)


@every_series
@pytest.mark.parametrize("scaling", ["none", "standard", "minmax"])
def test_round_trip_through_the_scaler(name: str, scaling: Scaling) -> None:
    data = Generated(
        name=name, series=SERIES[name], window=5, train=0.6, validation=0.4, scaling=scaling, seed=1
    ).dataset()
    for records in (data.train, data.validation):
        np.testing.assert_allclose(data.target_scaler.undo(records.Y), data.series[records.at], rtol=1e-10, atol=1e-10)
        for n, at in enumerate(records.at):
            window = data.input_scaler.undo(records.X[n])
            np.testing.assert_allclose(window, data.series[at - 5 : at], rtol=1e-10, atol=1e-10)


@every_series
def test_its_recipe_makes_it_again(name: str) -> None:
    from hydra.utils import instantiate

    recipe = json.loads(json.dumps(describe(SERIES[name])))
    again = instantiate(recipe, _convert_="all")
    assert asdict(again) == asdict(SERIES[name])
    assert draw(again).tobytes() == draw(SERIES[name]).tobytes()


@every_series
@pytest.mark.parametrize(
    "wrong", [{"length": 0}, {"length": -5}, {"length": 3.0}, {"noise": -0.1}, {"wobble": 1.0}, {"noise": "0.1"}]
)
def test_wrong_arguments_are_refused_by_name(name: str, wrong: dict[str, Any]) -> None:
    arguments = {field: getattr(SERIES[name], field) for field in asdict(SERIES[name])}
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        type(SERIES[name])(**{**arguments, **wrong})


DIVERGING = pytest.mark.parametrize(
    "diverging",
    [
        Sine(length=9, omega=1e308),
        DampedSine(length=9, amplitude=1e308, omega=1e308),
        RandomWalk(length=9, drift=1e308),
        Logistic(length=90, r=4.1),
        Henon(length=90, a=1.7),
        NARMA(length=300, alpha=1.1),
        Lorenz63(length=90, step=0.5),
        Rossler(length=900, step=1.5),
        Lorenz96(length=90, step=0.5, push=1.0),
        MackeyGlass(length=900, gamma=30.0),
        Sum(length=90, parts=[Sine(length=90), Logistic(length=90, r=4.1)]),
        Product(length=9, parts=[RandomWalk(length=9, drift=1e200)] * 2),
    ],
    ids=lambda series: type(series).__name__,
)


@DIVERGING
def test_finite_or_refused_with_the_step(diverging: Generator) -> None:
    with pytest.raises(BadInput, match=r"^data\.series \(\w+\) diverges at step \d+: [^\n]*$"):
        draw(diverging)


@DIVERGING
def test_a_block_that_diverges_names_the_same_step(diverging: Generator) -> None:
    with pytest.raises(BadInput) as whole:
        draw(diverging)
    blocks = diverging.blocks(np.random.default_rng(0), 1)
    with pytest.raises(BadInput) as streamed:
        sum(1 for _ in blocks)
    assert str(streamed.value) == str(whole.value)


def test_a_step_is_counted_from_the_initial_state() -> None:
    """A transient that is thrown away took part in what went wrong."""
    late = [Logistic(length=90, r=4.1, transient=transient) for transient in (0, 5, 89)]
    steps = set()
    for series in late:
        with pytest.raises(BadInput) as refusal:
            list(series.blocks(np.random.default_rng(0), 4))
        steps.add(str(refusal.value))
    assert len(steps) == 1
