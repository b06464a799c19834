"""Transforms: what is undone is the series, to the last digits; scores and forecasts are of the series itself."""

import math

import numpy as np
import pytest

from rnn_lab.errors import BadInput
from rnn_lab.evaluation import Forecaster
from rnn_lab.evaluation.baselines import baseline_scores
from rnn_lab.evaluation.free_run.segment import segment_of
from rnn_lab.network import Elman, Network
from rnn_lab.scoring.evaluator import evaluate
from rnn_lab.sequences import Table
from rnn_lab.sequences.fingerprint import fingerprint

T = 4
KINDS = ["difference", "log", "log_difference"]


@pytest.fixture
def prices(tmp_path):
    """Two columns above 0, the second a hundred times the first's size."""
    walk = np.random.default_rng(3).normal(0.01, 0.05, (80, 2)).cumsum(axis=0)
    values = np.exp(walk) * [10.0, 1000.0]
    np.savetxt(tmp_path / "prices.csv", values, delimiter=",", header="a,b", comments="", fmt="%.17g")

    def table(**more):
        arguments = {"name": "prices", "window": T, "train": 40, "validation": 20, "scaling": "standard", **more}
        return Table(path=str(tmp_path / "prices.csv"), **arguments)

    return values, table


def transformed(kind, y, earlier):
    """z of one number, and the way back: written for this test alone."""
    if kind == "difference":
        return y - earlier
    return math.log(y) if kind == "log" else math.log(y) - math.log(earlier)


def undone(kind, z, earlier):
    if kind == "difference":
        return earlier + z
    return math.exp(z) if kind == "log" else math.exp(math.log(earlier) + z)


@pytest.mark.parametrize("each_step", [False, True])
@pytest.mark.parametrize("horizon", [1, 3])
@pytest.mark.parametrize("kind", KINDS)
def test_windows_and_targets_are_those_of_a_plain_loop(prices, kind, horizon, each_step):
    values, table = prices
    data = table(transform=kind, horizon=horizon, each_step=each_step).dataset()
    scaler = data.target_scaler
    seen = []
    for split in (data.train, data.validation):
        Y = split.counted(split.Y)
        np.testing.assert_allclose(split.undo(scaler, Y), values[split.at], rtol=1e-12)
        for n, at in enumerate(split.at):
            for o in range(2):
                z = transformed(kind, values[at, o], values[at - horizon, o])
                seen.append((Y[n, o] * scaler.scale[o] + scaler.shift[o], z))
                row = at - horizon  # the window's last
                x = transformed(kind, values[row, o], values[row - horizon, o] if kind != "log" else 1.0)
                assert split.X[n, -1, o] * scaler.scale[o] + scaler.shift[o] == pytest.approx(x, abs=1e-12, rel=1e-12)
    np.testing.assert_allclose(*np.transpose(seen), rtol=1e-11, atol=1e-12 * np.abs(values).max())
    used = data.train.at[-1] + 1
    z = np.array(
        [
            [transformed(kind, values[t, o], values[t - horizon, o]) for o in range(2)]
            for t in range(0 if kind == "log" else horizon, used)
        ]
    )
    np.testing.assert_allclose(scaler.shift, z.mean(axis=0), rtol=1e-12)  # of training rows, and no later one


@pytest.mark.parametrize("horizon", [1, 3])
@pytest.mark.parametrize("kind", KINDS)
def test_forecasts_and_free_runs_are_those_of_a_plain_loop(prices, kind, horizon):
    values, table = prices
    data = table(transform=kind, horizon=horizon).dataset()
    network = Network(Elman(hidden_dim=3), inputs=2, outputs=2, window=T)
    parameters = network.initial([0])
    forecaster = Forecaster.of(network, parameters, data)

    def forecast(rows, last):
        """Of row last + horizon, from all rows up to ``last``."""
        z = np.array(
            [
                [transformed(kind, rows[t][o], rows[t - horizon][o] if kind != "log" else 1.0) for o in range(2)]
                for t in range(last - T + 1, last + 1)
            ]
        )
        output = network.predict(parameters, data.input_scaler.apply(z)[None])[0, 0]
        z = data.target_scaler.undo(output)
        return [undone(kind, z[o], rows[last][o]) for o in range(2)]

    found = forecaster.one_step(values)
    lag = forecaster.lag
    for n in range(found.shape[1]):
        np.testing.assert_allclose(found[0, n], forecast(values, n + lag - horizon), rtol=1e-12)
    rows = values.tolist()
    for s in range(7):
        rows.append(forecast(rows, len(values) + s - horizon))
    np.testing.assert_allclose(forecaster.free_run(values, 7)[0], rows[len(values) :], rtol=1e-12)
    split = data.validation
    expected = np.sqrt(np.mean([(found[0, at - lag] - values[at]) ** 2 for at in split.at]))
    np.testing.assert_allclose(evaluate(network, parameters, data)["val/rmse"], expected, rtol=1e-12)


def test_a_network_of_differences_that_says_zero_is_persistence(prices):
    _, table = prices
    data = table(transform="log_difference", scaling="none", horizon=2).dataset()
    network = Network(Elman(hidden_dim=3), inputs=2, outputs=2, window=T)
    silent = network.initial([0])
    silent.flat[:] = 0.0
    baselines = baseline_scores(data, 32)["validation"]
    scores = evaluate(network, silent, data)
    for name in ("rmse", "mae", "nrmse", "mase"):
        assert scores[f"val/{name}"].item() == pytest.approx(baselines["persistence"][name], rel=1e-12)
    assert baselines["ESN32"]["nrmse"] < 2 * baselines["persistence"]["nrmse"]  # of differences too, or it were lost
    segment = segment_of(data)
    assert segment.warm_up == T - 1 + 2 + 2 <= segment.first


def test_a_saved_network_keeps_its_transform(prices, tmp_path):
    values, table = prices
    data = table(transform="log_difference").dataset()
    network = Network(Elman(hidden_dim=3), inputs=2, outputs=2, window=T)
    forecaster = Forecaster.of(network, network.initial([0, 1]), data)
    forecaster.save(tmp_path)
    loaded = Forecaster.load(tmp_path)
    np.testing.assert_array_equal(loaded.one_step(values), forecaster.one_step(values))
    windows = np.stack([values[n : n + T + 1] for n in range(5)])
    np.testing.assert_array_equal(loaded.predict_each(windows), forecaster.one_step(values)[:, :5])
    with pytest.raises(BadInput, match=r"\(records, 5, 2\) is needed"):
        loaded.predict_each(windows[:, :T])
    with pytest.raises(BadInput, match=r"column 'b' holds -1 \(row 10 of 80\)"):
        loaded.one_step(np.where(np.arange(160).reshape(80, 2) == 19, -1.0, values))


def test_no_transform_leaves_no_trace(prices):
    _, table = prices
    one, other = table().dataset(), table(transform="log").dataset()
    older = {key: value for key, value in one.recipe.items() if key not in ("transform", "known")}
    assert one.fingerprint == fingerprint(older, table().read()) != other.fingerprint
    assert one.train.first(3).base is None
    assert table(transform="difference").dataset().train.first(3).base.shape == (3, 2)


def test_what_a_transform_forbids_is_one_sentence(prices, tmp_path):
    _, table = prices
    with pytest.raises(BadInput, match=r"'b' is no input: data\.columns must name it too"):
        table(transform="difference", columns="a", target="b").dataset()
    assert table(transform="log", columns="a", target="b").dataset().train.Y.shape == (40, 1)
    (tmp_path / "prices.csv").write_text("a,b\n" + "1,2\n" * 30 + "0,2\n" + "1,2\n" * 40)
    with pytest.raises(
        BadInput, match=r"data\.transform=log takes logarithms, but column 'a' holds 0 \(row 31 of 71\)"
    ):
        table(transform="log").dataset()
    with pytest.raises(BadInput, match=r"data\.window"):
        table(transform="difference", horizon=34, window=40, scaling="none").dataset()
