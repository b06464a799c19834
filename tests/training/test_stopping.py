"""Early stopping and the choice of the weights that a run ends with, replayed from the validation losses."""

import numpy as np
import pytest

from rnn_lab.network import Elman, Network
from rnn_lab.observers import SpectralRadius
from rnn_lab.training import SGD, Adam, Trainer, fit

SEEDS = range(6)
WATCHED = {"spectral_radius": SpectralRadius()}
DESCENT = SGD(learning_rate=0.3)


@pytest.fixture
def network():
    return Network(Elman(hidden_dim=4), inputs=2, outputs=2, window=6)


@pytest.fixture
def overfitting(waves, join):
    """Validation targets of another sign: what is learned about the training records hurts, sooner or later."""
    return join((waves.train.X, waves.train.Y), (waves.validation.X, 0.3 - waves.validation.Y))


def run(network, data, book, optimizer=DESCENT, **settings):
    return fit(
        network,
        data,
        Trainer(**({"epochs": 15, "batch_size": 5} | settings)),
        optimizer,
        SEEDS,
        [book],
        observers=WATCHED,
    )


def replay(losses, patience):
    """The best epoch and the epoch of the stop (None if there is none) for one replica's losses."""
    best, kept = np.inf, 0
    for epoch, loss in enumerate(losses):
        if loss < best:
            best, kept = loss, epoch
        if epoch - kept >= patience:
            return kept, epoch
    return kept, None


@pytest.mark.parametrize("patience", [1, 2, 5, 14, 15, 16])
def test_patience_stops_each_replica_and_restores_its_best_weights(network, overfitting, new_diary, patience) -> None:
    freely, book = new_diary(), new_diary()
    run(network, overfitting, freely)
    state = run(network, overfitting, book, patience=patience)
    for r in range(len(SEEDS)):
        kept, stop = replay(freely["val/loss"][:, r], patience)
        assert state.kept_epoch[r] == kept
        assert state.stopped[r] == (-1 if stop is None else stop)
        np.testing.assert_array_equal(state.parameters.flat[r], freely.weights[kept][r])
        assert state.best_loss[r] == freely["val/loss"][kept, r]
        expected = "all 15 epochs are done" if stop is None else f"no lower validation loss for {patience} epochs"
        assert state.reasons[r] == expected
    assert not state.diverged.any()


def test_the_run_ends_when_the_last_replica_has_stopped(network, overfitting, new_diary) -> None:
    book = new_diary()
    state = run(network, overfitting, book, patience=2, epochs=200)
    assert not state.running.any()
    assert len(set(state.stopped.tolist())) > 1, "or the test tells nothing"
    assert state.epoch == state.stopped.max() == len(book.metrics) - 1


def test_after_its_stop_a_replica_stands_still_at_its_best_weights(network, overfitting, new_diary) -> None:
    freely, book = new_diary(), new_diary()
    run(network, overfitting, freely, epochs=200)
    state = run(network, overfitting, book, patience=2, epochs=200)
    for r in range(len(SEEDS)):
        stop, kept = state.stopped[r], state.kept_epoch[r]
        for epoch, weights in enumerate(book.weights):
            where = epoch if epoch <= stop else kept
            np.testing.assert_array_equal(weights[r], freely.weights[where][r])
            for name in ("train/loss", "val/rmse", "weights/spectral_radius"):
                assert book[name][epoch, r] == freely[name][where, r]
        trained = np.isfinite(book["grad/norm"][:, r])
        assert trained.tolist() == [0 < epoch <= stop for epoch in range(len(book.metrics))]
        assert (np.isfinite(book["grad/clipped"][:, r]) == trained).all()


def test_keep_best_and_keep_last(network, overfitting, new_diary) -> None:
    book = new_diary()
    best = run(network, overfitting, book, keep="best")
    last = run(network, overfitting, new_diary(), keep="last")
    kept = [replay(book["val/loss"][:, r], np.inf)[0] for r in range(len(SEEDS))]
    assert min(kept) < 15
    assert best.kept_epoch.tolist() == kept
    np.testing.assert_array_equal(best.parameters.flat, [book.weights[epoch][r] for r, epoch in enumerate(kept)])
    assert last.kept_epoch.tolist() == [15] * len(SEEDS)
    np.testing.assert_array_equal(last.parameters.flat, book.weights[-1])


def test_keep_last_still_restores_what_stopped_early(network, overfitting, new_diary) -> None:
    book = new_diary()
    state = run(network, overfitting, book, keep="last", patience=2, epochs=200)
    assert not state.running.any()
    np.testing.assert_array_equal(
        state.parameters.flat, [book.weights[epoch][r] for r, epoch in enumerate(state.kept_epoch)]
    )


def test_an_equal_loss_is_no_improvement(network, waves, join, new_diary) -> None:
    """Nothing to learn: with inputs and targets of zero, every gradient and every loss is zero."""
    nothing = join(*((0 * part.X, 0 * part.Y) for part in (waves.train, waves.validation)))
    state = run(network, nothing, new_diary(), Adam(), patience=3)
    assert state.kept_epoch.tolist() == [0] * len(SEEDS)
    assert state.stopped.tolist() == [3] * len(SEEDS)
    assert not state.diverged.any()


def test_a_request_to_stop_keeps_by_the_same_rule(network, overfitting, new_diary) -> None:
    for keep in ("best", "last"):
        book = new_diary(stop_at=7)
        state = run(network, overfitting, book, keep=keep)
        kept = state.kept_epoch
        assert kept.tolist() == ([7] * 6 if keep == "last" else np.argmin(book["val/loss"], axis=0).tolist())
        np.testing.assert_array_equal(state.parameters.flat, [book.weights[epoch][r] for r, epoch in enumerate(kept)])
