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


def test_an_index_of_a_zone_of_periods_or_of_one_column_goes_on_by_its_calendar():
    pandas = pytest.importorskip("pandas")
    wave = np.sin(np.arange(60.0))
    hours = pandas.date_range("2024-03-30", periods=62, freq="h", tz="Europe/Berlin")
    months = pandas.period_range("2020-01", periods=62, freq="M", name="month")
    for index, moments in ((hours, hours.tz_convert("UTC").tz_localize(None)), (months, months.to_timestamp())):
        data = rnn_lab.dataset(pandas.Series(wave, index=index[:60], name="x"), window=6)
        assert data.inputs == ("x",)
        np.testing.assert_array_equal(data.index, moments.to_numpy()[:60])
        np.testing.assert_array_equal(data.calendar.following(data.index[-1], 2), moments.to_numpy()[60:])
    with pytest.raises(BadInput, match="the index does not increase at row 1 "):
        rnn_lab.dataset(pandas.DataFrame({"x": wave}, index=hours[:60][::-1]), window=6)
    assert rnn_lab.dataset(pandas.DataFrame({"x": wave}, index=[0, 1] * 30), window=6).index is None


@pytest.mark.parametrize("values", [[["a"]], np.zeros((2, 2, 2)), [1.0, np.nan] * 30, []])
def test_what_is_no_table_of_numbers_is_refused(values):
    with pytest.raises(BadInput, match="the values"):
        rnn_lab.dataset(values, window=3)


def changed(row, column, value):
    table = np.sin(np.arange(400.0)).reshape(200, 2).astype(object if isinstance(value, str) else float)
    table[row, column] = value
    return table


GOOD = np.sin(np.arange(200.0))
REFUSED = {
    "window=0 is not allowed: it should be greater than 0.": lambda: rnn_lab.dataset(GOOD, window=0),
    "window=2.5 is not allowed: ": lambda: rnn_lab.dataset(GOOD, window=2.5),
    "window='x' is not allowed: ": lambda: rnn_lab.dataset(GOOD, window="x"),
    "scaling='foo' is not allowed: ": lambda: rnn_lab.dataset(GOOD, window=5, scaling="foo"),
    "target=5.5 is not allowed: ": lambda: rnn_lab.dataset(GOOD, window=5, target=5.5),
    "row 57 (the first is 0) has nan in column 'x1'": lambda: rnn_lab.dataset(changed(57, 1, np.nan), window=5),
    "row 3 (the first is 0) has n/a in column 'x0'": lambda: rnn_lab.dataset(changed(3, 0, "n/a"), window=5),
    "row 3 (the first is 0) has a masked value in column 'x'": lambda: rnn_lab.dataset(
        np.ma.masked_array(GOOD, np.arange(200) == 3), window=5
    ),
    "the values are no real numbers: they are of type complex128": lambda: rnn_lab.dataset(GOOD + 1j, window=5),
    "the windows are no real numbers: could not convert string": lambda: PREDICTOR.predict("abc"),
    "the windows are no real numbers: they are of type complex128": lambda: PREDICTOR.predict(np.ones((1, 10, 1)) + 1j),
    "a window holds a value that is not finite": lambda: PREDICTOR.predict(
        np.ma.masked_equal(np.arange(10.0).reshape(1, 10, 1), 3)
    ),
    "the values of the series are no real numbers": lambda: PREDICTOR.free_run([["a"]] * 20, 3),
}


@pytest.mark.parametrize("said", REFUSED)
def test_what_cannot_be_used_is_refused_in_one_sentence(said):
    with pytest.raises(BadInput) as refused:
        REFUSED[said]()
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_columns_that_are_not_used_may_hold_anything():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"note": ["a"] * 60, "x": np.arange(60.0), "n": np.arange(60), "lost": [np.nan] * 60})
    data = rnn_lab.dataset(frame, window=6, columns=["x"], target="n")
    assert (data.inputs, data.targets, data.columns) == (("x",), ("n",), ("x", "n"))
    np.testing.assert_array_equal(data.series, frame[["x", "n"]])
    with pytest.raises(BadInput, match=r"row 0 .* has a in column 'note'"):
        rnn_lab.dataset(frame, window=6)


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


PREDICTOR = rnn_lab.make_predictor(NET := Network.for_data(DATA, Elman(hidden_dim=3)), NET.initial([0]), DATA)
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
    "a list of records": lambda: SMALL.predict(SMALL.initial([0]), [[[0.0]] * 10]),
    "records of objects": lambda: SMALL.predict(SMALL.initial([0]), np.full((1, 10, 1), None)),
    "complex records": lambda: SMALL.predict(SMALL.initial([0]), np.zeros((1, 10, 1), complex)),
    "a state for parameters": lambda: SMALL.predict(TrainingState.before(SMALL.initial([0])), np.zeros((5, 10, 1))),
    "no seeds": lambda: fit(SMALL, DATA, Trainer(epochs=1), seeds=[]),
    "a seed that is no list": lambda: fit(SMALL, DATA, Trainer(epochs=1), seeds=3),
    "a fraction of a seed": lambda: SMALL.initial([1.5]),
    "a negative seed": lambda: SMALL.initial([-1]),
    "a network for an array": lambda: Network.for_data(np.zeros(100), Elman()),
    "an array to train on": lambda: fit(SMALL, np.zeros(100), Trainer(epochs=1)),
    "a predictor of another network": lambda: rnn_lab.make_predictor(
        Network(Elman(hidden_dim=4), 1, 1, 10), SMALL.initial([0]), DATA
    ),
    "a predictor for other data": lambda: rnn_lab.make_predictor(SMALL, SMALL.initial([0]), TWO),
    "scores of a state": lambda: rnn_lab.evaluate(SMALL, TrainingState.before(SMALL.initial([0])), DATA),
    "scores of another network": lambda: rnn_lab.evaluate(
        Network(Elman(hidden_dim=4), 1, 1, 10), SMALL.initial([0]), DATA
    ),
    "a figure of an array": lambda: rnn_lab.plot_data(np.zeros(100)),
    "a figure of a state": lambda: rnn_lab.plot_predictions(SMALL, TrainingState.before(SMALL.initial([0])), DATA),
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
