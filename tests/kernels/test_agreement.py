"""Kernels and NumPy agree to rounding where the suites do not look: whole epochs, strides, masks, large batches."""

import numpy as np
import pytest

from rnn_lab.network import LSTM, Elman, Network
from rnn_lab.rules import BPTT, Reach, Readout
from rnn_lab.sequences import Adding, Copying, Generated, Sine, TaskData
from rnn_lab.training import LBFGS, SGD, Adam, Cosine, RMSprop, Trainer, fit

pytest.importorskip("numba", reason="the extra `fast` is not installed: pip install 'rnn-lab[fast]'")

from rnn_lab.kernels import compiled_rule

SINE = Generated(name="sine", series=Sine(length=60), window=12, train=25, validation=10)
COPYING = TaskData(name="copying", task=Copying(delay=4), train=20, validation=10)
ADDING = TaskData(name="adding", task=Adding(length=20), train=20, validation=10)


ELMAN = Elman(hidden_dim=5)


def both(data, optimizer, model=ELMAN, rule=None, **settings):
    """The same training by both backends."""
    data = data.dataset()
    network = Network.for_data(data, model, dtype=settings.get("dtype", "float64"))
    settings = {"epochs": 3, "batch_size": 10, "keep": "last"} | settings
    return [
        fit(network, data, Trainer(backend=backend, **settings), optimizer, seeds=(0, 1, 2), rule=rule)
        for backend in ("numpy", "numba")
    ]


@pytest.mark.parametrize(
    ("optimizer", "settings"),
    [
        (Adam(learning_rate=0.01, weight_decay=0.1, schedule=Cosine()), {"clip_norm": 0.05, "bptt_truncate": 3}),
        (RMSprop(), {"clip_value": 0.01, "shuffle": False}),
        (SGD(learning_rate=0.05), {"clip_value": 0.01, "clip_norm": 0.02}),
        (SGD(learning_rate=0.05, momentum=0.9), {}),
        (SGD(learning_rate=0.05, momentum=0.9, nesterov=True), {"batch_size": None}),
        (LBFGS(iterations=5), {"batch_size": None, "epochs": 1}),
    ],
)
def test_an_optimizers_epochs(optimizer, settings):
    """25 records in batches of 10: the last batch is a smaller one."""
    plain, compiled = both(SINE, optimizer, **settings)
    np.testing.assert_allclose(compiled.parameters.flat, plain.parameters.flat, rtol=1e-9, atol=1e-12)
    assert compiled.updates == plain.updates
    for name in ("grad/norm", "grad/clipped", "lr", "val/rmse"):
        np.testing.assert_allclose(compiled.curves[name], plain.curves[name], rtol=1e-8)


@pytest.mark.parametrize(
    ("data", "settings"),
    [
        (COPYING, {"bptt_truncate": 50}),
        (COPYING, {"bptt_truncate": 6, "bptt_stride": 4}),
        (ADDING, {"bptt_truncate": 7}),
    ],
)
def test_classes_masks_and_strides(data, settings):
    plain, compiled = both(data, Adam(), LSTM(hidden_dim=4), **settings)
    np.testing.assert_allclose(compiled.parameters.flat, plain.parameters.flat, rtol=1e-9, atol=1e-12)


def test_a_replica_that_diverges_leaves_the_others_alone():
    plain, compiled = both(SINE, SGD(learning_rate=60.0), explode=10, epochs=2)
    np.testing.assert_array_equal(compiled.diverged, plain.diverged)
    assert plain.diverged.any()


def test_the_readout_alone_learns():
    network = Network(Elman(hidden_dim=5), 1, 1, 12)
    rng = np.random.default_rng(0)
    batch = network.initial([0, 1]), rng.standard_normal((2, 12, 3, 1)), rng.standard_normal((2, 3, 1))
    expected_loss, expected = Readout().for_windows(network, 2, 3, Reach(bptt_truncate=4))(*batch)
    loss, found = compiled_rule(Readout(), network).for_windows(network, 2, 3, Reach(bptt_truncate=4))(*batch)
    np.testing.assert_allclose(loss, expected_loss, rtol=1e-12)
    np.testing.assert_allclose(found.flat, expected.flat, rtol=1e-10, atol=1e-15)
    assert (found["W_hh"] == 0).all()


def test_batches_that_blas_multiplies():
    """From 32 rows on; two layers of 20 units, losses at each step with weights."""
    network = Network(Elman(hidden_dim=20, layers=2), 3, 2, 9, each_step=True)
    rng = np.random.default_rng(0)
    parameters, reach = network.initial([0, 1]), Reach(bptt_truncate=9)
    batch = *(rng.standard_normal((2, 9, 40, width)) for width in (3, 2)), rng.random((2, 9, 40))
    loss, expected = BPTT().for_windows(network, 2, 40, reach)(parameters, *batch)
    found_loss, found = compiled_rule(BPTT(), network).for_windows(network, 2, 40, reach)(parameters, *batch)
    np.testing.assert_allclose(found_loss, loss, rtol=1e-12)
    np.testing.assert_allclose(found.flat, expected.flat, rtol=1e-9, atol=1e-12)


def test_hyperbolic_tangents():
    """Within two units in the last place of NumPy's, from the smallest to the largest arguments."""
    import numba

    from rnn_lab.kernels.arithmetic import tanh

    @numba.njit
    def apply(values):
        for i in range(values.size):
            values[i] = tanh(values[i])

    magnitudes = np.concatenate([np.geomspace(1e-30, 1e3, 4000), np.linspace(0, 25, 4000), [np.inf, np.nan]])
    for dtype in ("float64", "float32"):
        arguments = np.concatenate([magnitudes, -magnitudes]).astype(dtype)
        found = arguments.copy()
        apply(found)
        expected = np.tanh(arguments.astype("longdouble")).astype(dtype)
        np.testing.assert_allclose(found, expected, rtol=3 * np.finfo(dtype).eps, atol=0)
