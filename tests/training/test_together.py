"""Replicas updated in blocks: the bits are those of all at once, whatever the cell, the rule and the optimizer."""

import numpy as np
import pytest
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.network import GRU, LSTM, Elman, Network
from rnn_lab.rules import ARTBP, BPTT, UORO, Readout, SnAp1
from rnn_lab.sequences import Generated, Sine
from rnn_lab.training import SGD, Adam, ReduceOnPlateau, RMSprop, Trainer, fit
from rnn_lab.training import record_epochs as module
from rnn_lab.training.optimizer import FirstOrder
from rnn_lab.training.schedules import Constant, Schedule
from rnn_lab.training.together import blocks

DATA = Generated(name="sine", series=Sine(length=40), window=6, train=17, validation=9, each_step=True).dataset()
CASES = {
    "elman": {},
    "gru, two layers": {"model": GRU(hidden_dim=3, layers=2, initial_state="learned")},
    "lstm, float32": {"model": LSTM(hidden_dim=3), "dtype": "float32"},
    "sgd, clipped": {"optimizer": SGD(learning_rate=0.1, momentum=0.9), "clip_norm": 0.1},
    "rmsprop, a plateau": {"optimizer": RMSprop(learning_rate=0.5, schedule=ReduceOnPlateau(patience=0))},
    "scheduled sampling": {"scheduled_sampling": 0.8},
    "uoro": {"rule": UORO()},
    "artbp": {"rule": ARTBP()},
    "snap1": {"rule": SnAp1()},
    "readout": {"rule": Readout()},
    "one replica stops": {"patience": 1, "optimizer": Adam(learning_rate=0.2)},
}


def trained(model=None, optimizer=None, rule=None, dtype="float64", **settings):
    network = Network.for_data(DATA, model or Elman(hidden_dim=4), dtype=dtype)
    trainer = Trainer(epochs=4, batch_size=5, bptt_truncate=4, dtype=dtype, **settings)
    return fit(network, DATA, trainer, optimizer or Adam(), rule=rule or BPTT(), seeds=range(5))


@pytest.mark.parametrize("case", CASES)
def test_no_bit_depends_on_the_blocks(case, monkeypatch):
    together = trained(**CASES[case])
    for size in (1, 2):
        parts = [slice(first, min(first + size, 5)) for first in range(0, 5, size)]
        monkeypatch.setattr(module, "blocks", lambda *sizes, parts=parts: parts)
        apart = trained(**CASES[case])
        np.testing.assert_array_equal(apart.parameters.flat, together.parameters.flat)
        np.testing.assert_array_equal(apart.best.flat, together.best.flat)
        assert apart.updates == together.updates == 16
        for kept in ("moments", "schedule", "curves"):
            found, expected = getattr(apart, kept), getattr(together, kept)
            assert set(found) == set(expected)
            for name in (name for name in expected if not name.endswith("seconds")):
                np.testing.assert_array_equal(found[name], expected[name])


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Rebinding(FirstOrder):
    """Momentum whose velocity is a new array each time."""

    learning_rate: float = 0.1
    schedule: Schedule = Constant()

    def begin(self, theta):
        return {"velocity": np.zeros_like(theta)}

    def update(self, theta, gradient, rate, moments, count):
        moments["velocity"] = 0.9 * moments["velocity"] - rate * gradient
        theta += moments["velocity"]


def test_an_optimizer_may_put_new_moments_in_the_old_ones_place(monkeypatch):
    together = trained(optimizer=Rebinding())
    monkeypatch.setattr(module, "blocks", lambda *sizes: [slice(0, 2), slice(2, 5)])
    apart = trained(optimizer=Rebinding())
    np.testing.assert_array_equal(apart.parameters.flat, together.parameters.flat)
    np.testing.assert_array_equal(apart.moments["velocity"], together.moments["velocity"])


@pytest.mark.parametrize(("hidden", "batch", "k", "largest"), [(32, 10, 50, 28), (100, 10, 50, 1), (256, 1, 50, 3)])
def test_blocks_are_whole_and_fit_the_cache(hidden, batch, k, largest):
    network = Network(Elman(hidden_dim=hidden), inputs=1, outputs=1, window=50)
    found = blocks(32, network, network.zeros(1).flat.shape[1], batch, k)
    assert [r for block in found for r in range(32)[block]] == list(range(32))
    assert max(block.stop - block.start for block in found) == largest
