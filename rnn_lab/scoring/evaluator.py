"""Evaluation of networks on splits: after every epoch, and at the end; one way for records and streams."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rnn_lab.network import Network, Outputs, Parameters
from rnn_lab.scoring.answers import Answers, Array
from rnn_lab.scoring.factory import targets_of
from rnn_lab.scoring.refused_data import refuse_data
from rnn_lab.scoring.stream_outputs import StreamOutputs
from rnn_lab.scoring.targets import Targets
from rnn_lab.sequences import Data, Records, Rows
from rnn_lab.sequences.dataset import metric


@dataclass(frozen=True)
class _Reader:
    """Visitor of a split that asks a network for answers to its records or along its rows."""

    network: Network
    targets: Targets
    replicas: int

    def of_records(self, records: Records) -> Callable[[Parameters], Answers]:
        outputs_of = Outputs(self.network, self.replicas, records.X)
        answers = self.targets.of_records(records, self.replicas, self.network.dtype)
        return lambda parameters: answers(outputs_of(parameters))

    def of_rows(self, rows: Rows) -> Callable[[Parameters], Answers]:
        return StreamOutputs(self.network, self.targets, rows, self.replicas)


class Evaluator:
    """Answers and scores of R networks on some splits, with buffers allocated once.

    Args:
        network: what is evaluated.
        targets: what its outputs are worth.
        splits: by name, such as ``data.watched`` or ``data.scored``.
        replicas: R.

    Example:
        >>> from rnn_lab.network import Elman
        >>> from rnn_lab.scoring import targets_of
        >>> from rnn_lab.sequences import Adding, TaskData
        >>> data = TaskData(name="adding", task=Adding(length=30), train=10, validation=10).dataset()
        >>> network = Network(Elman(hidden_dim=4), inputs=2, outputs=1, window=30)
        >>> evaluator = Evaluator(network, targets_of(data, network.loss), data.watched, replicas=2)
        >>> evaluator.metrics(evaluator.answers(network.initial([0, 1])), each_epoch=True)["val/rmse"].shape
        (2,)
    """

    def __init__(self, network: Network, targets: Targets, splits: Mapping[str, Any], replicas: int) -> None:
        reader = _Reader(network, targets, replicas)
        self.targets = targets
        self._readers = {name: split.accept(reader) for name, split in splits.items()}

    def answers(self, parameters: Parameters) -> dict[str, Answers]:
        """Answers of networks with these weights on each split."""
        return {name: read(parameters) for name, read in self._readers.items()}

    def metrics(self, answers: Mapping[str, Answers], *, each_epoch: bool = False) -> dict[str, Array]:
        """Every score on every split (or those of each epoch), such as ``val/rmse``, each (R,)."""
        return {
            metric(split, name): values
            for split, given in answers.items()
            for name, values in self.targets.evaluate(given, each_epoch=each_epoch).items()
        }


def evaluate(network: Network, parameters: Parameters, data: Data, targets: Targets | None = None) -> dict[str, Array]:
    """Every score of R networks on every split, such as ``val/rmse``, each (R,).

    Args:
        network, parameters: what is evaluated.
        data: on which splits.
        targets: what outputs are worth; None for the data's own targets, with the usual scores.
    """
    refuse_data(network, data)
    network.refuse_parameters(parameters)
    targets = targets or targets_of(data, network.loss)
    evaluator = Evaluator(network, targets, data.scored, parameters.replicas)
    return evaluator.metrics(evaluator.answers(parameters))
