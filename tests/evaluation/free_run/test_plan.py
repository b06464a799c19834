"""Free runs of a whole split: where they start, what is compared, what is said of them."""

import json
from dataclasses import replace

import numpy as np
import pytest

from rnn_lab.errors import BadInput
from rnn_lab.evaluation import Evaluation, Forecaster, FreeRun, StreamForecaster
from rnn_lab.evaluation.free_run.results import told
from rnn_lab.network import Elman, Network, Parameters
from rnn_lab.sequences import NARMA, Adding, Generated, Henon, Logistic, Lorenz63, Sine, Stream, Table, TaskData, Text
from tests.evaluation.baselines.usual import fitted


def sine(**arguments):
    arguments = {"window": 5, "train": 100, "validation": 60, **arguments}
    return Generated(name="sine", series=Sine(length=200, amplitude=30.0, omega=0.3), **arguments)


def exact_sine(dataset, omega=0.3, errors=(0.0,)):
    """A linear network that continues a sine; each replica's own error is added to each of its forecasts."""
    network = Network(Elman(hidden_dim=2, activation="identity"), inputs=1, outputs=1, window=dataset.window)
    one = {
        "W_xh": np.array([[1.0, 0.0]]),
        "W_hh": np.array([[0.0, 1.0], [0.0, 0.0]]),
        "b_h": np.zeros(2),
        "W_hy": np.array([[2 * np.cos(omega)], [-1.0]]),
    }
    weights = {name: np.stack([value] * len(errors)) for name, value in one.items()}
    weights["b_y"] = np.array(errors)[:, None]
    return Forecaster.of(network, Parameters.from_arrays(weights), dataset)


def run(plan, network):
    """Carry a plan out, beside the usual baselines of the network's size."""
    _, baselines = fitted(plan.dataset, network.network.model.hidden_dim)
    return plan.carry_out(network, baselines)


def carried_out(data, errors=(0.0,), **options):
    dataset = data.dataset()
    return run(FreeRun(**options).plan(dataset, data), exact_sine(dataset, errors=errors))


def test_starts_are_spread_over_the_split_and_end_within_it():
    data = sine()
    dataset = data.dataset()
    plan = FreeRun(starts=4, steps=12).plan(dataset, data)
    first = dataset.validation.at[0]
    assert plan.segment.split == "validation"
    assert plan.starts.tolist() == [first, first + 16, first + 32, first + 48]
    assert plan.starts[-1] + plan.steps - 1 == dataset.validation.at[-1]


@pytest.mark.parametrize(
    ("options", "test", "expected"),
    [
        ({}, 0, ("validation", 20, 30)),
        ({}, 20, ("test", 11, 10)),
        ({"steps": 60}, 0, ("validation", 1, 60)),
        ({"starts": 3, "steps": 1}, 1, ("test", 1, 1)),
    ],
)
def test_auto_takes_half_of_the_split_that_is_judged_last(options, test, expected):
    data = sine(test=test)
    plan = FreeRun(**options).plan(data.dataset(), data)
    assert (plan.segment.split, len(plan.starts), plan.steps) == expected


def test_auto_has_an_end():
    data = Generated(name="logistic", series=Logistic(length=4000), window=3, train=0.5, validation=0.5)
    assert FreeRun().plan(data.dataset(), data).steps == 500


def test_more_steps_than_rows_are_refused():
    data = sine(test=20)
    with pytest.raises(BadInput, match=r"evaluation\.free_run\.steps=21 .* there are 20 test targets .* or auto"):
        FreeRun(steps=21).plan(data.dataset(), data)


def test_where_an_input_is_no_target_there_is_none():
    narma = Generated(
        name="narma", series=NARMA(length=200), window=5, train=0.6, validation=0.4, columns="u", target="y"
    )
    tasks = TaskData(name="adding", task=Adding(length=10), train=10, validation=10)
    for data in (narma, tasks):
        assert FreeRun(steps=10_000).plan(data.dataset(), data) is None
    assert Evaluation(free_run=None).plan(sine().dataset(), sine()) is None
    assert Evaluation().plan(sine().dataset(), sine()) is not None


def test_targets_that_are_never_fed_back_may_be_more_than_the_inputs():
    data = Generated(
        name="henon", series=Henon(length=300), window=5, train=0.6, validation=0.4, columns="x", target=["y", "x"]
    )
    dataset = data.dataset()
    network = Network(Elman(hidden_dim=3), inputs=1, outputs=2, window=5)
    forecaster = Forecaster.of(network, network.initial([0]), dataset)
    plan = FreeRun(starts=3, steps=4).plan(dataset, data)
    runs = run(plan, forecaster)
    assert runs.network.shape == (1, 3, 4, 2)
    assert {name: run.shape for name, run in runs.baselines.items()} == dict.fromkeys(runs.baselines, (3, 4, 2))
    assert runs.true[1, 0, 0] == dataset.series[plan.starts[1], 1]


@pytest.mark.parametrize("scaling", ["none", "standard", "minmax"])
@pytest.mark.parametrize("horizon", [1, 3])
def test_an_exact_network_follows_its_sine_to_the_end(horizon, scaling):
    data = sine(horizon=horizon, scaling=scaling)
    dataset = data.dataset()
    forecaster = exact_sine(dataset)
    a, b = np.sin(0.3 * (horizon + 1)) / np.sin(0.3), -np.sin(0.3 * horizon) / np.sin(0.3)
    forecaster.parameters["W_hy"][0] = [[a], [b]]
    shift, scale = dataset.input_scaler.shift[0], dataset.input_scaler.scale[0]
    forecaster.parameters["b_y"][0] = (a + b - 1) * shift / scale  # the recurrence is that of unscaled values
    runs = run(FreeRun().plan(dataset, data), forecaster)
    section = runs.section()
    assert section["unit"] == "steps"
    assert section["lyapunov"] is None
    assert section["network"]["valid_time"] == {
        "mean": 30.0, "median": 30.0, "standard_deviation": 0.0, "lasting": 1.0,
    }  # fmt: skip
    assert max(section["network"]["growth"]) < 1e-7  # at a horizon of 3, rounding grows a little
    assert max(section["network"]["nrmse"].values()) < 1e-9
    order = next(name for name in section["rivals"] if name.startswith("AR"))
    assert section["rivals"][order]["valid_time"]["lasting"] == 1.0
    assert section["rivals"]["persistence"]["valid_time"]["mean"] < 10


def test_what_is_said_is_what_the_runs_are():
    """A constant error of the recurrence's right side makes an error that is the same from every start."""
    errors = (0.0, 0.5, 4.0)
    runs = carried_out(sine(), errors=errors, starts=7, steps=20)
    n, omega, deviation = np.arange(1, 21), 0.3, runs.deviation[0]
    # e_{n+1} = 2 cos(w) e_n - e_{n-1} + c from rest: c (1 - cos((n + 1/2) w) / cos(w/2)) / (2 - 2 cos(w))
    shape = (1 - np.cos((n + 0.5) * omega) / np.cos(omega / 2)) / (2 - 2 * np.cos(omega))
    off = np.abs(np.array(errors)[:, None] * shape / deviation)
    section = runs.section()
    assert section["growth_at"] == list(range(1, 21))
    assert runs.valid_steps(runs.network) == pytest.approx(
        np.stack([[np.argmax([*(row >= 0.5), True])] * 7 for row in off])
    )
    for r in range(3):
        alone = replace(runs, network=runs.network[[r]]).section()["network"]
        assert alone["growth"] == pytest.approx(off[r], abs=1e-10)
        assert list(alone["nrmse"].values()) == pytest.approx(off[r, [0, 5]], abs=1e-10)
        assert alone["spread"]["nrmse"]["6"]["mean"] == pytest.approx(off[r, 5], abs=1e-10)
    network = section["network"]
    assert network["nrmse"] == pytest.approx({"1": off[:, 0].mean(), "6": off[:, 5].mean()})
    times = runs.valid_steps(runs.network)
    assert network["valid_time"]["mean"] == pytest.approx(times.mean())
    assert network["valid_time"]["lasting"] == pytest.approx(np.mean(times == 20))
    assert network["spread"]["valid_time"]["standard_deviation"] == pytest.approx(times.mean(axis=1).std(ddof=1))


def test_persistence_holds_the_last_observed_row():
    dataset = sine().dataset()
    plan = FreeRun(starts=3, steps=4).plan(dataset, sine())
    runs, series = run(plan, exact_sine(dataset)), dataset.series
    for k, start in enumerate(plan.starts):
        assert (runs.baselines["persistence"][k] == series[start - 1]).all()
        assert (runs.true[k] == series[start : start + 4]).all()


def test_valid_times_of_a_chaotic_system_are_in_its_lyapunov_times():
    data = Generated(
        name="lorenz", series=Lorenz63(length=900, transient=500, step=0.02), window=6, train=0.6, validation=0.4
    )
    dataset = data.dataset()
    network = Network(Elman(hidden_dim=4), inputs=3, outputs=3, window=6)
    plan = FreeRun(starts=5, steps=90).plan(dataset, data)
    runs = run(plan, Forecaster.of(network, network.initial([0, 1]), dataset))
    section = runs.section()
    assert section["unit"] == "Lyapunov times"
    assert list(section["network"]["nrmse"]) == ["1", "6", "84"]
    linear = next(name for name in section["rivals"] if name.startswith("AR"))
    steps = runs.valid_steps(runs.baselines[linear])
    assert section["rivals"][linear]["valid_time"]["mean"] == pytest.approx(0.906 * 0.02 * steps.mean(), rel=0.03)
    assert len(section["growth_at"]) == 50
    assert json.loads(json.dumps(section))["network"]["valid_time"] == section["network"]["valid_time"]
    times, errors = told(section)
    assert "5 validation starts" in times
    assert "90 steps or 1.6" in times
    assert "stays within half a standard deviation for" in times
    assert "after 1, 6, 84 steps" in errors
    assert times.index("network") > times.index("ESN4")  # the best first: this network learned nothing


def test_a_network_that_blew_up_is_valid_for_no_time_and_no_warning():
    runs = carried_out(sine(), errors=(0.0, 1e200), starts=3, steps=20)
    section = runs.section()
    assert runs.valid_steps(runs.network).tolist() == [[20.0] * 3, [0.0] * 3]
    assert section["network"]["nrmse"]["6"] == np.inf
    assert section["network"]["spread"]["nrmse"]["6"]["diverged"] == 1


def test_a_constant_target_has_no_scale(tmp_path):
    (tmp_path / "flat.csv").write_text("x,y\n" + "\n".join(f"{n % 7},3" for n in range(60)))
    data = Table(name="flat", path=str(tmp_path / "flat.csv"), window=4, train=0.6, validation=0.4, scaling="none")
    assert FreeRun().plan(data.dataset(), data) is None


@pytest.mark.parametrize("horizon", [1, 4])
def test_a_stream_is_run_from_its_scored_steps_after_a_long_warm_up(horizon):
    series = Henon(length=3000)
    data = Stream(name="henon", series=series, horizon=horizon, train=0.6, validation=0.2, test=0.2, scaling="standard")
    dataset = data.dataset()
    network = Network(Elman(hidden_dim=4), inputs=2, outputs=2, window=None, each_step=True)
    forecaster = StreamForecaster.of(network, network.initial([0, 1]), dataset)
    plan = FreeRun(starts=3, steps=30).plan(dataset, data)
    runs = run(plan, forecaster)
    rows = series(np.random.default_rng(np.random.SeedSequence(0, spawn_key=(0,))))
    firsts = 2400 + horizon + np.array([0, (600 - horizon - 30) // 2, 600 - horizon - 30])
    assert (plan.segment.split, runs.split) == ("test", "test")
    for k, first in enumerate(firsts):
        assert runs.true[k] == pytest.approx(rows[first : first + 30], abs=1e-12)
        alone = forecaster.free_run(rows[first - 500 : first], 30)
        assert runs.network[:, k] == pytest.approx(alone, rel=1e-9)
        assert runs.baselines["persistence"][k] == pytest.approx(np.tile(rows[first - 1], (30, 1)), abs=1e-12)
    assert list(runs.baselines)[1].startswith("AR")
    assert len(runs.baselines) == 2
    assert runs.section()["unit"] == "Lyapunov times"


def test_a_stream_s_rival_follows_the_sine_that_it_was_fitted_on():
    data = Stream(name="sine", series=Sine(length=1000, omega=0.3), train=0.8, validation=0.2)
    dataset = data.dataset()
    network = Network(Elman(hidden_dim=4), inputs=1, outputs=1, window=None, each_step=True)
    runs = run(FreeRun().plan(dataset, data), StreamForecaster.of(network, network.initial([0]), dataset))
    assert runs.baselines["AR2"] == pytest.approx(runs.true, abs=1e-7)


def test_a_text_has_none():
    data = Text(name="text", train=0.8, validation=0.1)
    assert FreeRun().plan(data.dataset(), data) is None
