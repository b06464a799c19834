"""Targets of data: the one place that asks whether they are numbers or classes."""

from collections.abc import Mapping

from rnn_lab.network.losses import Loss
from rnn_lab.scoring.classification import Classification
from rnn_lab.scoring.regression import Regression
from rnn_lab.scoring.scores import Score
from rnn_lab.scoring.targets import Targets
from rnn_lab.sequences import Data


def targets_of(data: Data, loss: Loss | str | None = None, scores: Mapping[str, Score] | None = None) -> Targets:
    """Return the targets of some data: the one place that asks for their kind.

    Args:
        data: whose targets they are.
        loss: a component or its name; None for the usual one of such targets.
        scores: by name; None for the usual ones.
    """
    kind = Classification if data.classes else Regression
    return kind(data, loss, scores)
