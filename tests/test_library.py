"""The README's example from Python, as it stands there."""

import re
from pathlib import Path

import numpy as np
import pytest

import rnn_lab
from rnn_lab.errors import BadInput
from rnn_lab.network import GRU, Elman, Network
from rnn_lab.training import LBFGS, Adam, Trainer, TrainingState, fit

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def test_the_example_runs(capsys):
    (code,) = re.findall(r"```python\n(.*?)```", README, re.S)
    exec(compile(code, "README.md", "exec"), {})
    final, scores, forecast = re.findall(r"\[\[?(.*?)\]\]?", capsys.readouterr().out)
    assert len(final.split()) == len(scores.split()) == 3
    assert abs(float(forecast) - np.sin(200.0)) < 0.2


def test_every_name_is_there():
    for name in rnn_lab.__all__:
        assert getattr(rnn_lab, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'foo'"):
        _ = rnn_lab.foo


def test_a_data_frame_keeps_its_names_and_its_dates():
    pandas = pytest.importorskip("pandas")
    dates = pandas.date_range("2020-01-31", periods=60, freq="ME", name="month")
    frame = pandas.DataFrame({"open": np.arange(60.0), "close": np.sin(np.arange(60.0))}, index=dates)
    data = rnn_lab.dataset(frame, window=6, target="close")
    assert (data.inputs, data.targets, data.index_name) == (("open", "close"), ("close",), "month")
    np.testing.assert_array_equal(data.index, dates.to_numpy())


@pytest.mark.parametrize("values", [[["a"]], np.zeros((2, 2, 2)), [1.0, np.nan] * 30, []])
def test_what_is_no_table_of_numbers_is_refused(values):
    with pytest.raises(BadInput, match="the values"):
        rnn_lab.dataset(values, window=3)


DATA = rnn_lab.dataset(np.sin(np.arange(100.0)), window=10)
TWO = rnn_lab.dataset(np.ones((100, 2)) * np.sin(np.arange(100.0))[:, None], window=10)


@pytest.mark.parametrize(
    ("network", "data"),
    [
        (Network(Elman(), inputs=2, outputs=1, window=10), DATA),
        (Network(Elman(), inputs=1, outputs=3, window=10), DATA),
        (Network(GRU(), inputs=1, outputs=1, window=9), DATA),
        (Network(GRU(), inputs=1, outputs=1, window=None, each_step=True), DATA),
        (Network(GRU(), inputs=1, outputs=1, window=10, each_step=True), DATA),
        (Network(Elman(), inputs=1, outputs=2, window=10), TWO),
    ],
)
def test_a_network_that_does_not_fit_the_data_is_refused(network, data):
    """NumPy would broadcast, and train something else."""
    with pytest.raises(BadInput, match="does not fit data"):
        fit(network, data, Trainer(epochs=1))


SMALL = Network(Elman(hidden_dim=3), inputs=1, outputs=1, window=10)
WRONG = {
    "no inputs": lambda: Network(Elman(), inputs=0, outputs=1, window=10),
    "a fraction of an output": lambda: Network(Elman(), inputs=1, outputs=1.5, window=10),
    "no steps": lambda: Network(Elman(), inputs=1, outputs=1, window=0),
    "half precision": lambda: Network(Elman(), inputs=1, outputs=1, window=10, dtype="float16"),
    "records of one axis less": lambda: SMALL.predict(SMALL.initial([0]), np.zeros((5, 10))),
    "records of two inputs": lambda: SMALL.predict(SMALL.initial([0]), np.zeros((5, 10, 2))),
    "a wider network's weights": lambda: SMALL.predict(
        Network(Elman(hidden_dim=4), 1, 1, 10).initial([0]), np.zeros((5, 10, 1))
    ),
    "weights of another precision": lambda: SMALL.predict(
        Network(Elman(hidden_dim=3), 1, 1, 10, "float32").initial([0]), np.zeros((5, 10, 1))
    ),
    "another number of steps for a target at each": lambda: Network(Elman(), 1, 1, 10, each_step=True).predict(
        Network(Elman(), 1, 1, 10).initial([0]), np.zeros((5, 9, 1))
    ),
    "another number of steps for a weight at each": lambda: Network(Elman(encoding="positional"), 1, 1, 10).predict(
        Network(Elman(encoding="positional"), 1, 1, 10).initial([0]), np.zeros((5, 9, 1))
    ),
    "a state of other weights": lambda: fit(
        SMALL, DATA, Trainer(epochs=1), state=TrainingState.before(Network(Elman(hidden_dim=4), 1, 1, 10).initial([0]))
    ),
    "a state of another optimizer": lambda: fit(
        SMALL, DATA, Trainer(epochs=1), Adam(), state=TrainingState.before(SMALL.initial([0]))
    ),
    "a state of more replicas": lambda: fit(
        SMALL, DATA, Trainer(epochs=1), LBFGS(), state=TrainingState.before(SMALL.initial([0, 1]))
    ),
}


@pytest.mark.parametrize("call", WRONG.values(), ids=WRONG)
def test_shapes_that_do_not_fit_are_refused_in_a_sentence(call):
    with pytest.raises(BadInput) as refused:
        call()
    assert "\n" not in str(refused.value)
