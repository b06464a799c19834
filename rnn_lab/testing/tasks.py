"""Behaviour of every task."""

import json
import pickle
from abc import ABC, abstractmethod
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest
from hydra.utils import instantiate
from numpy.typing import NDArray
from pydantic import ValidationError

from rnn_lab.scoring import targets_of
from rnn_lab.sequences import Records, Task, TaskData
from rnn_lab.sequences.forecasting import describe


class TaskContract(ABC):
    """Tests of a task: derive ``TestMine`` from it and define `make`; `perfect`, where the targets are no answer."""

    @abstractmethod
    def make(self) -> Task:
        """The task to be tested."""

    def perfect(self, records: Records) -> NDArray[Any]:
        """Outputs of a perfect network: the numbers, or all but certain logits."""
        task = self.make()
        return records.Y if task.target_shape else 20.0 * (np.arange(len(task.targets)) == records.Y[..., None])

    def draw(self, records: int = 50, seed: int = 0) -> Records:
        """Some records of it."""
        return self.make().draw(np.random.default_rng(seed), records)

    @staticmethod
    def bits(records: Records) -> bytes:
        """All that records consist of."""
        arrays = (records.X, records.Y, records.at, records.mask)
        return b"".join(array.tobytes() for array in arrays if array is not None)

    @pytest.mark.parametrize("count", [1, 50])
    def test_shape_and_dtype(self, count: int) -> None:
        """Inputs (N, T, D); numbers (N, O) or (N, T, O), or positions of classes (N,) or (N, T); a mask (N, T)."""
        task, records = self.make(), self.draw(count)
        steps = (task.window,) if task.each_step else ()
        assert records.X.shape == (count, task.window, len(task.inputs))
        assert records.X.dtype == np.float64
        assert np.isfinite(records.X).all()
        assert records.Y.shape == (count, *steps, *task.target_shape)
        assert records.Y.dtype == (np.float64 if task.target_shape else np.int64)
        assert np.isfinite(records.Y).all()
        if not task.target_shape:
            assert 0 <= records.Y.min() <= records.Y.max() < len(task.targets)
        assert records.at.tolist() == list(range(count))
        if records.mask is not None:
            assert task.each_step
            assert records.mask.shape == (count, task.window)
            assert records.mask.dtype == np.bool_
            assert records.mask.any(axis=1).all()
            assert not records.Y[~records.mask].any()

    def test_seeding_by_the_generator_it_is_given(self) -> None:
        """The same seed gives the same bits, another seed others."""
        assert self.bits(self.draw(seed=3)) == self.bits(self.draw(seed=3)) != self.bits(self.draw(seed=4))

    def test_the_global_random_state_is_left_alone(self) -> None:
        """NumPy's own."""
        before = pickle.dumps(np.random.get_state())  # noqa: NPY002 - it is what is watched
        self.draw()
        assert pickle.dumps(np.random.get_state()) == before  # noqa: NPY002

    def test_fresh_epochs_are_independent_and_repeatable(self) -> None:
        """The first is the training split; a later one does not depend on those before."""
        data = TaskData(name="mine", task=self.make(), train=40, validation=30, fresh=True).dataset()
        assert data.fresh is not None
        late_first = self.bits(data.fresh(5))
        each = [self.bits(data.fresh(epoch)) for epoch in range(1, 7)]
        assert each[0] == self.bits(data.train)
        assert each[4] == late_first
        assert len(set(each)) == 6

    def test_a_perfect_answer_solves_every_record(self) -> None:
        """And one that is not a number none, whatever the replicas beside it say."""
        task, records = self.make(), self.draw()
        perfect = self.perfect(records)
        solved = task.success(np.stack([perfect, perfect + np.nan, perfect]), records)
        assert solved.shape == (3, 50)
        assert solved.dtype == np.bool_
        assert solved.all(axis=1).tolist() == [True, False, True]
        assert not solved[1].any()

    def test_what_does_not_count_does_not_matter(self) -> None:
        """Outputs at masked steps may be anything."""
        task, records = self.make(), self.draw()
        if records.mask is not None:
            spoilt = np.where(records.mask[..., None], self.perfect(records), 1e3)
            assert task.success(spoilt, records).all()

    def test_yardsticks_are_plain_numbers(self) -> None:
        """Scores of certain answers, by the names of scores."""
        data = TaskData(name="mine", task=self.make(), train=10, validation=10).dataset()
        yardsticks, known = data.task.yardsticks(), set(targets_of(data).names)
        assert json.loads(json.dumps(yardsticks)) == yardsticks
        for figures in yardsticks.values():
            assert set(figures) <= known
            assert min(figures.values()) >= 0

    def test_its_recipe_makes_it_again(self) -> None:
        """Through JSON and Hydra."""
        again = instantiate(json.loads(json.dumps(describe(self.make()))), _convert_="all")
        assert asdict(again) == asdict(self.make())
        assert self.bits(again.draw(np.random.default_rng(0), 50)) == self.bits(self.draw())

    def test_an_unknown_argument_is_refused_by_name(self) -> None:
        """None is ignored."""
        task = self.make()
        with pytest.raises(ValidationError, match="wobble"):
            type(task)(**{**asdict(task), "wobble": 1})
