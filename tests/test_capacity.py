"""Sizes that cannot fit are one sentence in GB, before anything is made."""

from pathlib import Path

import pytest

from rnn_lab.capacity import free_memory, refuse_too_large, refuse_too_much_disk
from rnn_lab.errors import BadInput
from rnn_lab.network import Elman, Network
from rnn_lab.sequences import Adding, Generated, Lorenz96, Sine, TaskData
from rnn_lab.training import Trainer, fit


def test_what_fits_is_let_through(tmp_path):
    refuse_too_large(1e6, "nothing much")
    refuse_too_much_disk(1.0, tmp_path / "not" / "there" / "yet", "nothing much")


def test_free_memory_is_some_of_what_the_machine_has():
    assert 1e7 < free_memory() < 1e15


def test_too_much_disk_names_where_and_how_much(tmp_path):
    with pytest.raises(BadInput, match=r"trainer\.epochs=9 writes 1e\+09 GB to .*, and [\d.e+]+ GB are free\."):
        refuse_too_much_disk(1e18, tmp_path / "run", "trainer.epochs=9")
    assert not list(Path(tmp_path).iterdir())


@pytest.mark.parametrize(
    "make",
    [
        lambda: Generated(name="sine", series=Sine(length=10**12), window=50, train=100, validation=50).dataset(),
        lambda: Generated(
            name="l", series=Lorenz96(length=50, sites=10**10), window=5, train=9, validation=5
        ).dataset(),
        lambda: TaskData(name="adding", task=Adding(length=30), train=10**11, validation=5).dataset(),
        lambda: TaskData(name="adding", task=Adding(length=10**11), train=10, validation=5).dataset(),
    ],
)
def test_data_that_no_memory_holds(make):
    with pytest.raises(BadInput, match="GB of memory"):
        make()


@pytest.mark.slow
@pytest.mark.parametrize("layer", [Elman(hidden_dim=10**6), Elman(hidden_dim=10**4, layers=10**5)])
def test_networks_that_no_memory_holds(layer):
    data = Generated(name="sine", series=Sine(length=200), window=50, train=100, validation=50).dataset()
    with pytest.raises(BadInput, match=r"model\.hidden_dim=.*GB of memory"):
        fit(Network(layer, 1, 1, window=50), data, Trainer(epochs=1))


def test_so_many_replicas_are_counted_and_not_made():
    data = Generated(name="sine", series=Sine(length=200), window=50, train=100, validation=50).dataset()
    with pytest.raises(BadInput, match="replicas=2000000000"):
        fit(Network(Elman(), 1, 1, window=50), data, Trainer(epochs=1), seeds=range(2 * 10**9))
