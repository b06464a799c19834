"""Trained networks of every kind: what they say, and that a folder holds all of it, in any process, without pickle."""

import json
import subprocess
import sys
import zipfile

import numpy as np
import pytest

from experiments.tutorial.rule import TutorialElman
from rnn_lab.errors import BadInput
from rnn_lab.evaluation import Forecaster, StreamForecaster, TextModel, Trained
from rnn_lab.evaluation.problem import make_predictor
from rnn_lab.evaluation.trained_network import MODEL, WEIGHTS
from rnn_lab.network import GRU, LSTM, Elman, Network
from rnn_lab.network.reference import start, step
from rnn_lab.sequences import (
    Adding,
    Copying,
    DelayedRecall,
    EmbeddedReber,
    Generated,
    Henon,
    Sine,
    Stream,
    StreamDataset,
    TaskData,
    TemporalOrder,
    Text,
)


def task(kind):
    return TaskData(name="task", task=kind, train=6, validation=5)


TUTORIAL = TutorialElman(hidden_dim=3, activation="sigmoid", encoding="positional", bias=False)
SKIPPING = LSTM(hidden_dim=3, layers=2, input_skip=True, initial_state="learned", forget_bias=0.5)
KINDS = {
    "windows": (Generated(name="h", series=Henon(length=60), window=8, train=20, validation=9, horizon=2, target="x"),
                Elman(hidden_dim=3, encoding="positional"), Forecaster),
    "windows, each step": (
        Generated(name="h", series=Henon(length=60), window=8, train=20, validation=9, each_step=True,
                  scaling="standard"), SKIPPING, Forecaster),
    "the tutorial's": (Generated(name="s", series=Sine(length=60), window=8, train=20, validation=9), TUTORIAL,
                       Forecaster),
    "stream": (Stream(name="h", series=Henon(length=60), train=40, validation=20, horizon=3, scaling="minmax"),
               GRU(hidden_dim=3, reset="before"), StreamForecaster),
    "text": (Text(name="text", train=90, validation=60), SKIPPING, TextModel),
    "numbers": (task(Adding(length=9)), GRU(hidden_dim=3), Trained),
    "numbers, each step": (task(DelayedRecall(length=9, delay=2)), Elman(hidden_dim=3, activation="relu"), Trained),
    "classes": (task(TemporalOrder(relevant=2, length=12)), SKIPPING, Trained),
    "classes, each step": (task(Copying(delay=3, count=2, symbols=3)), GRU(hidden_dim=3, bias=False), Trained),
    "classes, masked": (task(EmbeddedReber(length=20)), Elman(hidden_dim=3), Trained),
}  # fmt: skip
every_kind = pytest.mark.parametrize("name", KINDS)


def trained(name, dtype="float64"):
    component, model, _ = KINDS[name]
    data = component.dataset()
    streamed = isinstance(data, StreamDataset)
    network = Network(
        model,
        len(data.inputs),
        len(data.targets),
        None if streamed else data.window,
        dtype,
        streamed or data.each_step,
        "cross_entropy" if data.classes else "half_mean_squared_error",
    )
    parameters = network.initial([0, 1])
    parameters.flat[...] += 0.4 * np.random.default_rng(0).standard_normal(parameters.flat.shape)
    return make_predictor(network, parameters, data), data


def windows(data, rows=7):
    """Five windows in original units."""
    if not isinstance(data, StreamDataset):
        return data.input_scaler.undo(data.validation.X[:5])
    X, _ = data.validation.read(np.arange(5), rows)
    return data.input_scaler.undo(X.swapaxes(0, 1))


@every_kind
def test_each_replica_by_its_equations(name):
    found, data = trained(name)
    assert type(found) is KINDS[name][2]
    X, model = windows(data), found.network.model
    each_step = isinstance(data, StreamDataset) or (data.each_step and not isinstance(found, Forecaster))
    says = found.predict_each(X)
    assert says.shape == (2, 5, *((X.shape[1],) if each_step else ()), len(data.targets))
    for r in range(2):
        theta = {key: values[None, r] for key, values in found.parameters.arrays().items()}
        state, outputs = start(model, theta, 5), []
        for t in range(X.shape[1]):
            state, o = step(model, theta, t, data.input_scaler.apply(X[:, t]), state)
            p = np.exp(o[0].real)
            outputs.append(p / p.sum(axis=1, keepdims=True) if data.classes else data.target_scaler.undo(o[0].real))
        expected = np.stack(outputs, axis=1) if each_step else outputs[-1]
        np.testing.assert_allclose(says[r], expected, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found.predict(X), says.mean(axis=0), rtol=1e-13)
    if data.classes:
        np.testing.assert_allclose(found.predict(X).sum(axis=-1), 1.0, rtol=1e-12)
        assert (found.predict(X) > 0).all()


LOAD = """
import sys
from pathlib import Path
import numpy as np
from rnn_lab.evaluation import Trained
here = Path(sys.argv[1])
for folder in sorted(path for path in here.iterdir() if path.is_dir()):
    trained = Trained.load(folder)
    print(type(trained).__name__)
    np.save(folder / "says.npy", trained.predict_each(np.load(folder / "windows.npy")))
"""


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_folder_says_the_same_in_another_process(tmp_path, dtype):
    expected, kinds = {}, []
    for name in sorted(KINDS):
        model, data = trained(name, dtype)
        model.save(tmp_path / name)
        np.save(tmp_path / name / "windows.npy", windows(data))
        expected[name] = model.predict_each(windows(data))
        kinds.append(type(model).__name__)
        for file in (tmp_path / name / WEIGHTS.parent).iterdir():
            assert file.name in ("kept.npz", "model.json")
        with zipfile.ZipFile(tmp_path / name / WEIGHTS) as arrays:
            assert not [array for array in arrays.namelist() if b"'|O'" in arrays.read(array)[:200]]
    done = subprocess.run([sys.executable, "-c", LOAD, str(tmp_path)], check=True, capture_output=True, text=True)
    assert done.stdout.split() == kinds
    for name, says in expected.items():
        np.testing.assert_array_equal(np.load(tmp_path / name / "says.npy"), says, err_msg=name)


@every_kind
def test_loading_is_saving_undone(name, tmp_path):
    model, _ = trained(name)
    model.save(tmp_path)
    again = Trained.load(tmp_path)
    assert again.recipe() == model.recipe()
    assert again.network == model.network
    np.testing.assert_array_equal(again.parameters.flat, model.parameters.flat)
    again.save(tmp_path / "again")
    assert (tmp_path / "again" / MODEL).read_bytes() == (tmp_path / MODEL).read_bytes()


@every_kind
def test_what_is_no_forecaster_is_not_loaded_as_one(name, tmp_path):
    model, _ = trained(name)
    model.save(tmp_path)
    for kind in (Forecaster, StreamForecaster, TextModel):
        if isinstance(model, kind):
            assert type(kind.load(tmp_path)) is type(model)
        else:
            with pytest.raises(BadInput, match=rf"it is a {type(model).__name__}, and no {kind.__name__}"):
                kind.load(tmp_path)


def mended(folder, **changes):
    recipe = json.loads((folder / MODEL).read_text())
    for path, value in changes.items():
        *keys, last = path.split("__")
        at = recipe
        for key in keys:
            at = at[key]
        at[last] = value
    (folder / MODEL).write_text(json.dumps(recipe))


SINE = {"_target_": "rnn_lab.sequences.Sine", "length": 9}


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "os.system"},
        {"kind": "subprocess.Popen"},
        {"kind": "rnn_lab.network.network.Network"},
        {"kind": "rnn_lab.evaluation.trained_network.Nobody"},
        {"kind": "evil_of_mine.Cell"},
        {"model__hidden_dim": 10**12},
        {"model__layers": 10**9},
        {"diverged": "all"},
        {"kind": ""},
        {"kind": 3},
        {"kind": None},
        {"model": SINE},
        {"model": None},
        {"model": {}},
        {"model___target_": "builtins.eval"},
        {"model___target_": 5},
        {"model__hidden_dim": "3"},
        {"model__hidden_dim": 4},
        {"model__layers": 3},
        {"model__surprise": 1},
        {"inputs": None},
        {"inputs": ["x"]},
        {"targets": []},
        {"input_scaler": {}},
        {"input_scaler__shift": "zero"},
        {"target_scaler": None},
        {"format": 1},
    ],
    ids=str,
)
def test_a_description_that_was_tampered_with_is_refused(changes, tmp_path):
    trained("windows, each step")[0].save(tmp_path)
    mended(tmp_path, **changes)
    with pytest.raises(BadInput, match="cannot be read") as caught:
        Trained.load(tmp_path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", ["Trained", "rnn_lab.evaluation.trained.Trained", "elsewhere.Trained"])
def test_a_kind_is_known_by_the_name_of_its_class(kind, tmp_path):
    """Older versions had it in other modules; none is imported for it."""
    trained("windows, each step")[0].save(tmp_path)
    mended(tmp_path, kind=kind)
    assert type(Trained.load(tmp_path)) is Trained


def test_no_module_is_imported_unless_it_is_trusted(tmp_path, monkeypatch):
    (tmp_path / "evil_of_mine.py").write_text("from rnn_lab.network import LSTM\n\nclass Cell(LSTM):\n    pass\n")
    monkeypatch.syspath_prepend(tmp_path)
    trained("windows, each step")[0].save(tmp_path)
    for changes in ({"kind": "evil_of_mine.Cell"}, {"kind": "Trained", "model___target_": "evil_of_mine.Cell"}):
        mended(tmp_path, **changes)
        with pytest.raises(BadInput, match="cannot be read"):
            Trained.load(tmp_path, trusted=["evil"])
    assert "evil_of_mine" not in sys.modules
    with pytest.raises(BadInput, match=r"say trust=evil_of_mine if you trust that module$"):
        Trained.load(tmp_path)
    assert type(Trained.load(tmp_path, trusted=["evil_of_mine"]).network.model).__name__ == "Cell"


@pytest.mark.parametrize("field", ["format", "kind", "model", "dtype", "window", "loss", "inputs", "target_scaler"])
def test_a_field_that_is_gone_is_named(field, tmp_path):
    trained("windows, each step")[0].save(tmp_path)
    recipe = json.loads((tmp_path / MODEL).read_text())
    del recipe[field]
    (tmp_path / MODEL).write_text(json.dumps(recipe))
    with pytest.raises(BadInput, match=rf"model\.json has no '{field}'$"):
        Trained.load(tmp_path)


@pytest.mark.parametrize("content", ["[]", "3", "null", '"text"', "", "{", "\ud800"], ids=repr)
def test_what_is_no_description_is_refused(content, tmp_path):
    trained("numbers")[0].save(tmp_path)
    (tmp_path / MODEL).write_bytes(content.encode("utf-8", "surrogatepass"))
    with pytest.raises(BadInput, match="cannot be read"):
        Trained.load(tmp_path)


def test_weights_that_are_none_are_refused(tmp_path):
    trained("numbers")[0].save(tmp_path)
    np.savez(tmp_path / WEIGHTS)
    with pytest.raises(BadInput, match="cannot be read"):
        Trained.load(tmp_path)


@every_kind
def test_windows_that_do_not_fit(name):
    model, data = trained(name)
    X = windows(data)
    with pytest.raises(BadInput, match="do not fit"):
        model.predict_each(X[:, :, :0])
    with pytest.raises(BadInput, match="do not fit"):
        model.predict_each(X[0])
    with pytest.raises(BadInput, match="do not fit"):
        model.predict_each(X[:, :0])
    if model.network.window is not None:
        with pytest.raises(BadInput, match="do not fit"):
            model.predict_each(X[:, 1:])
    X[0, 0, 0] = np.nan
    with pytest.raises(BadInput, match="not finite"):
        model.predict_each(X)
    assert model.predict_each(X[:0]).shape[1] == 0
