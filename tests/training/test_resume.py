"""A run that goes on from a checkpoint equals one that was never interrupted, to the bit."""

import shutil

import numpy as np
import pytest

from rnn_lab.errors import BadInput
from rnn_lab.network import GRU, LSTM, Elman, Network
from rnn_lab.sequences import Adding, Copying, Generated, Henon, Stream, StreamDataset, TaskData, Text
from rnn_lab.training import (
    LBFGS,
    SGD,
    Adam,
    Constant,
    Cosine,
    Exponential,
    ReduceOnPlateau,
    RMSprop,
    Trainer,
    TrainingState,
    fit,
)
from rnn_lab.training.checkpoint import Checkpoint, restore

EPOCHS, SEEDS = 6, [3, 4, 5]
IDENTITY = {"model.hidden_dim": "4", "the data's fingerprint": "0" * 64, "data.path": ""}
SCHEDULES = [Constant(), Cosine(), Exponential(gamma=0.8), ReduceOnPlateau(patience=0)]
OPTIMIZERS = [
    kind(schedule=schedule, **settings)
    for schedule in SCHEDULES
    for kind, settings in (
        (SGD, {}),
        (SGD, {"momentum": 0.9}),
        (SGD, {"momentum": 0.9, "nesterov": True}),
        (RMSprop, {}),
        (Adam, {}),
        (Adam, {"weight_decay": 0.1}),
    )
]


class Shelf:
    """A listener that keeps a copy of every checkpoint."""

    def __init__(self, folder) -> None:
        self.folder = folder
        self.checkpoint = Checkpoint(folder / "checkpoint.npz", seconds=0, identity=IDENTITY)

    def __call__(self, epoch) -> None:
        self.checkpoint(epoch)
        shutil.copy(self.checkpoint.path, self.folder / f"{epoch.epoch}.npz")

    def take(self, epoch):
        return restore(self.folder / f"{epoch}.npz", IDENTITY)


def same(one, other) -> None:
    """Two states, field by field and bit by bit; a history begins where its state was made or loaded."""
    for name, value in vars(one).items():
        if name == "history":
            continue
        theirs = getattr(other, name)
        if isinstance(value, dict):
            assert value.keys() == theirs.keys()
            for key in value:
                np.testing.assert_array_equal(value[key], theirs[key], err_msg=f"{name}.{key}")
        elif hasattr(value, "flat") and hasattr(value, "shapes"):
            assert value.shapes == theirs.shapes
            np.testing.assert_array_equal(value.flat, theirs.flat, err_msg=name)
        else:
            np.testing.assert_array_equal(value, theirs, err_msg=name)


def interrupt_and_resume(tmp_path, new_diary, network, data, trainer, optimizer):
    whole, shelf = new_diary(), Shelf(tmp_path)
    expected = fit(network, data, trainer, optimizer, SEEDS, [whole, shelf])
    for epoch in sorted({0, 1, expected.epoch // 2, expected.epoch - 1, expected.epoch}):
        rest = new_diary()
        state = fit(network, data, trainer, optimizer, SEEDS, [rest], state=shelf.take(epoch))
        same(state, expected)
        assert len(rest.metrics) == expected.epoch - epoch
        for name in whole.metrics[0].keys() - {"epoch_seconds"}:
            np.testing.assert_array_equal(whole[name][epoch + 1 :], rest[name].reshape(-1, len(SEEDS)), err_msg=name)
        for mine, theirs in zip(rest.weights, whole.weights[epoch + 1 :], strict=True):
            np.testing.assert_array_equal(mine, theirs)
    return expected


@pytest.fixture
def network():
    return Network(Elman(hidden_dim=4), inputs=2, outputs=2, window=6)


@pytest.mark.slow
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda o: f"{type(o).__name__}-{type(o.schedule).__name__}")
def test_every_optimizer_with_every_schedule(tmp_path, new_diary, network, waves, optimizer) -> None:
    trainer = Trainer(epochs=EPOCHS, batch_size=5, clip_norm=0.5)
    interrupt_and_resume(tmp_path, new_diary, network, waves, trainer, optimizer)


def test_lbfgs(tmp_path, new_diary, network, waves) -> None:
    trainer = Trainer(epochs=EPOCHS, batch_size=None)
    interrupt_and_resume(tmp_path, new_diary, network, waves, trainer, LBFGS(iterations=7, memory=5))


@pytest.mark.parametrize(
    "layer", [GRU(hidden_dim=4), GRU(hidden_dim=4, reset="before"), LSTM(hidden_dim=4), LSTM(encoding="positional")]
)
def test_every_layer(tmp_path, new_diary, waves, layer) -> None:
    trainer = Trainer(epochs=EPOCHS, batch_size=5, bptt_truncate=4)
    interrupt_and_resume(tmp_path, new_diary, Network(layer, 2, 2, 6), waves, trainer, Adam(schedule=Cosine()))


KINDS = {
    "stream": Stream(name="henon", series=Henon(length=200), train=0.8, validation=0.2),
    "text": Text(name="text", train=200, validation=100),
    "fresh records": TaskData(name="adding", task=Adding(length=9), train=12, validation=5, fresh=True),
    "masks": TaskData(name="copying", task=Copying(delay=3, count=2, symbols=3), train=12, validation=5, fresh=True),
    "windows with targets at each step": Generated(
        name="henon", series=Henon(length=40), window=6, train=15, validation=10, each_step=True
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("data", KINDS.values(), ids=KINDS)
def test_every_kind_of_data(tmp_path, new_diary, data) -> None:
    data = data.dataset()
    streamed = isinstance(data, StreamDataset)
    network = Network(
        GRU(hidden_dim=4, layers=2, input_skip=True, initial_state="learned"),
        len(data.inputs),
        len(data.targets),
        None if streamed else data.window,
        each_step=streamed or data.each_step,
        loss="cross_entropy" if data.classes else "half_mean_squared_error",
    )
    trainer = Trainer(epochs=4, batch_size=5, bptt_truncate=4, bptt_stride=3)
    interrupt_and_resume(tmp_path, new_diary, network, data, trainer, Adam(schedule=Cosine()))


@pytest.mark.parametrize("keep", ["best", "last"])
def test_after_some_replicas_have_stopped(tmp_path, new_diary, network, waves, keep) -> None:
    trainer = Trainer(epochs=25, batch_size=5, patience=2, keep=keep)
    state = interrupt_and_resume(tmp_path, new_diary, network, waves, trainer, SGD(learning_rate=1.0))
    assert len(set(state.stopped.tolist())) > 1, "or the test tells nothing"


def test_after_some_replicas_have_diverged(tmp_path, new_diary, waves) -> None:
    layer = Elman(hidden_dim=4, activation="identity", encoding="positional", bias=False, gain=1.0)
    network, trainer = Network(layer, 2, 2, 6), Trainer(epochs=12, batch_size=5)
    state = interrupt_and_resume(tmp_path, new_diary, network, waves, trainer, Adam(learning_rate=1e200))
    assert state.diverged.all()
    state = interrupt_and_resume(tmp_path, new_diary, network, waves, trainer, SGD(learning_rate=0.65))
    assert set(state.diverged.tolist()) == {True, False}, "or the test tells nothing"


def test_in_single_precision(tmp_path, new_diary, waves) -> None:
    network = Network(Elman(hidden_dim=4), 2, 2, 6, "float32")
    trainer = Trainer(epochs=EPOCHS, batch_size=5, dtype="float32")
    state = interrupt_and_resume(tmp_path, new_diary, network, waves, trainer, Adam(schedule=ReduceOnPlateau()))
    assert state.parameters.flat.dtype == "float32"


def test_more_epochs_than_were_planned(tmp_path, network, waves) -> None:
    shelf, adam = Shelf(tmp_path), Adam(schedule=Constant())  # a cosine would know of the end
    fit(network, waves, Trainer(epochs=3, batch_size=5), adam, SEEDS, [shelf])
    longer = Trainer(epochs=EPOCHS, batch_size=5)
    same(
        fit(network, waves, longer, adam, SEEDS, state=shelf.take(3)),
        fit(network, waves, longer, adam, SEEDS),
    )


def test_a_run_that_was_asked_to_stop_can_go_on(tmp_path, new_diary, network, waves) -> None:
    shelf, trainer = Shelf(tmp_path), Trainer(epochs=EPOCHS, batch_size=5)
    fit(network, waves, trainer, Adam(), SEEDS, [shelf, new_diary(stop_at=2)])
    state = fit(network, waves, trainer, Adam(), SEEDS, state=shelf.take(2))
    same(state, fit(network, waves, trainer, Adam(), SEEDS))


class TestCheckpoint:
    @pytest.fixture
    def path(self, tmp_path):
        (tmp_path / "run" / "weights").mkdir(parents=True)
        return tmp_path / "run" / "weights" / "checkpoint.npz"

    @pytest.fixture
    def saved(self, path, network):
        state = TrainingState.before(network.initial(SEEDS))
        state.moments, state.schedule = Adam().begin(state.parameters.flat), Constant().begin(3)
        state.stop(np.array([False, True, False]), "said in words, with ümlauts", diverged=True)
        state.save(path, **IDENTITY)
        return state

    def test_keeps_every_bit_and_the_identity(self, path, saved) -> None:
        state, identity = TrainingState.load(path)
        same(state, saved)
        assert identity == IDENTITY
        assert isinstance(state.epoch, int)
        assert state.reasons == ["", "said in words, with ümlauts", ""]
        assert [file.name for file in path.parent.iterdir()] == ["checkpoint.npz"]

    def test_equal_states_make_equal_files(self, path, saved) -> None:
        with np.load(path) as file:
            first = {name: file[name] for name in file.files}
        saved.save(path, **IDENTITY)
        with np.load(path) as file:
            assert first.keys() == set(file.files)
            for name in file.files:
                np.testing.assert_array_equal(first[name], file[name])

    def test_a_failed_save_leaves_the_last_one(self, path, saved, monkeypatch) -> None:
        before = path.read_bytes()

        def torn(file, **arrays):
            file.write(b"half of ")
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(np, "savez", torn)
        with pytest.raises(OSError, match="No space left"):
            saved.save(path)
        assert path.read_bytes() == before

    def test_saves_no_oftener_than_asked(self, path, network, waves, monkeypatch) -> None:
        clock = iter(np.arange(0.0, 100.0, 0.4))  # it is read at least once an epoch
        monkeypatch.setattr("rnn_lab.training.checkpoint.monotonic", lambda: next(clock))
        saves = []
        monkeypatch.setattr(TrainingState, "save", lambda state, path, **identity: saves.append(state.epoch))
        trainer = Trainer(epochs=9, batch_size=5)
        fit(network, waves, trainer, Adam(), SEEDS, [Checkpoint(path, 1.0, {})])
        assert saves == [2, 5, 8], "0.4 s an epoch and 0.4 s a save: each third epoch is 1 s after the last save"
        saves.clear()
        fit(network, waves, trainer, Adam(), SEEDS, [Checkpoint(path, 0.0, {})])
        assert saves == list(range(10))

    def test_another_recipe_is_refused_with_the_first_difference(self, path, saved) -> None:
        other = IDENTITY | {"model.hidden_dim": "5"}
        with pytest.raises(BadInput, match=r"run does not fit: model\.hidden_dim is 5 here, and 4 in the run"):
            restore(path, other)

    @pytest.mark.parametrize("change", [{"model.gain": "1.0"}, None])
    def test_a_key_more_or_less_is_refused(self, path, saved, change) -> None:
        other = IDENTITY | change if change else {}
        with pytest.raises(BadInput, match="does not fit"):
            restore(path, other)

    def test_no_checkpoint_is_said(self, path) -> None:
        with pytest.raises(BadInput, match=r"no checkpoint checkpoint\.npz in .*weights: the folder is no run's"):
            restore(path, IDENTITY)

    @pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.9, 0.999])
    def test_a_torn_file_is_refused(self, path, saved, share) -> None:
        whole = path.read_bytes()
        path.write_bytes(whole[: int(share * len(whole))])
        with pytest.raises(BadInput, match="cannot be read; it may be torn"):
            restore(path, IDENTITY)

    def test_a_flipped_bit_is_refused_or_harmless(self, path, saved) -> None:
        whole = path.read_bytes()
        for place in range(0, len(whole), len(whole) // 50):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :])
            try:
                state = restore(path, IDENTITY)
            except BadInput:
                continue
            same(state, saved)

    @pytest.mark.parametrize("content", ["weights", "array", "text", "pickle"])
    def test_another_file_is_refused(self, path, network, content) -> None:
        if content == "weights":
            network.initial([0]).save(path)
        elif content == "array":
            with path.open("wb") as file:
                np.save(file, np.zeros(3))
        elif content == "pickle":
            np.savez(path, parameters=np.array([print], object))
        else:
            path.write_text("epoch,loss\n")
        with pytest.raises(BadInput, match="cannot be read"):
            restore(path, IDENTITY)
