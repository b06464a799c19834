"""rnn-lab: a research bench for recurrent networks, written from scratch in NumPy.

Without a command line, in a script or a notebook:

    >>> import numpy as np
    >>> from rnn_lab import Adam, Elman, Network, Trainer, dataset, evaluate, fit, make_predictor
    >>> data = dataset(np.sin(np.arange(200.0)), window=20, scaling="none")
    >>> network = Network.for_data(data, Elman(hidden_dim=8))
    >>> state = fit(network, data, Trainer(epochs=20), Adam(learning_rate=0.01), seeds=[0, 1, 2])
    >>> state.curves["val/rmse"].shape  # epochs 0 to 20, three replicas
    (21, 3)
    >>> bool((evaluate(network, state.parameters, data)["val/rmse"] < 0.1).all())
    True
    >>> make_predictor(network, state.parameters, data).predict(np.sin(np.arange(5.0, 25.0))[None, :, None]).shape
    (1, 1)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rnn_lab.evaluation import baseline_scores, make_predictor
    from rnn_lab.network import GRU, LSTM, Elman, Network
    from rnn_lab.plots import plot_curves, plot_data, plot_predictions
    from rnn_lab.rules import BPTT
    from rnn_lab.scoring import evaluate
    from rnn_lab.sequences import dataset
    from rnn_lab.training import LBFGS, SGD, Adam, RMSprop, Trainer, fit

_FROM = {
    "evaluation": ("baseline_scores", "make_predictor"),
    "network": ("GRU", "LSTM", "Elman", "Network"),
    "plots": ("plot_curves", "plot_data", "plot_predictions"),
    "rules": ("BPTT",),
    "scoring": ("evaluate",),
    "sequences": ("dataset",),
    "training": ("LBFGS", "SGD", "Adam", "RMSprop", "Trainer", "fit"),
}

__all__ = [
    "BPTT",
    "GRU",
    "LBFGS",
    "LSTM",
    "SGD",
    "Adam",
    "Elman",
    "Network",
    "RMSprop",
    "Trainer",
    "baseline_scores",
    "dataset",
    "evaluate",
    "fit",
    "make_predictor",
    "plot_curves",
    "plot_data",
    "plot_predictions",
]


def __getattr__(name: str) -> Any:
    """Import what is asked for, and not before: a command that only answers ``--help`` needs no NumPy."""
    for package, names in _FROM.items():
        if name in names:
            return getattr(import_module(f"rnn_lab.{package}"), name)
    raise AttributeError(f"module 'rnn_lab' has no attribute {name!r}")
