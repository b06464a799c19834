"""L-BFGS as an epoch: what it reaches, what it refuses."""

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.optimize import minimize

from rnn_lab.errors import BadInput
from rnn_lab.network import Elman, Network
from rnn_lab.rules.bptt import TruncatedGradient
from rnn_lab.sequences import Copying, DelayedRecall, EmbeddedReber, Parity, TaskData
from rnn_lab.training import LBFGS, Trainer, fit
from rnn_lab.training.layout import TimeMajor

FULL = {"epochs": 3, "batch_size": None}


@pytest.fixture
def network():
    return Network(Elman(hidden_dim=4), inputs=2, outputs=2, window=6)


def test_a_linear_network_reaches_the_least_squares_solution(join, diary) -> None:
    """Without activation, and with an input weight a step and hidden units enough, it is a linear regression."""
    rng = np.random.default_rng(0)
    X, Y = rng.standard_normal((40, 3, 2)), rng.standard_normal((40, 2))
    network = Network(Elman(hidden_dim=4, activation="identity", encoding="positional"), 2, 2, 3)
    fit(network, join((X, Y), (X, Y)), Trainer(epochs=4, batch_size=None), LBFGS(iterations=100), [0, 1], [diary])
    design = np.hstack([X.reshape(40, 6), np.ones((40, 1))])
    residual = Y - design @ np.linalg.lstsq(design, Y)[0]
    np.testing.assert_allclose(diary["train/loss"][-1], np.mean(residual**2) / 2, rtol=1e-8)


def test_the_loss_never_rises_from_epoch_to_epoch(network, waves, diary) -> None:
    fit(network, waves, Trainer(epochs=8, batch_size=None), LBFGS(iterations=5), range(3), [diary])
    assert (np.diff(diary["train/loss"], axis=0) < 0).all()
    assert (diary["train/loss"][-1] < 0.1 * diary["train/loss"][0]).all()


def test_an_epoch_is_one_call_of_scipy(network, waves, diary) -> None:
    """The same minimiser, driven from here by the lab's loss and gradient."""
    state = fit(network, waves, Trainer(epochs=2, batch_size=None, keep="last"), LBFGS(iterations=6), [2], [diary])
    parameters = network.initial([2])
    rule = TruncatedGradient(network, 1, len(waves.train.Y), 6)

    def objective(theta):
        loss, gradient = rule(parameters.like(theta[None]), network.time_major(waves.train.X, 1), waves.train.Y[None])
        return float(loss[0]), gradient.flat[0].copy()

    theta = parameters.flat[0]
    for _ in range(2):
        options = {"maxiter": 6, "maxcor": 20, "ftol": 0, "gtol": 0, "maxfun": 120}
        found = minimize(objective, theta, jac=True, method="L-BFGS-B", options=options)
        theta = found.x
    np.testing.assert_array_equal(state.parameters.flat[0], theta)
    assert state.updates == 12
    np.testing.assert_allclose(diary["grad/norm"][-1], [np.linalg.norm(objective(theta)[1])], rtol=1e-12)
    assert diary["lr"].tolist() == [[1.0]] * 3
    assert not diary["grad/clipped"][1:].any()


def test_an_epoch_depends_on_the_weights_alone(network, waves) -> None:
    """No memory is carried from one epoch to the next, as a checkpoint needs it."""
    state = fit(network, waves, Trainer(**FULL), LBFGS(iterations=4), [0])
    assert state.moments == state.schedule == {}


def test_a_stopped_replica_is_left_alone(network, waves, diary) -> None:
    trainer = Trainer(epochs=30, batch_size=None, patience=2)
    state = fit(network, waves, trainer, LBFGS(iterations=5), range(4), [diary])
    assert len(set(state.stopped.tolist())) > 1, "or the test tells nothing"
    for r in range(4):
        np.testing.assert_array_equal(state.parameters.flat[r], diary.weights[state.kept_epoch[r]][r])
    assert state.updates <= 5 * np.where(state.running, state.epoch, state.stopped).sum(), "no step after a stop"


def test_a_truncated_gradient_still_comes_down(network, waves, diary) -> None:
    fit(network, waves, Trainer(epochs=3, batch_size=None, bptt_truncate=2), LBFGS(iterations=20), range(3), [diary])
    assert (diary["train/loss"][-1] < 0.5 * diary["train/loss"][0]).all()


def test_float32_weights(waves, diary) -> None:
    network = Network(Elman(hidden_dim=4), 2, 2, 6, "float32")
    state = fit(network, waves, Trainer(**FULL, dtype="float32"), LBFGS(iterations=10), [0, 1], [diary])
    assert state.parameters.flat.dtype == "float32"
    assert (diary["train/loss"][-1] < 0.2 * diary["train/loss"][0]).all()


def test_all_records_named_as_a_number_are_all_records(network, waves) -> None:
    one, other = (
        fit(network, waves, Trainer(epochs=1, batch_size=size), LBFGS(iterations=3), [0]) for size in (None, 14)
    )
    np.testing.assert_array_equal(one.parameters.flat, other.parameters.flat)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"batch_size": 5}, r"all 14 training records at once: set trainer\.batch_size=null \(it is 5\)"),
        ({"batch_size": 15}, r"trainer\.batch_size=15 is more than the 14"),
        ({"clip_value": 1.0}, "needs trainer.clip_value and trainer.clip_norm null"),
        ({"clip_norm": 1.0}, "needs trainer.clip_value and trainer.clip_norm null"),
    ],
)
def test_settings_that_do_not_fit_are_refused(network, waves, settings, said) -> None:
    with pytest.raises(BadInput, match=said):
        fit(network, waves, Trainer(**(FULL | settings)), LBFGS(), [0])


@pytest.mark.parametrize("setting", [{"iterations": 0}, {"memory": 0}, {"memory": 2.5}, {"learning_rate": 0.1}])
def test_what_is_not_allowed_is_refused(setting) -> None:
    with pytest.raises(ValidationError):
        LBFGS(**setting)


@pytest.mark.parametrize(
    "task",
    [
        DelayedRecall(length=8, delay=2),
        Copying(delay=2, count=1, symbols=3),
        EmbeddedReber(length=16),
        Parity(length=5),
    ],
    ids=lambda task: type(task).__name__,
)
def test_it_goes_down_the_loss_that_is_looked_at(task, diary) -> None:
    """Masks, classes, a target at each step: what it minimises is the training loss of each epoch's evaluation."""
    data = TaskData(name="task", task=task, train=12, validation=6).dataset()
    loss = "cross_entropy" if data.classes else "half_mean_squared_error"
    sizes = len(data.inputs), len(data.targets), data.window
    network = Network(Elman(hidden_dim=6), *sizes, each_step=True, loss=loss)
    trainer = Trainer(epochs=3, batch_size=None)
    state = fit(network, data, trainer, LBFGS(iterations=15), [3, 4], [diary])
    losses = diary["train/loss"]
    assert (np.diff(losses, axis=0) < 0).all()
    assert (losses[-1] < 0.5 * losses[0]).all()
    rule = TruncatedGradient(network, 1, 12, data.window)
    for r in range(2):  # the length of the gradient that it reports is that loss's own
        parameters = state.parameters.like(diary.weights[-1][r : r + 1])
        found, gradient = rule(parameters, *TimeMajor(network, data.train).batch(np.arange(12)[None]))
        np.testing.assert_allclose(found[0], losses[-1, r], rtol=1e-12)
        np.testing.assert_allclose(np.linalg.norm(gradient.flat), diary["grad/norm"][-1, r], rtol=1e-9)
