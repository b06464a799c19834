"""TaskData: a task's records as a Dataset, fixed or fresh each epoch."""

from dataclasses import dataclass as plain
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.capacity import refuse_too_large
from rnn_lab.component import STRICT
from rnn_lab.rng import named_rng
from rnn_lab.sequences.dataset import Dataset, DataVisitor, Result_co
from rnn_lab.sequences.fingerprint import digest
from rnn_lab.sequences.forecasting import describe
from rnn_lab.sequences.records import Records
from rnn_lab.sequences.scaling import unscaled
from rnn_lab.sequences.task import Task

TRAIN, VALIDATION, TEST = range(3)


@plain(frozen=True, eq=False, repr=False, kw_only=True)
class TaskDataset(Dataset):
    """Records of a task."""

    task: Task

    @property
    def size(self) -> str:
        """Number and length of the records, and the kind of their targets, in words."""
        what = "numbers" if self.task.target_shape else "classes"
        where = "at each step" if self.each_step else "after the last"
        fresh = "; fresh ones each epoch" if self.fresh else ""
        return (
            f"{len(self.train)} training and {len(self.validation)} validation records of {self.window} steps, "
            f"{what} to give {where}{fresh}"
        )

    def accept(self, visitor: DataVisitor[Result_co]) -> Result_co:
        """Let it do what it does with records of a task."""
        return visitor.of_task(self)

    @property
    def criteria(self) -> tuple[str, ...]:
        """Every task says when a record is solved."""
        return ("success",)

    def success(self, outputs: NDArray[Any], records: Records) -> NDArray[np.bool_]:
        """(R, N) which records are solved by the task's own criterion, from outputs (R, N, ...)."""
        return self.task.success(outputs, records)

    def yardsticks(self, split: Records) -> dict[str, dict[str, float]]:
        """Expected scores of the task's own answers, and the loss of the best answer on just these records."""
        ideal = self.task.ideal(split)
        return self.task.yardsticks() | ({} if ideal is None else {"ideal": {"loss": ideal}})


@dataclass(frozen=True, kw_only=True, config=STRICT)
class TaskData:
    """Records of a task; each split from a random stream of its own, so that none depends on another's size.

    Args:
        name: what figures and the tracker call the data.
        task: a component of its own.
        train: records, >= 1.
        validation: likewise.
        test: likewise; may be 0.
        seed: of the data's random streams, >= 0. It is not the run's seed: all replicas see the same data.
        fresh: whether each epoch trains on new records. They depend on the epoch's number alone, so a run that
            resumes sees those that it would have seen.

    Example:
        >>> from rnn_lab.sequences import Adding
        >>> data = TaskData(name="adding", task=Adding(length=30), train=100, validation=50, fresh=True).dataset()
        >>> data.train.X.shape, data.train.Y.shape
        ((100, 30, 2), (100, 1))
        >>> bool((data.fresh(1).X == data.train.X).all()), bool((data.fresh(2).X == data.train.X).all())
        (True, False)
    """

    name: str
    task: Task
    train: int = Field(gt=0)
    validation: int = Field(gt=0)
    test: int = Field(default=0, ge=0)
    seed: int = Field(default=0, ge=0)
    fresh: bool = False

    def dataset(self) -> TaskDataset:
        """Draw the splits."""
        task = self.task
        self._refuse_too_large()
        train = self.epoch(1)
        validation = task.draw(named_rng(self.seed, "data", VALIDATION), self.validation)
        test = task.draw(named_rng(self.seed, "data", TEST), self.test) if self.test else None
        input_scaler, target_scaler = unscaled(len(task.inputs)), unscaled(len(task.targets))
        recipe: dict[str, Any] = {
            **describe(self),
            "inputs": list(task.inputs),
            "targets": list(task.targets),
            "input_scaler": input_scaler.recipe(),
            "target_scaler": target_scaler.recipe(),
        }
        parts = [part for part in (train, validation, test) if part is not None]
        return TaskDataset(
            name=self.name,
            train=train,
            validation=validation,
            test=test,
            inputs=task.inputs,
            targets=task.targets,
            classes=task.classes,
            input_scaler=input_scaler,
            target_scaler=target_scaler,
            recipe=recipe,
            fingerprint=digest(recipe, *(array for part in parts for array in (part.X, part.Y, part.mask))),
            task=task,
            fresh=self.epoch if self.fresh else None,
        )

    def _refuse_too_large(self) -> None:
        task, records = self.task, self.train + self.validation + self.test
        wide = len(task.inputs) + sum(task.target_shape) + 1
        refuse_too_large(
            3.0 * 8 * records * task.window * wide,
            f"data.train={self.train}, data.validation={self.validation}, data.test={self.test} of {task.window} steps",
        )

    def epoch(self, number: int) -> Records:
        """Draw the training records of an epoch, from 1, whatever was drawn before."""
        if number < 1:
            raise ValueError(f"epochs that train are numbered from 1, which {number} is not")
        key = (TRAIN,) if number == 1 else (TRAIN, number)
        return self.task.draw(named_rng(self.seed, "data", *key), self.train)
