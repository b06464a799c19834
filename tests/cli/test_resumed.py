"""Overrides of a run folder from elsewhere: what a recipe says passes, nothing else, and nothing of it is made."""

from contextlib import suppress
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from rnn_lab import paste
from rnn_lab.cli.resumed import with_resumed
from rnn_lab.errors import BadInput
from tests.processes import python

TRAIN = Path(__file__).parents[2] / "scripts" / "train.py"
QUICK = ("tracking=off", "tracking.figures=false", "model.hidden_dim=4", "trainer.epochs=2")


def folder(place, *overrides, text=None):
    (place / ".hydra").mkdir(parents=True, exist_ok=True)
    (place / ".hydra" / "overrides.yaml").write_text(yaml.safe_dump(list(overrides)) if text is None else text)
    return f"trainer.resume={place}"


RECIPE = [
    "data=csv",
    "data.path='prices (1).csv'",
    "+data.columns=[a,b]",
    "model=gru",
    "model.hidden_dim=8",
    "optimizer/schedule=cosine",
    "observers=[spectral_radius]",
    "+evaluation.scores.late={_target_: rnn_lab.scoring.scores.RMSE}",
    "~evaluation.baselines.linear",
    "model._target_=rnn_lab.network.Elman",
    "tracking=off",
    "+tracking.tags.asked_by=ada",
    "seed=3",
    "replicas=2",
    "objective=[val/rmse,seconds]",
    "study=tutorial",
    "data.window=${data.horizon}",
]


def test_a_recipe_passes_and_ones_own_arguments_come_after_it(tmp_path):
    named = folder(tmp_path, *RECIPE, "trainer.resume=before", "search=default")
    assert with_resumed([named, "trainer.epochs=9"]) == [*RECIPE, named, "trainer.epochs=9"]
    assert with_resumed(["seed=1"]) == ["seed=1"]
    assert with_resumed(["trainer.resume=nowhere"]) == ["trainer.resume=nowhere"]


def test_a_folder_whose_name_has_quotes_is_found_by_the_printed_words(tmp_path):
    (tmp_path / "it's").mkdir()
    folder(tmp_path / "it's", "seed=3")
    printed = paste.override("trainer.resume", tmp_path / "it's")
    assert with_resumed([printed]) == ["seed=3", printed]


@pytest.mark.parametrize(
    "override",
    [
        "++model.activation={_target_: numpy.load, allow_pickle: true, file: x.npy}",
        "++model.activation._target_=os.system",
        "++model.activation={a: [{_target_: os.system}]}",
        "++model.activation={_target_: rnn_lab.evaluation.trained_network.import_module, name: evil}",
        "++model.activation={_target_: rnn_lab.tracking.journal.Journal, folder: /tmp}",
        "++model.activation={_target_: rnn_lab.paste.shutil.rmtree, path: /tmp}",
        "++model.activation={_target_: rnn_lab.network.nowhere.Cell}",
        "++model.activation={_target_: '${data.name}'}",
        "model._target_='${data.name}'",
        "++model={_target_: [os.system]}",
        "hydra.run.dir=/tmp/elsewhere",
        "+hydra.callbacks.evil={_target_: os.system}",
        "+hydra/launcher=evil",
        "hydra.searchpath=[file:///tmp]",
        "++tracking={uri: http://evil}",
        "+tracking@hydra.run=off",
        "data=../../../../tmp/evil",
        "+data@model=/tmp/evil",
        "observers=[../evil]",
        "model.activation=${oc.env:HOME}",
        "model.activation=${oc.${a}:HOME}",
        "+data={path: '${oc.env:HOME}'}",
        "seed=1,2",
        "seed=range(1,3)",
        "unheard_of=1",
        "-m",
        "--config-dir=/tmp",
        "data=",
        "\x1b[2J=1",
    ],
)
def test_what_is_no_recipe_is_refused_in_a_sentence(override, tmp_path):
    named = folder(tmp_path, "seed=1", override)
    with pytest.raises(BadInput, match=r"^trainer\.resume: ") as caught:
        with_resumed([named])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "said", ["trust=mine", "trust=[other,mine]", "+trust=[mine.cells]", "model._target_=mine.cells.X"]
)
def test_modules_that_the_user_names_are_trusted(said, tmp_path):
    named = folder(tmp_path, "model._target_=mine.cells.Cell")
    kept = with_resumed([named, said])
    assert kept == ["model._target_=mine.cells.Cell", named, *([] if "trust" in said else [said])]
    with pytest.raises(BadInput, match=r"names mine\.cells\.Cell, .*: say trust=mine\.cells if you trust that module$"):
        with_resumed([named, "seed=1"])


def test_trust_is_of_a_run_that_is_resumed():
    with pytest.raises(BadInput, match=r"say trainer\.resume="):
        with_resumed(["trust=mine"])


def test_an_address_of_that_run_is_left_out_and_said(tmp_path, capsys):
    named = folder(tmp_path, "tracking.uri=http://ada:pw@evil:5000", "seed=1")
    assert with_resumed([named]) == ["seed=1", named]
    said = capsys.readouterr().err
    assert "tracking.uri=http://ada:***@evil:5000, which is not taken over" in said
    assert said.count("\n") == 1
    own = "tracking.uri=sqlite:////own.db"
    assert with_resumed([named, own]) == ["seed=1", named, own]
    assert not capsys.readouterr().err


def test_a_folder_may_lie_at_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    folder(tmp_path / "run", "replicas=2")
    assert with_resumed(["trainer.resume=~/run"]) == ["replicas=2", f"trainer.resume={tmp_path}/run"]
    with pytest.raises(BadInput, match=r"^trainer\.resume=~nobody_at_all/run begins with ~nobody_at_all, which is "):
        with_resumed(["trainer.resume=~nobody_at_all/run"])


DAMAGED = ["", "3", "a: b", "[1, 2]", "[[a=1]]", "- a=1\n- {b: 1}", "[", "\t- x", "!!python/object:os.system {}"]
DAMAGED += ["- '\x00'", "a: &a [x]\nb: [*a, *a]", "- " * 5000, "x" * 2_000_000]


@pytest.mark.parametrize("text", DAMAGED, ids=range(len(DAMAGED)))
def test_damaged_yaml_is_one_sentence(text, tmp_path):
    with pytest.raises(BadInput, match=r"^trainer\.resume: .*\.$") as caught:
        with_resumed([folder(tmp_path, text=text)])
    assert len(str(caught.value)) < 500


@given(data=st.data())
def test_mutations_end_in_a_recipe_or_in_a_sentence(data, tmp_path_factory):
    place = tmp_path_factory.getbasetemp() / "mutated"
    content = bytearray(yaml.safe_dump(RECIPE).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    named = folder(place, text="")
    (place / ".hydra" / "overrides.yaml").write_bytes(content)
    with suppress(BadInput):  # anything else is a failure
        assert all(isinstance(text, str) for text in with_resumed([named]))


@pytest.mark.slow
def test_code_of_a_folder_does_not_run(tmp_path):
    """A harmless payload in the folder's own recipe: it must not fire, whatever the run becomes."""
    (tmp_path / "payload.py").write_text("from pathlib import Path\nPath('fired').touch()\nclass Cell: pass\n")
    named = folder(tmp_path / "run", "++model.activation={_target_: payload.Cell}")
    done = python(TRAIN, named, *QUICK, cwd=tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "names payload.Cell" in done.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"payload.py", "run"}
