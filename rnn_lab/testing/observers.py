"""Behaviour of every observer: it measures, and never steers."""

from abc import ABC, abstractmethod

import numpy as np

from rnn_lab.network import Elman, Network
from rnn_lab.observers import Observer
from rnn_lab.sequences import Data, Generated, Sine
from rnn_lab.training import Adam, Epoch, Trainer, TrainingState, fit

SEEDS = (3, 4)


class ObserverContract(ABC):
    """Tests of an observer: derive ``TestMine`` from it and define `make`; `data` and `network` are what it watches."""

    @abstractmethod
    def make(self) -> Observer:
        """The observer to be tested."""

    def data(self) -> Data:
        """Data that are trained on."""
        return Generated(name="sine", series=Sine(length=60), window=6, train=20, validation=10).dataset()

    def network(self) -> Network:
        """A network that fits them."""
        return Network(Elman(hidden_dim=4), inputs=1, outputs=1, window=6)

    def trained(self, *, observed: bool, epochs: int = 3) -> tuple[TrainingState, list[Epoch]]:
        """Train with it or without it: the state at the end, and what was told of each epoch."""
        told: list[Epoch] = []

        def listen(epoch: Epoch) -> None:
            told.append(epoch)

        observers = {"mine": self.make()} if observed else {}
        trainer = Trainer(epochs=epochs, batch_size=5)
        state = fit(self.network(), self.data(), trainer, Adam(), SEEDS, [listen], observers=observers)
        return state, told

    def test_changes_no_bit_of_the_training(self) -> None:
        """Weights, losses and random numbers are what they are without it."""
        (plain, before), (watched, after) = (self.trained(observed=observed) for observed in (False, True))
        for one, other in zip(before, after, strict=False):
            for name in [name for name in one.metrics if not name.endswith(("_seconds", "_ms"))]:  # times vary
                np.testing.assert_array_equal(other.metrics[name], one.metrics[name])
        if len(after) == len(before):  # otherwise it has asked the run to stop
            np.testing.assert_array_equal(watched.parameters.flat, plain.parameters.flat)

    def test_is_never_lost(self) -> None:
        """It raises at no epoch, and measures from epoch 0 on."""
        _, told = self.trained(observed=True)
        assert [epoch.lost for epoch in told] == [{}] * len(told)

    def test_measures_each_replica(self) -> None:
        """Metrics are (R,), arrays (R, ...)."""
        _, told = self.trained(observed=True)
        for epoch in told:
            assert all(np.shape(values) == (len(SEEDS),) for values in epoch.metrics.values())
            assert all(len(values) == len(SEEDS) for values in epoch.arrays.values())

    def test_watches_two_runs_as_it_watches_one(self) -> None:
        """Nothing is remembered from one run to the next."""
        (_, first), (_, second) = (self.trained(observed=True) for _ in range(2))
        for one, other in zip(first, second, strict=True):
            for name in [name for name in one.metrics if not name.endswith(("_seconds", "_ms"))]:  # times vary
                np.testing.assert_array_equal(other.metrics[name], one.metrics[name])
