"""trainer.scheduled_sampling in the loop: its share by epoch, its random numbers, what it does not go with."""

from dataclasses import replace

import numpy as np
import pytest

from rnn_lab.errors import BadInput
from rnn_lab.network import GRU, Elman, Network
from rnn_lab.rules import BPTT
from rnn_lab.rules.bptt import TruncatedGradient
from rnn_lab.sequences import Adding, Generated, Henon, Sine, Stream, TaskData, Text
from rnn_lab.training import LBFGS, SGD, Adam, Trainer, TrainingState, fit
from rnn_lab.training.checkpoint import Checkpoint, restore
from rnn_lab.training.record_epochs import RecordEpochs
from rnn_lab.training.stream_epochs import StreamEpochs

EPOCHS, SEEDS = 4, [3, 4]


def windows(**arguments):
    arguments = {"series": Sine(length=60, omega=0.4), "window": 6, "each_step": True, **arguments}
    return Generated(name="sine", train=15, validation=10, **arguments).dataset()


def rows(**arguments):
    return Stream(name="henon", series=Henon(length=300), train=0.7, validation=0.3, **arguments).dataset()


def net(data, model=GRU(hidden_dim=3)):  # noqa: B008 - frozen
    return Network.for_data(data, model)


def trained(data, trainer, seeds=SEEDS, optimizer=SGD(learning_rate=0.1), **options):  # noqa: B008
    return fit(net(data), data, trainer, optimizer, seeds, **options)


@pytest.mark.parametrize("make", [windows, rows])
def test_a_share_of_zero_changes_no_bit_and_one_above_does(make):
    data = make()
    trainer = Trainer(epochs=EPOCHS, batch_size=4, bptt_truncate=5)
    plain, none, some = (
        trained(data, replace(trainer, scheduled_sampling=share) if share is not None else trainer).best.flat
        for share in (None, 0.0, 0.5)
    )
    assert (none == plain).all()
    assert (some != plain).any()


@pytest.mark.parametrize("make", [windows, rows])
def test_the_first_epoch_is_teacher_forced(make):
    data = make()
    trainer = Trainer(epochs=1, batch_size=4, bptt_truncate=5)
    plain, sampled = (trained(data, replace(trainer, scheduled_sampling=share)) for share in (0.0, 1.0))
    assert (plain.parameters.flat == sampled.parameters.flat).all()


def begun(network, optimizer, seeds=SEEDS):
    state = TrainingState.before(network.initial(seeds))
    optimizer.begin_training(state)
    return state


def coins(seed, epoch):
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(3, epoch))))


@pytest.mark.parametrize(("k", "stride"), [(6, None), (3, None), (4, 2)])
def test_epochs_by_hand(k, stride):
    """Epoch e of E reads its own outputs with probability s (e - 1) / E, drawn from each replica's stream of noise."""
    data, s = windows(), 0.8
    trainer = Trainer(
        epochs=EPOCHS, batch_size=4, bptt_truncate=k, bptt_stride=stride, shuffle=False, scheduled_sampling=s
    )
    network, optimizer = net(data), SGD(learning_rate=0.1)
    state, expected = begun(network, optimizer), network.initial(SEEDS)
    batches = RecordEpochs(network, trainer, BPTT(), optimizer, SEEDS, data.train)
    for epoch in range(1, EPOCHS + 1):
        batches(state)
        state.epoch = epoch
        dice = [coins(seed, epoch) for seed in SEEDS]
        for start in range(0, 15, 4):
            part = slice(start, start + 4)
            X, Y = (network.time_major(values[part], 2) for values in (data.train.X, data.train.Y))
            sampled = None
            if epoch > 1:
                sampled = np.stack([die.random(X.shape[1:3]) for die in dice]) < s * (epoch - 1) / EPOCHS
            _, gradient = TruncatedGradient(network, 2, X.shape[2], k, stride)(expected, X, Y, None, sampled)
            expected.flat[...] -= 0.1 * gradient.flat
    np.testing.assert_allclose(state.parameters.flat, expected.flat, rtol=1e-12)


@pytest.mark.parametrize("make", [windows, rows])
def test_a_replica_is_the_single_run_of_its_seed(make):
    data = make()
    trainer = Trainer(epochs=EPOCHS, batch_size=4, bptt_truncate=5, bptt_stride=2, scheduled_sampling=0.9)
    together, alone = trained(data, trainer), trained(data, trainer, SEEDS[1:])
    np.testing.assert_allclose(together.parameters.flat[1], alone.parameters.flat[0], rtol=1e-9)


@pytest.mark.parametrize("make", [windows, rows])
def test_a_resumed_run_repeats_to_the_bit(make, tmp_path):
    data = make()
    trainer = Trainer(epochs=EPOCHS, batch_size=4, bptt_truncate=5, bptt_stride=2, scheduled_sampling=0.9)
    checkpoint = Checkpoint(tmp_path / "checkpoint.npz", 0, {})

    def until_two(epoch):
        checkpoint(epoch)
        return "enough" if epoch.epoch == 2 else None

    whole = trained(data, trainer, optimizer=Adam())
    trained(data, trainer, optimizer=Adam(), listeners=[until_two])
    rest = trained(data, trainer, optimizer=Adam(), state=restore(checkpoint.path, {}))
    assert (rest.parameters.flat == whole.parameters.flat).all()
    assert (rest.best_loss == whole.best_loss).all()


def test_every_epoch_each_lane_begins_with_an_observed_row():
    data = rows()
    network, optimizer = net(data, Elman(hidden_dim=3)), SGD(learning_rate=0.1)
    trainer = Trainer(epochs=2, batch_size=3, bptt_truncate=69, scheduled_sampling=1.0)
    lanes = StreamEpochs(network, trainer, BPTT(), optimizer, SEEDS, data.train)
    state = begun(network, optimizer)
    for state.epoch in (1, 2):  # at 2 every step is sampled that can be
        lanes(state)
        read = lanes.gradient.recurrence.inputs
        X, _ = data.train.read(lanes.starts, 69)
        assert lanes.length == 69
        assert (read[:, 0] == X[0]).all()
    assert (read[:, 1:] != X[1:]).all()


NO_SERIES = "needs a series of numbers whose target at each step is the next input"


@pytest.mark.parametrize(
    "data",
    [
        windows(each_step=False),
        windows(horizon=2),
        windows(series=Henon(length=60), columns="x", target="y"),
        windows(series=Henon(length=60), target=["y", "x"]),
        rows(horizon=3),
        rows(columns="x", target="y"),
        Text(name="text", train=900, validation=100).dataset(),
        TaskData(name="adding", task=Adding(length=10), train=20, validation=5).dataset(),
    ],
    ids=["last step", "horizon", "another column", "another order", "far stream", "other stream", "text", "task"],
)
def test_it_is_refused_where_an_output_is_no_next_input(data):
    with pytest.raises(BadInput, match=rf"^trainer\.scheduled_sampling=0\.5 {NO_SERIES}"):
        trained(data, Trainer(epochs=2, batch_size=4, loss=None, scheduled_sampling=0.5))


def test_it_is_refused_with_lbfgs():
    with pytest.raises(BadInput, match="needs a first-order optimizer"):
        trained(windows(), Trainer(batch_size=None, scheduled_sampling=0.5), optimizer=LBFGS())
