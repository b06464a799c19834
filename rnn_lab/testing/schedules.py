"""Behaviour of every learning-rate schedule."""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_lab.network import Elman, Network
from rnn_lab.training import TrainingState
from rnn_lab.training.schedules import Schedule

Array = NDArray[Any]
EPOCHS = 10


class ScheduleContract(ABC):
    """Tests of a schedule: derive ``TestMine`` from it and define `make`."""

    @abstractmethod
    def make(self) -> Schedule:
        """The schedule to be tested."""

    def factors(self, losses: Array) -> Array:
        """The factors after each epoch's losses (epochs, R)."""
        schedule = self.make()
        state, found = schedule.begin(losses.shape[1]), []
        for epoch, loss in enumerate(losses):
            schedule.observe(state, loss)
            found.append(schedule.factor(state, epoch, EPOCHS).copy())
        return np.array(found)

    def test_starts_at_one_for_each_replica(self) -> None:
        """The learning rate is the optimizer's own."""
        schedule = self.make()
        assert schedule.factor(schedule.begin(3), 0.0, EPOCHS).tolist() == [1.0, 1.0, 1.0]

    def test_never_rises_above_one_nor_falls_below_zero(self) -> None:
        """Nor does it rise at all."""
        found = self.factors(np.random.default_rng(0).random((EPOCHS, 4)))
        assert found.shape == (EPOCHS, 4)
        assert ((found >= 0) & (found <= 1)).all()
        assert (np.diff(found, axis=0) <= 0).all()

    def test_asking_changes_nothing(self) -> None:
        """Of what it remembers, an array (R,) each."""
        schedule = self.make()
        state = schedule.begin(2)
        for _ in range(3):
            schedule.observe(state, np.ones(2))
        before = {name: values.copy() for name, values in state.items()}
        for epoch in (3.0, 0.0, 9.5):
            schedule.factor(state, epoch, EPOCHS)
        assert before.keys() == state.keys()
        for name, values in state.items():
            assert values.shape == (2,)
            np.testing.assert_array_equal(values, before[name])

    def test_a_replica_among_others_is_as_it_is_alone(self) -> None:
        """Even beside one that diverges."""
        losses = np.random.default_rng(1).random((EPOCHS, 3))
        losses[4, 1] = np.nan
        together = self.factors(losses)
        for r in range(3):
            np.testing.assert_array_equal(together[:, r], self.factors(losses[:, r : r + 1])[:, 0])

    def test_goes_on_from_a_checkpoint(self, tmp_path: Path) -> None:
        """A state that is saved and loaded after every epoch gives the same factors."""
        schedule, losses = self.make(), np.random.default_rng(2).random((EPOCHS, 2))
        expected = self.factors(losses)
        state = TrainingState.before(Network(Elman(hidden_dim=2), 1, 1, 3).initial([0, 1]))
        state.schedule = schedule.begin(2)
        for epoch in range(EPOCHS):
            schedule.observe(state.schedule, losses[epoch])
            state.save(tmp_path / "checkpoint.npz")
            state, _ = TrainingState.load(tmp_path / "checkpoint.npz")
            np.testing.assert_array_equal(schedule.factor(state.schedule, epoch, EPOCHS), expected[epoch])
