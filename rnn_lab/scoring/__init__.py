"""What outputs are worth: loss and scores by the kind of target, one evaluator for all data, and spread over replicas.

Read `answers`, `scores` and `targets` first; `evaluator` asks networks, along streams by `stream_outputs`.
"""

from rnn_lab.scoring.answers import Answers, ClassAnswers, NumberAnswers
from rnn_lab.scoring.evaluator import Evaluator, evaluate
from rnn_lab.scoring.scores import Score
from rnn_lab.scoring.spread import Spread, spread
from rnn_lab.scoring.targets import Classification, Regression, Targets, targets_of

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
