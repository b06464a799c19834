import json
import shutil
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from rnn_lab.errors import BadInput
from rnn_lab.evaluation.forecaster import Forecaster
from rnn_lab.evaluation.trained_network import MODEL, WEIGHTS
from rnn_lab.network import Elman, Network, Parameters
from rnn_lab.sequences import Generated, Sine
from rnn_lab.sequences.scaling import fit_scaler


def sine(**arguments):
    arguments = {"window": 12, "train": 60, "validation": 20, **arguments}
    return Generated(name="sine", series=Sine(length=200, amplitude=30.0), **arguments).dataset()


def random_network(dataset, seeds=(0, 1, 2), **model):
    inputs, outputs = len(dataset.inputs), len(dataset.targets)
    network = Network(Elman(hidden_dim=5, **model), inputs=inputs, outputs=outputs, window=dataset.window)
    return Forecaster.of(network, network.initial(seeds), dataset)


def exact_recurrence(horizon=1):
    """A linear network of two units that carries (x_t, x_{t-1}) and reads out the sine's next value but horizon - 1.

    x_{t+h} = a x_t + b x_{t-1} with a = sin(h+1)/sin(1), b = -sin(h)/sin(1), for a sine of one radian a step.
    """
    network = Network(Elman(hidden_dim=2, activation="identity", bias=False), inputs=1, outputs=1, window=5)
    a, b = np.sin(horizon + 1) / np.sin(1), -np.sin(horizon) / np.sin(1)
    weights = Parameters.from_arrays(
        {
            "W_xh": np.array([[[1.0, 0.0]]]),
            "W_hh": np.array([[[0.0, 1.0], [0.0, 0.0]]]),
            "W_hy": np.array([[[a], [b]]]),
        }
    )
    scaler = fit_scaler("none", np.zeros((1, 1)), ("x",))
    return Forecaster(
        network=network,
        parameters=weights,
        input_scaler=scaler,
        target_scaler=scaler,
        horizon=horizon,
        inputs=("x",),
        targets=("x",),
    )


class Explicit:
    """Elman's equation in plain loops over one replica, one window: an independent forward pass."""

    def __init__(self, forecaster, replica):
        self.forecaster = forecaster
        self.weights = {name: value[replica] for name, value in forecaster.parameters.arrays().items()}

    def __call__(self, window):
        h = np.zeros(len(self.weights["W_hh"]))
        for x in self.forecaster.input_scaler.apply(window):
            h = np.tanh(x @ self.weights["W_xh"] + h @ self.weights["W_hh"] + self.weights["b_h"])
        return self.forecaster.target_scaler.undo(h @ self.weights["W_hy"] + self.weights["b_y"])


@pytest.mark.parametrize("scaling", ["none", "standard", "minmax"])
def test_one_step_against_explicit_loops_in_original_units(scaling):
    dataset = sine(scaling=scaling, horizon=3)
    forecaster = random_network(dataset)
    series = dataset.series[:40]
    found = forecaster.one_step(series)
    assert found.shape == (3, 29, 1)
    for replica in range(3):
        explicit = Explicit(forecaster, replica)
        expected = [explicit(series[n : n + 12]) for n in range(29)]
        assert found[replica] == pytest.approx(np.array(expected), rel=1e-12)


def test_one_step_is_what_training_saw():
    """Forecast n is of row n + lag: where the dataset puts the target of its n-th window."""
    dataset = sine(scaling="standard", horizon=2)
    forecaster = random_network(dataset)
    outputs = forecaster.network.predict(forecaster.parameters, dataset.train.X)
    found = forecaster.one_step(dataset.series)[:, dataset.train.at - forecaster.lag]
    assert found == pytest.approx(dataset.target_scaler.undo(outputs), rel=1e-12)


def test_predict_is_the_mean_over_replicas():
    dataset = sine()
    forecaster = random_network(dataset)
    windows = np.stack([dataset.series[n : n + 12] for n in range(9)])
    each = forecaster.predict_each(windows)
    assert each.shape == (3, 9, 1)
    assert forecaster.predict(windows) == pytest.approx(each.mean(axis=0))


def test_chunks_do_not_show(monkeypatch):
    dataset = sine()
    forecaster = random_network(dataset)
    whole = forecaster.one_step(dataset.series)
    monkeypatch.setattr("rnn_lab.evaluation.trained_network.CHUNK", 7)
    assert forecaster.one_step(dataset.series) == pytest.approx(whole, rel=1e-12)


@pytest.mark.parametrize("horizon", [1, 2, 5])
def test_free_run_of_an_exact_recurrence_continues_the_sine(horizon):
    forecaster = exact_recurrence(horizon)
    series = np.sin(np.arange(30.0))[:, None]
    future = np.sin(np.arange(30.0, 70.0))[None, :, None]
    assert forecaster.free_run(series, 40) == pytest.approx(future, abs=1e-9)


@pytest.mark.parametrize("horizon", [1, 3])
@pytest.mark.parametrize("scaling", ["none", "standard"])
def test_free_run_feeds_each_replica_its_own_forecasts(horizon, scaling):
    dataset = sine(scaling=scaling, horizon=horizon)
    forecaster = random_network(dataset)
    found = forecaster.free_run(dataset.series, 10)
    assert found.shape == (3, 10, 1)
    for replica in range(3):
        explicit, rows = Explicit(forecaster, replica), dataset.series.copy()
        for _ in range(10):
            end = len(rows) - horizon + 1
            rows = np.vstack([rows, explicit(rows[end - 12 : end])])
        assert found[replica] == pytest.approx(rows[200:], rel=1e-10)


def test_free_run_begins_with_the_one_step_forecasts_beyond_the_series():
    dataset = sine(horizon=4)
    forecaster = random_network(dataset)
    beyond = forecaster.one_step(dataset.series)[:, -4:]
    assert forecaster.free_run(dataset.series, 9)[:, :4] == pytest.approx(beyond, rel=1e-12)


def test_free_run_orders_several_columns_by_name():
    """Inputs (x, y), targets (y, x): each forecast goes back into its own column."""
    both = replace(
        exact_recurrence(),
        network=Network(Elman(hidden_dim=4, activation="identity", bias=False), inputs=2, outputs=2, window=5),
        inputs=("x", "y"),
        targets=("y", "x"),
        input_scaler=fit_scaler("minmax", np.array([[-1.0, 4.0], [1.0, 8.0]]), ("x", "y")),
        target_scaler=fit_scaler("minmax", np.array([[4.0, -1.0], [8.0, 1.0]]), ("y", "x")),
        parameters=Parameters.from_arrays(
            {
                "W_xh": np.array([[[0.0, 0, 1, 0], [1, 0, 0, 0]]]),
                "W_hh": np.array([[[0.0, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 1], [0, 0, 0, 0]]]),
                "W_hy": np.array([[[2.0, 0], [-1, 0], [0, 2], [0, -1]]]),  # x_{t+1} = 2 x_t - x_{t-1}: a line
            }
        ),
    )
    t = np.arange(20.0)[:, None]
    lines = np.hstack([0.1 * t, 7 - 0.3 * t])
    assert both.free_run(lines[:10], 10)[0] == pytest.approx(lines[10:, ::-1], abs=1e-9)


def test_unknown_inputs_are_not_invented():
    dataset = sine(horizon=2)
    forecaster = replace(random_network(dataset), targets=("other",))
    assert forecaster.free_run(dataset.series, 2).shape == (3, 2, 1)  # from observed windows alone
    with pytest.raises(BadInput, match=r"the input .x. is no target.*steps=2 at most"):
        forecaster.free_run(dataset.series, 3)


def test_a_network_that_blows_up_says_so_in_numbers():
    forecaster = exact_recurrence()
    forecaster.parameters["W_hy"][...] *= 1e60
    runaway = forecaster.free_run(np.sin(np.arange(30.0))[:, None], 20)
    assert np.isfinite(runaway[0, 0, 0])
    assert not np.isfinite(runaway[0, -1, 0])


def test_arguments_are_not_modified():
    dataset = sine(scaling="standard")
    forecaster = random_network(dataset)
    series, weights = dataset.series.copy(), forecaster.parameters.flat.copy()
    forecaster.one_step(series)
    forecaster.free_run(series, 5)
    assert (series == dataset.series).all()
    assert (weights == forecaster.parameters.flat).all()


@pytest.mark.parametrize(
    ("series", "message"),
    [
        (np.zeros((11, 1)), "has 11 rows, but a forecast needs at least 12"),
        (np.zeros((40, 2)), "the columns x"),
        (np.zeros(40), "the columns x"),
        (np.full((40, 1), np.nan), "not finite"),
    ],
)
def test_series_that_do_not_fit(series, message):
    with pytest.raises(BadInput, match=message):
        random_network(sine()).one_step(series)


def test_other_arguments_that_do_not_fit():
    forecaster = random_network(sine(horizon=3))
    with pytest.raises(BadInput, match="has 13 rows, but a forecast needs at least 14"):
        forecaster.free_run(np.zeros((13, 1)), 1)
    with pytest.raises(BadInput, match="steps=-1"):
        forecaster.free_run(np.zeros((40, 1)), -1)
    with pytest.raises(BadInput, match=r"\(records, 12, 1\) is needed"):
        forecaster.predict(np.zeros((3, 11, 1)))


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("encoding", ["shared", "positional"])
def test_a_copied_folder_forecasts_the_same_in_another_process(tmp_path, dtype, encoding):
    dataset = sine(scaling="standard")
    network = Network(
        Elman(hidden_dim=5, encoding=encoding, activation="sigmoid"), inputs=1, outputs=1, window=12, dtype=dtype
    )
    forecaster = Forecaster.of(network, network.initial([3, 4]), dataset)
    forecaster.save(tmp_path / "run")
    shutil.move(tmp_path / "run", tmp_path / "elsewhere")
    np.save(tmp_path / "series.npy", dataset.series)
    script = """
import sys, numpy as np
from pathlib import Path
from rnn_lab.evaluation.forecaster import Forecaster
here = Path(sys.argv[1])
forecaster = Forecaster.load(here / "elsewhere")
np.save(here / "forecast.npy", forecaster.free_run(np.load(here / "series.npy"), 20))
"""
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=True)
    assert (np.load(tmp_path / "forecast.npy") == forecaster.free_run(dataset.series, 20)).all()
    assert sorted(p.name for p in (tmp_path / "elsewhere" / "weights").iterdir()) == ["kept.npz", "model.json"]
    assert str(tmp_path) not in (tmp_path / "elsewhere" / MODEL).read_text()


def spoil_format(folder):
    recipe = json.loads((folder / MODEL).read_text())
    (folder / MODEL).write_text(json.dumps(recipe | {"format": 99}))


def spoil_target(folder):
    recipe = json.loads((folder / MODEL).read_text())
    recipe["model"]["_target_"] = "os.system"
    (folder / MODEL).write_text(json.dumps(recipe))


def spoil_argument(folder):
    recipe = json.loads((folder / MODEL).read_text())
    recipe["model"]["hidden_dim"] = 6
    (folder / MODEL).write_text(json.dumps(recipe))


def pickle_inside(folder):
    np.savez(folder / WEIGHTS, W_xh=np.array([{"a": 1}], dtype=object))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda folder: (folder / MODEL).unlink(), "holds no trained network"),
        (lambda folder: (folder / WEIGHTS).unlink(), "cannot be read"),
        (lambda folder: (folder / MODEL).write_text('{"format": 1, "mod'), "cannot be read"),
        (lambda folder: (folder / MODEL).write_text("{}"), "cannot be read"),
        (lambda folder: (folder / WEIGHTS).write_bytes(b"not an archive"), "cannot be read"),
        (spoil_format, "its format is 99"),
        (spoil_target, "names os.system, which is none of the lab's components"),
        (spoil_argument, "weights of another network"),
        (pickle_inside, "bytes of object"),
    ],
)
def test_folders_that_cannot_be_loaded(tmp_path, spoil, message):
    random_network(sine()).save(tmp_path)
    spoil(tmp_path)
    with pytest.raises(BadInput, match=message):
        Forecaster.load(tmp_path)
