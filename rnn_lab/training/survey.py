"""What a network says along a stretch of a stream, and how good that is."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_lab.network import Network, Parameters
from rnn_lab.network.recurrence import Recurrence
from rnn_lab.sequences import Rows, StreamDataset
from rnn_lab.training.examination import SHOWN

Array = NDArray[Any]

MOST = 20_000
"""Steps of a stream of numbers that are looked at in a split, the last ones: a longer stream costs no more, and a
standard error of a hundredth tells networks apart."""
LANE = 1_000
"""Steps of a lane at least: the stretch is walked in lanes, for speed."""
WARM_UP = 100
"""Steps that every lane reads before its first; the first lane fewer, where the series begins with it."""
CHUNK = 100


@dataclass(frozen=True, eq=False)
class Survey:
    """Every step of a stretch, in the order of time.

    Attributes:
        predicted: (R, M, O) scaled numbers; of classes the logarithm of the right one's probability, (R, M, 1).
        true: (M, O) scaled numbers; of classes 0.
        right: (R, M), whether the likeliest class is the right one; None for numbers.
    """

    predicted: Array
    true: Array
    right: Array | None

    def in_own_units(self, dataset: StreamDataset) -> tuple[Array, Array]:
        """``predicted`` and ``true`` without scaling; of classes the right one's probability and 1."""
        if self.right is not None:
            return np.exp(self.predicted), np.exp(self.true)
        return dataset.target_scaler.undo(self.predicted), dataset.target_scaler.undo(self.true)

    def scores(self, dataset: StreamDataset) -> dict[str, Array]:
        """``loss`` and ``rmse``, or of classes ``loss`` and ``accuracy``, each (R,)."""
        if self.right is not None:
            return {"loss": -self.predicted.mean(axis=(1, 2)), "accuracy": self.right.mean(axis=1)}
        loss = 0.5 * np.mean((self.predicted - self.true) ** 2, axis=(1, 2))
        predicted, true = self.in_own_units(dataset)
        return {"loss": loss, "rmse": np.sqrt(np.mean((predicted - true) ** 2, axis=(1, 2)))}


class Surveyor:
    """Walks a stretch of a stream in lanes that start from a warmed-up state.

    Args:
        network, dataset: what is looked at, on what.
        rows: the stretch.
        replicas: R.
    """

    def __init__(self, network: Network, dataset: StreamDataset, rows: Rows, replicas: int) -> None:
        self.network, self.dataset, self.rows, self.replicas = network, dataset, rows, replicas
        lanes = max(1, min(64, self.rows.length // LANE))
        self.lane = -(-self.rows.length // lanes)
        self.starts = np.linspace(0, self.rows.length - self.lane, lanes).astype(int)  # they may overlap a little
        self.recurrence: Recurrence = network.unroll(replicas, lanes, min(CHUNK, self.lane))

    def __call__(self, parameters: Parameters) -> Survey:
        """Look at one state of the weights."""
        with np.errstate(over="ignore", invalid="ignore"):  # a network that diverged says so in its outputs
            return self._walk(parameters)

    def _walk(self, parameters: Parameters) -> Survey:
        R, M, O = self.replicas, self.rows.length, self.network.outputs  # noqa: E741 - the symbol of the equations
        classes = self.dataset.classes
        predicted = np.zeros((R, M, 1 if classes else O))
        true = np.zeros((M, 1 if classes else O))
        right = np.zeros((R, M), bool) if classes else None
        self.recurrence.begin(parameters)
        self._warm_up(parameters)
        for start in range(0, self.lane, self.recurrence.history):
            steps = min(self.recurrence.history, self.lane - start)
            outputs, Y = self._read(parameters, self.starts + start, steps)
            at = (self.starts + start)[None] + np.arange(steps)[:, None]  # (n, B)
            if classes:
                assert right is not None
                logits = outputs - outputs.max(axis=-1, keepdims=True)
                chosen = np.take_along_axis(logits, Y[None, ..., None], axis=-1)
                predicted[:, at] = chosen - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
                right[:, at] = outputs.argmax(axis=-1) == Y
            else:
                predicted[:, at], true[at] = outputs, Y
        return Survey(predicted, true, right)

    def _warm_up(self, parameters: Parameters) -> None:
        """Run every lane through the rows before its first; the first lane begins anew at the series' first row."""
        past = min(WARM_UP, self.rows.first)
        longest = WARM_UP if len(self.starts) > 1 else past
        for first, last in ((-longest, -past), (-past, 0)):
            self.recurrence.begin(parameters, slice(0, 1))
            for start in range(first, last, self.recurrence.history):
                starts = np.maximum(self.starts + start, -self.rows.first)
                self._read(parameters, starts, min(self.recurrence.history, last - start))

    def _read(self, parameters: Parameters, starts: Array, steps: int) -> tuple[Array, Array]:
        """Go on by some steps: outputs (R, n, B, O) and their targets."""
        X, Y = self.rows.read(starts, steps)
        X = np.broadcast_to(X.astype(self.network.dtype), (self.replicas, *X.shape))
        outputs = np.empty((*X.shape[:3], self.network.outputs), self.network.dtype)
        self.network.readout(parameters, self.recurrence.forward_steps(parameters, X), X, outputs)
        return outputs.astype(np.float64), Y


def scored(dataset: StreamDataset) -> dict[str, Rows]:
    """The steps of each split that are looked at, by networks and baselines alike.

    Of numbers these are the last `MOST`. Of classes they are all of validation and test, and of training as many of the
    last steps as validation has.
    """
    parts = {"train": dataset.train, "validation": dataset.validation, "test": dataset.test}
    found = {split: rows for split, rows in parts.items() if rows is not None}
    if dataset.classes:
        return found | {"train": last(dataset.train, dataset.validation.length)}
    return {split: last(rows, MOST) for split, rows in found.items()}


def last(rows: Rows, most: int) -> Rows:
    """The last steps of a split, or all if there are no more."""
    return rows.tail(min(rows.length, most))


def surveyors(network: Network, dataset: StreamDataset, replicas: int) -> dict[str, Surveyor]:
    """What looks at the steps of each split that are scored."""
    return {split: Surveyor(network, dataset, rows, replicas) for split, rows in scored(dataset).items()}


class StreamExamination:
    """Losses and errors along the training and the validation rows, in the place of `Examination`.

    Args:
        network, dataset: what is examined, on what.
        replicas: R.
    """

    def __init__(self, network: Network, dataset: StreamDataset, replicas: int) -> None:
        self.dataset = dataset
        self.parts = surveyors(network, dataset, replicas)
        self.parts.pop("test", None)

    def __call__(self, parameters: Parameters) -> tuple[dict[str, Array], dict[str, Array]]:
        """Metrics of both splits such as ``val/loss``, each (R,), and the first predictions that are looked at."""
        metrics: dict[str, Array] = {}
        predictions = {}
        for split, survey_of in self.parts.items():
            survey, name = survey_of(parameters), "val" if split == "validation" else split
            metrics |= {f"{name}/{score}": values for score, values in survey.scores(self.dataset).items()}
            predictions[split] = survey.in_own_units(self.dataset)[0][:, :SHOWN]
        return metrics, predictions


def stream_truth(dataset: StreamDataset) -> dict[str, Array]:
    """What those predictions should be, (M, O)."""
    found = {}
    for split, rows in scored(dataset).items():
        Y = rows.read_targets(0, min(SHOWN, rows.length))
        found[split] = np.ones((len(Y), 1)) if dataset.classes else dataset.target_scaler.undo(Y)
    found.pop("test", None)
    return found
