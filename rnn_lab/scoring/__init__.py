"""Scoring of outputs: loss and scores by the kind of target, one evaluator for all data, and spread over replicas.

Read `answers`, `scores` and `targets` first, then `regression` and `classification`;
`evaluator` asks networks, along streams by `stream_outputs`.
"""

from rnn_lab.scoring.answers import Answers, ClassAnswers, NumberAnswers
from rnn_lab.scoring.classification import Classification
from rnn_lab.scoring.evaluator import Evaluator, evaluate
from rnn_lab.scoring.factory import targets_of
from rnn_lab.scoring.regression import Regression
from rnn_lab.scoring.scores import Score
from rnn_lab.scoring.spread import Spread, spread
from rnn_lab.scoring.targets import Targets

__all__ = [
    "Answers",
    "ClassAnswers",
    "Classification",
    "Evaluator",
    "NumberAnswers",
    "Regression",
    "Score",
    "Spread",
    "Targets",
    "evaluate",
    "spread",
    "targets_of",
]
