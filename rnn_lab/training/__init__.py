"""Training: optimizers, schedules, clipping, the loop, stopping and checkpoints.

Read `fit` first: it is the loop. `minibatch`, `lbfgs` and `streaming` are its ways through an epoch; `examination` and
`survey` look at what came out of it.
"""

from rnn_lab.training.fit import Epoch, Observer, fit
from rnn_lab.training.lbfgs import LBFGS
from rnn_lab.training.optimizers import SGD, Adam, RMSprop
from rnn_lab.training.schedules import Constant, Cosine, Exponential, ReduceOnPlateau
from rnn_lab.training.state import TrainingState
from rnn_lab.training.trainer import Trainer

__all__ = [
    "LBFGS",
    "SGD",
    "Adam",
    "Constant",
    "Cosine",
    "Epoch",
    "Exponential",
    "Observer",
    "RMSprop",
    "ReduceOnPlateau",
    "Trainer",
    "TrainingState",
    "fit",
]
