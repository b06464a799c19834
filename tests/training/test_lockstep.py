"""Replica r of a run with seed s is the single run with seed s + r, to rounding."""

import numpy as np
import pytest

from rnn_lab.network import Elman, Network
from rnn_lab.training import LBFGS, SGD, Adam, Cosine, ReduceOnPlateau, Trainer, fit

SEED, R = 5, 4
TANH = Elman(hidden_dim=4)
LINEAR = Elman(hidden_dim=4, activation="identity", encoding="positional", bias=False)

RUNS = {
    "in order": (TANH, Adam(), {"shuffle": False}),
    "shuffled": (TANH, Adam(schedule=Cosine()), {}),
    "record by record": (TANH, SGD(momentum=0.9), {"batch_size": 1, "epochs": 3}),
    "early stopping": (TANH, SGD(learning_rate=1.0), {"patience": 2, "epochs": 25}),
    "keep last": (TANH, Adam(), {"keep": "last"}),
    "plateau": (TANH, SGD(learning_rate=1.0, schedule=ReduceOnPlateau(patience=0, reduce=0.3)), {}),
    "clipped": (LINEAR, SGD(learning_rate=0.5), {"clip_norm": 0.4, "clip_value": 0.2}),
    "truncated": (TANH, Adam(), {"bptt_truncate": 2}),
    "some diverge": (LINEAR, SGD(learning_rate=0.6), {"epochs": 12, "explode": 2.0}),
    "lbfgs": (TANH, LBFGS(iterations=5), {"batch_size": None, "epochs": 3}),
}


def compare(model, data, trainer, optimizer, new_diary):
    network = Network(model, len(data.inputs), len(data.targets), 6)
    together = new_diary()
    state = fit(network, data, trainer, optimizer, range(SEED, SEED + R), [together])
    for r in range(R):
        alone = new_diary()
        single = fit(network, data, trainer, optimizer, [SEED + r], [alone])
        np.testing.assert_allclose(state.parameters.flat[r], single.parameters.flat[0], rtol=1e-8, atol=1e-11)
        np.testing.assert_allclose(state.best_loss[r], single.best_loss[0], rtol=1e-8)
        assert (state.kept_epoch[r], state.stopped[r]) == (single.kept_epoch[0], single.stopped[0])
        assert (state.reasons[r], state.diverged[r]) == (single.reasons[0], single.diverged[0])
        for name in alone.metrics[0].keys() - {"epoch_seconds"}:
            mine = together[name][: len(alone.metrics), r]
            np.testing.assert_allclose(mine, alone[name][:, 0], rtol=1e-7, atol=1e-12, err_msg=name)
    return state


@pytest.mark.parametrize("name", RUNS)
def test_replica_equals_single_run(waves, new_diary, name) -> None:
    model, optimizer, settings = RUNS[name]
    trainer = Trainer(**({"epochs": 6, "batch_size": 5} | settings))
    state = compare(model, waves, trainer, optimizer, new_diary)
    if name == "early stopping":
        assert len(set(state.stopped.tolist())) > 1, "or the test tells nothing"
    if name == "some diverge":
        assert set(state.diverged.tolist()) == {True, False}, "or the test tells nothing"
    if name == "plateau":
        assert len(set(state.schedule["factor"].tolist())) > 1, "or the test tells nothing"


def test_replicas_differ_in_weights_and_in_the_order_of_records(waves) -> None:
    network = Network(TANH, 2, 2, 6)
    state = fit(network, waves, Trainer(epochs=2, batch_size=5), Adam(), range(R))
    assert len(np.unique(state.parameters["W_hh"][:, 0, 0])) == R


def test_a_replica_does_not_depend_on_how_many_others_there_are(waves) -> None:
    network = Network(TANH, 2, 2, 6)
    trainer = Trainer(epochs=4, batch_size=5)
    few = fit(network, waves, trainer, Adam(), range(2))
    many = fit(network, waves, trainer, Adam(), range(6))
    np.testing.assert_allclose(many.parameters.flat[:2], few.parameters.flat, rtol=1e-9, atol=1e-12)
