"""An epoch of updates against the same epoch by hand, for a network small enough to differentiate on paper.

One hidden unit, one time step, no bias and no activation: o = u v x, with dL/du = mean(e v x) and dL/dv = mean(e u x).
"""

import numpy as np
import pytest
from rnn_lab.training.minibatch import MiniBatches

from rnn_lab.errors import BadInput
from rnn_lab.network import Elman, Network
from rnn_lab.sequences import Records
from rnn_lab.training import SGD, Exponential, Trainer, TrainingState

N, RATE = 7, 0.1
DESCENT = SGD(learning_rate=RATE)


@pytest.fixture
def network():
    return Network(Elman(hidden_dim=1, activation="identity", bias=False), 1, 1, 1)


@pytest.fixture
def data():
    return np.random.default_rng(0).standard_normal((2, N))


def records(x, y):
    return Records(x[:, None, None], y[:, None], np.arange(len(x)))


def start(network, optimizer, seeds):
    state = TrainingState.before(network.initial(seeds))
    state.moments = optimizer.begin(state.parameters.flat)
    state.schedule = optimizer.schedule.begin(len(seeds))
    return state


def by_hand(u, v, x, y, orders, batch, factor=lambda epoch: 1.0, clip=np.inf):
    """u and v after an epoch for each order, and the mean length and the clipped share of the last epoch."""
    for epoch, order in enumerate(orders):
        lengths, clips = [], []
        starts = list(range(0, N, batch))
        for i, start in enumerate(starts):
            records = order[start : start + batch]
            g_u = g_v = 0.0
            for n in records:
                e = u * v * x[n] - y[n]
                g_u += e * v * x[n] / len(records)
                g_v += e * u * x[n] / len(records)
            length = (g_u**2 + g_v**2) ** 0.5
            lengths.append(length)
            clips.append(length > clip)
            if length > clip:
                g_u, g_v = g_u * clip / length, g_v * clip / length
            rate = RATE * factor(epoch + i / len(starts))
            u, v = u - rate * g_u, v - rate * g_v
    return u, v, np.mean(lengths), np.mean(clips)


def hold(network, data, trainer, orders, seeds=(3,), optimizer=DESCENT, **options):
    x, y = data
    state = start(network, optimizer, seeds)
    before = {name: values.copy() for name, values in state.parameters.arrays().items()}
    epochs = MiniBatches(network, trainer, optimizer, seeds, records(x, y))
    for epoch in range(len(orders[0])):
        lengths, clips = epochs(state)
        state.epoch = epoch + 1
    for r in range(len(seeds)):
        u, v, length, share = by_hand(
            before["W_xh"][r].item(), before["W_hy"][r].item(), x, y, orders[r], trainer.batch(N), **options
        )
        np.testing.assert_allclose(state.parameters["W_xh"][r].item(), u, rtol=1e-12)
        np.testing.assert_allclose(state.parameters["W_hy"][r].item(), v, rtol=1e-12)
        np.testing.assert_allclose([lengths[r], clips[r]], [length, share], rtol=1e-12)
    assert state.updates == len(orders[0]) * -(-N // trainer.batch(N))
    return share


@pytest.mark.parametrize("batch_size", [1, 2, 3, 6, 7, None])
def test_two_epochs_in_order(network, data, batch_size) -> None:
    """7 records: in batches of 2, 3 and 6 the last one is smaller, a mean over its own records."""
    hold(network, data, Trainer(batch_size=batch_size, shuffle=False), [[range(N)] * 2])


@pytest.mark.parametrize("batch_size", [1, 3])
def test_shuffled_by_each_replicas_own_stream(network, data, batch_size) -> None:
    orders = [
        [np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(2, epoch))).permutation(N) for epoch in (1, 2)]
        for seed in (3, 4)
    ]
    hold(network, data, Trainer(batch_size=batch_size), orders, seeds=(3, 4))


def test_every_record_is_used_once_an_epoch(network, data) -> None:
    epochs = MiniBatches(network, Trainer(batch_size=3), SGD(), [0, 1], records(*data))
    orders = np.stack([epochs.order(epoch) for epoch in range(1, 9)])
    assert (np.sort(orders, axis=2) == np.arange(N)).all()
    assert len({tuple(order) for order in orders.reshape(-1, N)}) == 16


def test_the_rate_follows_its_schedule_within_an_epoch(network, data) -> None:
    optimizer = SGD(learning_rate=RATE, schedule=Exponential(gamma=0.5))
    trainer = Trainer(batch_size=2, shuffle=False)
    hold(network, data, trainer, [[range(N)] * 2], optimizer=optimizer, factor=lambda epoch: 0.5**epoch)


def test_clipping_and_its_share(network, data) -> None:
    share = hold(network, data, Trainer(batch_size=2, shuffle=False, clip_norm=0.3), [[range(N)] * 2], clip=0.3)
    assert 0 < share < 1


def test_value_clipping_reaches_the_update(network, data) -> None:
    x, y = data
    state = start(network, SGD(), [3])
    before = state.parameters.flat.copy()
    trainer = Trainer(batch_size=None, clip_value=1e-3)
    _, clips = MiniBatches(network, trainer, SGD(learning_rate=1.0), [3], records(x, y))(state)
    np.testing.assert_allclose(np.abs(state.parameters.flat - before).max(), 1e-3, rtol=1e-9)
    assert clips.tolist() == [1.0]


@pytest.mark.parametrize("batch_size", [8, 1000])
def test_batches_larger_than_the_data_are_refused(network, data, batch_size) -> None:
    with pytest.raises(BadInput, match=f"batch_size={batch_size} is more than the 7 training records; use 1 to 7"):
        MiniBatches(network, Trainer(batch_size=batch_size), SGD(), [0], records(*data))
