"""Training: optimizers, schedules, clipping, the loop, stopping and checkpoints.

Read `fit` first: it is the loop. `record_epochs` and `stream_epochs` are its ways through an epoch, `optimizer` says
what every optimizer offers, `stopping` which weights are the best so far.
"""

from rnn_lab.training.fit import Epoch, Listener, fit
from rnn_lab.training.lbfgs import LBFGS
from rnn_lab.training.optimizer import FirstOrder, Optimizer
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
    "FirstOrder",
    "Listener",
    "Optimizer",
    "RMSprop",
    "ReduceOnPlateau",
    "Trainer",
    "TrainingState",
    "fit",
]
