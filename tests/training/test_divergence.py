"""Divergence is found, said in words, and kept to the replica that diverged."""

import numpy as np
import pytest

from rnn_lab.network import Elman, Network
from rnn_lab.training import LBFGS, SGD, Adam, Cosine, ReduceOnPlateau, RMSprop, Trainer, TrainingState, fit
from rnn_lab.training.stopping import update_early_stopping

SEEDS = range(3)


def network(**model):
    return Network(Elman(hidden_dim=4, **model), inputs=2, outputs=2, window=6)


def poison(replica, epoch, name="W_hh", value=np.nan):
    """A listener that breaks the rules: it writes into the live weights of a replica."""

    def listener(told):
        if told.epoch == epoch:
            told.parameters[name][replica].flat[0] = value

    return listener


@pytest.mark.slow
@pytest.mark.parametrize("value", [np.nan, np.inf, 1e200])
@pytest.mark.parametrize(
    "optimizer",
    [SGD(), SGD(momentum=0.9), RMSprop(), Adam(schedule=Cosine()), Adam(schedule=ReduceOnPlateau(patience=0)), LBFGS()],
    ids=["sgd", "momentum", "rmsprop", "adam-cosine", "adam-plateau", "lbfgs"],
)
def test_one_diverges_and_the_others_go_on_to_the_same_bits(waves, new_diary, optimizer, value) -> None:
    trainer = Trainer(epochs=5, batch_size=None if isinstance(optimizer, LBFGS) else 5, clip_norm=None)
    model = network(activation="identity")
    undisturbed, disturbed = new_diary(), new_diary()
    expected = fit(model, waves, trainer, optimizer, SEEDS, [undisturbed])
    state = fit(model, waves, trainer, optimizer, SEEDS, [disturbed, poison(1, epoch=2, name="W_hy", value=value)])
    assert state.diverged.tolist() == [False, True, False]
    assert state.stopped.tolist() == [-1, 3, -1]
    assert state.reasons[1] in ("the loss is not finite", "the training loss exceeds 10000 times its first value")
    assert state.reasons[0] == state.reasons[2] == "all 5 epochs are done"
    for r in (0, 2):
        np.testing.assert_array_equal(state.parameters.flat[r], expected.parameters.flat[r])
        assert state.kept_epoch[r] == expected.kept_epoch[r]
        for name in undisturbed.metrics[0].keys() - {"epoch_seconds"}:
            np.testing.assert_array_equal(disturbed[name][:, r], undisturbed[name][:, r])
    # The lost one keeps its best weights from before.
    kept = np.argmin(undisturbed["val/loss"][:3, 1])
    assert state.kept_epoch[1] == kept
    np.testing.assert_array_equal(state.parameters.flat[1], undisturbed.weights[kept][1])


@pytest.mark.parametrize("batch_size", [5, None])
@pytest.mark.parametrize("rate", [1e3, 1e100, 1e300])
@pytest.mark.parametrize("kind", [SGD, RMSprop, Adam])
@pytest.mark.parametrize("activation", ["tanh", "identity"])
def test_no_learning_rate_breaks_the_loop(waves, activation, kind, rate, batch_size) -> None:
    """Whatever overflows, and where in an epoch, the run ends in words and keeps finite weights."""
    trainer = Trainer(epochs=4, batch_size=batch_size)
    state = fit(network(activation=activation), waves, trainer, kind(learning_rate=rate), SEEDS)
    assert np.isfinite(state.parameters.flat).all()
    assert state.diverged.all() == (rate > 1e3 or activation == "identity") or rate == 1e3
    for r in SEEDS:
        assert state.reasons[r]
        assert 0 <= state.kept_epoch[r] <= (4 if state.running[r] else state.stopped[r])


def test_all_diverged_ends_the_run_at_once(waves, diary) -> None:
    state = fit(network(activation="identity"), waves, Trainer(epochs=50), SGD(learning_rate=1e200), SEEDS, [diary])
    assert state.diverged.all()
    assert state.epoch == 1
    assert state.stopped.tolist() == [1, 1, 1]
    assert len(diary.metrics) == 2
    assert not np.isfinite(diary["train/loss"][1]).any()
    np.testing.assert_array_equal(state.parameters.flat, diary.weights[0])


def test_a_loss_that_is_never_finite_is_told_at_epoch_0(waves, join, diary) -> None:
    endless = join((waves.train.X, waves.train.Y + 1e200), (waves.validation.X, waves.validation.Y))
    state = fit(network(), endless, Trainer(), Adam(), SEEDS, [diary])
    assert state.stopped.tolist() == [0, 0, 0]
    assert state.reasons == ["the loss is not finite"] * 3
    assert len(diary.metrics) == 1


def test_a_loss_that_only_validation_loses_is_divergence(waves, join) -> None:
    endless = join((waves.train.X, waves.train.Y), (waves.validation.X, waves.validation.Y + 1e200))
    state = fit(network(), endless, Trainer(), Adam(), SEEDS)
    assert state.diverged.all()


@pytest.mark.parametrize("explode", [1.2, 30.0])
def test_a_loss_that_explodes_is_stopped_at_its_first_epoch_above(waves, new_diary, explode) -> None:
    optimizer, seeds = SGD(learning_rate=0.6), range(6)
    freely, book = new_diary(), new_diary()
    model = network(activation="identity", encoding="positional", bias=False)
    fit(model, waves, Trainer(epochs=9, batch_size=5, explode=1e300), optimizer, seeds, [freely])
    state = fit(model, waves, Trainer(epochs=9, batch_size=5, explode=explode), optimizer, seeds, [book])
    above = ~(freely["train/loss"] <= explode * freely["train/loss"][0])  # NaN is above everything
    assert set(above.any(axis=0).tolist()) == {True, False}, "or the test tells nothing"
    for r in seeds:
        first = np.argmax(above[:, r]) if above[:, r].any() else -1
        assert state.stopped[r] == first
        assert state.diverged[r] == (first >= 0)
        if first >= 0:
            finite = np.isfinite(freely["train/loss"][first, r])
            exceeds = f"the training loss exceeds {explode:g} times its first value"
            assert state.reasons[r] == (exceeds if finite else "the loss is not finite")


def test_an_infinite_weight_that_saturation_hides_is_found(waves) -> None:
    """Tanh of infinity is 1: loss and gradient stay finite."""
    hidden = poison(1, epoch=1, name="b_h", value=np.inf)
    state = fit(network(), waves, Trainer(epochs=3), SGD(), SEEDS, [hidden])
    assert state.reasons[1] == "a weight is not finite"
    assert state.stopped.tolist() == [-1, 2, -1]
    assert np.isfinite(state.parameters.flat).all()


def losses(*values):
    return {"train/loss": np.array(values), "val/loss": np.ones(len(values))}


def test_exploding_is_more_than_the_multiple_of_the_first_loss() -> None:
    state = TrainingState.before(network().initial([0, 1]))
    for state.epoch, (one, other) in enumerate([(2.0, 3.0), (59.0, 0.1), (60.0, 90.0), (60.1, 0.2)]):
        update_early_stopping(state, losses(one, other), Trainer(explode=30.0))
    assert state.stopped.tolist() == [3, -1]
    assert state.reasons == ["the training loss exceeds 30 times its first value", ""]


def test_weights_that_explode_are_never_the_best() -> None:
    """Not even if chance gives them the lowest validation loss."""
    state = TrainingState.before(network().initial([0]))
    update_early_stopping(state, {"train/loss": np.array([1.0]), "val/loss": np.array([1.0])}, Trainer())
    state.epoch, before = 1, state.best.flat.copy()
    state.parameters.flat += 1.0
    update_early_stopping(state, {"train/loss": np.array([1e9]), "val/loss": np.array([0.5])}, Trainer())
    assert (state.diverged.tolist(), state.kept_epoch.tolist(), state.best_loss.tolist()) == ([True], [0], [1.0])
    np.testing.assert_array_equal(state.best.flat, before)


def test_a_first_loss_of_zero_leaves_nothing_to_multiply() -> None:
    state = TrainingState.before(network().initial([0, 1]))
    update_early_stopping(state, losses(0.0, 1.0), Trainer())
    state.epoch = 1
    update_early_stopping(state, losses(1e-20, 1e5), Trainer())
    assert state.diverged.tolist() == [False, True]


def test_losses_near_the_largest_number_are_finite() -> None:
    state = TrainingState.before(network().initial([0]))
    update_early_stopping(state, {"train/loss": np.array([1.7e308]), "val/loss": np.array([1.7e308])}, Trainer())
    assert state.running.all()
