"""The loop: what it tells its listeners, what it keeps, and that it is the same everywhere."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rnn_lab.errors import BadInput
from rnn_lab.network import Elman, Network
from rnn_lab.observers import SpectralRadius
from rnn_lab.training import SGD, Adam, Constant, Exponential, Trainer, fit

METRICS = {
    "train/loss", "train/rmse", "val/loss", "val/rmse",
    "grad/norm", "grad/clipped", "weights/spectral_radius", "lr", "epoch_seconds",
}  # fmt: skip


@pytest.fixture
def network():
    return Network(Elman(hidden_dim=4), inputs=2, outputs=2, window=6)


def trainer(**settings):
    return Trainer(**({"epochs": 4, "batch_size": 5} | settings))


def test_epoch_0_is_before_any_update(network, waves, diary) -> None:
    fit(network, waves, trainer(), Adam(), [3, 4], [diary])
    np.testing.assert_array_equal(diary.weights[0], network.initial([3, 4]).flat)
    assert (diary.weights[1] != diary.weights[0]).all()
    assert np.isnan([diary["grad/norm"][0], diary["grad/clipped"][0]]).all()  # there has been no gradient yet
    assert diary["epoch_seconds"][0].tolist() == [0.0, 0.0]


@pytest.mark.parametrize("patience", [None, 1])
def test_metrics_and_predictions_belong_to_the_weights_of_their_epoch(network, waves, diary, patience) -> None:
    """Also at the epoch at which a replica stops, and after it."""
    settings = trainer(epochs=12, patience=patience)
    state = fit(
        network,
        waves,
        settings,
        SGD(learning_rate=1.0),
        range(4),
        [diary],
        observers={"spectral_radius": SpectralRadius()},
    )
    assert state.running.all() == (patience is None)
    for metrics, weights, predictions in zip(diary.metrics, diary.weights, diary.predictions, strict=True):
        parameters = state.parameters.like(weights)
        for part, key, records in (("train", "train", waves.train), ("val", "validation", waves.validation)):
            errors = network.predict(parameters, records.X) - records.Y
            np.testing.assert_allclose(metrics[f"{part}/loss"], np.mean(errors**2, axis=(1, 2)) / 2, rtol=1e-12)
            own_units = 2.0 * errors  # the targets' scale
            np.testing.assert_allclose(metrics[f"{part}/rmse"], np.mean(own_units**2, axis=(1, 2)) ** 0.5, rtol=1e-12)
            np.testing.assert_allclose(predictions[key] - (2.0 * records.Y + 0.5), own_units, rtol=1e-9, atol=1e-14)
        radius = [max(abs(np.roots(np.poly(W)))) for W in parameters["W_hh"]]  # by the characteristic polynomial
        np.testing.assert_allclose(metrics["weights/spectral_radius"], radius, rtol=1e-6)


def test_every_metric_is_told_for_every_replica(network, waves, diary) -> None:
    fit(network, waves, trainer(), Adam(), [0, 1, 2], [diary], observers={"spectral_radius": SpectralRadius()})
    assert len(diary.metrics) == 5
    for metrics in diary.metrics:
        assert metrics.keys() == METRICS
        assert all(values.shape == (3,) for values in metrics.values())


def test_the_learning_rate_is_told_as_scheduled(network, waves, diary) -> None:
    optimizer = SGD(learning_rate=0.2, schedule=Exponential(gamma=0.5))
    fit(network, waves, trainer(), optimizer, [0, 1], [diary])
    of_first_update = np.array([0, 0, 1, 2, 3])  # epochs done by then
    np.testing.assert_allclose(diary["lr"], 0.2 * 0.5 ** of_first_update[:, None] * [1, 1], rtol=1e-14)


def test_no_epochs_tell_of_epoch_0_alone(network, waves, diary) -> None:
    state = fit(network, waves, trainer(epochs=0), Adam(), [0], [diary])
    assert len(diary.metrics) == 1
    assert (state.epoch, state.updates, state.reasons) == (0, 0, ["all 0 epochs are done"])
    np.testing.assert_array_equal(state.parameters.flat, network.initial([0]).flat)


def test_training_lowers_the_loss(network, waves, diary) -> None:
    fit(network, waves, trainer(epochs=30), Adam(learning_rate=0.02), range(3), [diary])
    assert (diary["train/loss"][-1] < 0.1 * diary["train/loss"][0]).all()


def test_a_listener_may_ask_to_stop(network, waves, new_diary) -> None:
    asking, watching = new_diary(stop_at=2), new_diary()
    state = fit(network, waves, trainer(epochs=9), Adam(), [0, 1], [asking, watching])
    assert state.epoch == 2
    assert len(watching.metrics) == 3, "the others are told of that epoch, too"
    assert state.reasons == ["the diary is full"] * 2
    assert state.running.all()
    assert not state.diverged.any()


def test_a_listener_may_ask_to_stop_before_it_begins(network, waves, new_diary) -> None:
    state = fit(network, waves, trainer(), Adam(), [0], [new_diary(stop_at=0)])
    assert (state.epoch, state.updates, state.reasons) == (0, 0, ["the diary is full"])


def test_listeners_and_observers_change_nothing(network, waves, diary) -> None:
    watched = fit(network, waves, trainer(), Adam(), [0], [diary], observers={"spectral_radius": SpectralRadius()})
    np.testing.assert_array_equal(watched.parameters.flat, fit(network, waves, trainer(), Adam(), [0]).parameters.flat)


def test_float32_is_float64_with_fewer_digits(waves, diary, new_diary) -> None:
    low_diary = new_diary()
    for dtype, book in (("float64", diary), ("float32", low_diary)):
        network = Network(Elman(hidden_dim=4), 2, 2, 6, dtype)
        state = fit(
            network,
            waves,
            trainer(dtype=dtype, clip_norm=0.5),
            Adam(),
            [0, 1],
            [book],
            observers={"spectral_radius": SpectralRadius()},
        )
        assert state.parameters.flat.dtype == dtype
        assert {values.dtype.name for values in state.moments.values()} == {dtype}
    for name in METRICS - {"epoch_seconds"}:
        np.testing.assert_allclose(low_diary[name], diary[name], rtol=1e-3)
    assert low_diary.predictions[0]["train"].dtype == "float64"


def test_fewer_epochs_than_are_done_are_refused(network, waves) -> None:
    state = fit(network, waves, trainer(epochs=4), Adam(), [0])
    with pytest.raises(BadInput, match=r"trainer\.epochs=3 is less than the 4 epochs that are done"):
        fit(network, waves, trainer(epochs=3), Adam(), [0], state=state)


@pytest.mark.parametrize("optimizer", [SGD(learning_rate=0.1, schedule=Constant()), Adam()])
def test_records_must_fill_a_batch(network, waves, optimizer) -> None:
    with pytest.raises(BadInput, match=r"trainer\.batch_size=15 is more than the 14 training records"):
        fit(network, waves, trainer(batch_size=15), optimizer, [0])


PROGRAM = """
import hashlib, sys
import numpy as np
from conftest import joined
from rnn_lab.network import Elman, Network
from rnn_lab.training import Adam, Cosine, Trainer, fit

rng = np.random.default_rng(0)
X, Y = rng.standard_normal((20, 6, 2)), rng.standard_normal((20, 1))
data = joined((X[:12], Y[:12]), (X[12:], Y[12:]))
trainer = Trainer(epochs=5, batch_size=5, patience=3, clip_norm=1.0, bptt_truncate=4)
state = fit(Network(Elman(hidden_dim=7), 2, 1, 6), data, trainer, Adam(schedule=Cosine()), [0, 1, 2])
arrays = [state.parameters.flat, state.best_loss, state.kept_epoch, state.moments["mean"]]
print(hashlib.sha256(b"".join(array.tobytes() for array in arrays)).hexdigest())
"""


@pytest.mark.slow
def test_another_process_gets_the_same_bits(monkeypatch) -> None:
    monkeypatch.chdir(Path(__file__).parent)  # where the program finds conftest
    runs = [
        subprocess.run(
            [sys.executable, "-c", f"{clutter}\n{PROGRAM}"], capture_output=True, text=True, check=True
        ).stdout
        for clutter in ("", "import numpy as np; np.random.seed(5); junk = [np.ones(n) for n in range(999)]")
    ]
    assert runs[0] == runs[1]
    assert len(runs[0].strip()) == 64
