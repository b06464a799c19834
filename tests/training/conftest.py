"""Small data sets of known content, and a diary of what listeners are told."""

import numpy as np
import pytest

from rnn_lab.sequences.dataset import SeriesDataset
from rnn_lab.sequences.records import Windows
from rnn_lab.sequences.scaling import Scaler


def records(X, Y):
    return Windows(np.ascontiguousarray(X), np.ascontiguousarray(Y), np.arange(len(Y)))


def joined(train, validation, shift=0.0, scale=1.0):
    """A data set of two splits, each (X, Y), whose targets were scaled by (y - shift) / scale."""
    D, O = train[0].shape[2], train[1].shape[1]  # noqa: E741 - the symbol of the equations
    inputs, targets = (tuple(f"{kind}{i}" for i in range(n)) for kind, n in (("x", D), ("y", O)))
    return SeriesDataset(
        name="made",
        train=records(*train),
        validation=records(*validation),
        test=None,
        series=np.zeros((len(train[1]) + len(validation[1]), D + O)),
        columns=(*inputs, *targets),
        inputs=inputs,
        targets=targets,
        index=None,
        index_name="n",
        horizon=1,
        input_scaler=Scaler("none", np.zeros(D), np.ones(D)),
        target_scaler=Scaler("standard", np.full(O, shift), np.full(O, scale)),
        recipe={},
        fingerprint="0" * 64,
    )


@pytest.fixture(scope="session")
def join():
    """The maker of data sets from two splits (X, Y)."""
    return joined


@pytest.fixture(scope="session")
def waves():
    """Sine waves with a little noise: 14 windows of 6 steps to train on, 9 to validate; two inputs, two targets."""
    rng = np.random.default_rng(0)
    n = np.arange(40)[:, None]
    series = np.sin(n * [0.7, 0.31]) + 0.1 * rng.standard_normal((40, 2))
    X = np.stack([series[i : i + 6] for i in range(23)])
    Y = series[6:29]
    return joined((X[:14], Y[:14]), (X[14:], Y[14:]), shift=0.5, scale=2.0)


class Diary:
    """A listener that copies everything it is told; ``stop_at`` an epoch it asks the run to stop."""

    def __init__(self, stop_at=None) -> None:
        self.stop_at = stop_at
        self.metrics, self.weights, self.predictions = [], [], []

    def __call__(self, epoch):
        assert epoch.epoch == epoch.state.epoch
        self.metrics.append({name: values.copy() for name, values in epoch.metrics.items()})
        self.weights.append(epoch.parameters.flat.copy())
        self.predictions.append({name: values.copy() for name, values in epoch.predictions.items()})
        return "the diary is full" if epoch.epoch == self.stop_at else None

    def __getitem__(self, name):
        """One metric, (epochs, R)."""
        return np.array([metrics[name] for metrics in self.metrics])


@pytest.fixture
def diary():
    return Diary()


@pytest.fixture(scope="session")
def new_diary():
    """The maker of diaries."""
    return Diary
