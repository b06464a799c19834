import math

import numpy as np
import pytest

from rnn_lab.scoring import metrics

METRICS = [metrics.rmse, metrics.mae, metrics.nrmse]


def by_hand(predicted, true):
    """The definitions, in plain Python sums."""
    records, targets = len(true), len(true[0])
    errors = [[predicted[n][o] - true[n][o] for n in range(records)] for o in range(targets)]
    squares = [sum(e * e for e in column) / records for column in errors]
    means = [sum(true[n][o] for n in range(records)) / records for o in range(targets)]
    variances = [sum((true[n][o] - means[o]) ** 2 for n in range(records)) / records for o in range(targets)]
    return {
        "rmse": math.sqrt(sum(squares) / targets),
        "mae": sum(abs(e) for column in errors for e in column) / (records * targets),
        "nrmse": math.sqrt(sum(s / v for s, v in zip(squares, variances, strict=True)) / targets),
    }


@pytest.mark.parametrize("targets", [1, 3])
def test_definitions_and_replica_axis(targets):
    rng = np.random.default_rng(0)
    true, predicted = rng.normal(size=(7, targets)), rng.normal(size=(4, 7, targets))
    scores = metrics.scores(predicted, true)
    for replica in range(4):
        expected = by_hand(predicted[replica].tolist(), true.tolist())
        assert {name: float(value[replica]) for name, value in scores.items()} == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("shape", [(5,), (5, 2), (4, 1), (2, 1, 5)])
def test_shapes_that_would_broadcast_are_refused(metric, shape):
    with pytest.raises(ValueError, match="do not fit"):
        metric(np.zeros(shape), np.zeros((5, 1)))


@pytest.mark.parametrize("metric", METRICS)
def test_a_diverged_replica_leaves_the_others_alone(metric):
    true = np.arange(5.0)[:, None]
    predicted = np.stack([true + 1, np.full((5, 1), np.nan), np.full((5, 1), np.inf), np.full((5, 1), 1e200)])
    values = metric(predicted, true)
    assert np.isfinite(values[0])
    assert np.isnan(values[1])
    assert np.isinf(values[2])
    assert values[3] > 1e100


def test_nrmse_has_no_unit_and_is_undefined_for_a_constant():
    rng = np.random.default_rng(1)
    true, predicted = rng.normal(size=(9, 2)), rng.normal(size=(9, 2))
    units = np.array([1e-3, 1e4])
    assert metrics.nrmse(predicted * units, true * units) == pytest.approx(float(metrics.nrmse(predicted, true)))
    assert np.isnan(metrics.nrmse(np.zeros((3, 1)), np.full((3, 1), 0.1)))


def test_published_tutorial_number():
    """The loss printed after epoch 25, a sum of squared errors over 2, and the RMSE it stands for."""
    error = math.sqrt(2 * 8.37295808 / 50)
    true = np.sin(np.arange(150, 200))[:, None]
    assert float(metrics.rmse(true + error, true)) == pytest.approx(0.5787, abs=5e-5)
