"""scripts/predict.py as a user runs it: what it writes, and that bad input is one sentence and leaves nothing."""

import csv
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from omegaconf import OmegaConf

from rnn_lab.cli.verbatim import verbatim
from rnn_lab.evaluation import Forecaster, StreamForecaster, TextModel, Trained
from rnn_lab.network import GRU, Elman, Network
from rnn_lab.rng import named_rng
from rnn_lab.sequences import Adding, Generated, Sine, Stream, Table, TaskData, Text
from tests.processes import python

PREDICT = Path(__file__).parents[2] / "scripts" / "predict.py"


@pytest.fixture
def folder(tmp_path):
    """A run folder, `run`, and a series, `new.csv`, of 30 rows."""
    data = Generated(name="sine", series=Sine(length=60), window=8, train=30, validation=10).dataset()
    network = Network(Elman(hidden_dim=3), inputs=1, outputs=1, window=8)
    Forecaster.of(network, network.initial([0, 1]), data).save(tmp_path / "run")
    np.savetxt(tmp_path / "new.csv", np.sin(0.4 * np.arange(30)), header="x", comments="")
    return tmp_path


def predict(folder, *arguments):
    return python(PREDICT, *arguments, cwd=folder)


def files(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def rows(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_forecasts_and_figure_lie_side_by_side_and_nothing_else(folder):
    before = files(folder)
    (folder / "there").mkdir()
    done = predict(folder, "run=run", "data.path=new.csv", "steps=12", "out=there/sine.csv")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "30 rows read, 12 forecast after them: there/sine.csv and there/sine.png\n"
    assert files(folder) - before == {"there/sine.csv", "there/sine.png"}
    assert (folder / "there/sine.png").read_bytes().startswith(b"\x89PNG")
    table = rows(folder / "there/sine.csv")
    forecaster, x = Forecaster.load(folder / "run"), np.sin(0.4 * np.arange(30))[:, None]
    free_run = [float(row["x_free_run"]) for row in table[30:]]
    assert free_run == forecaster.free_run(x, 12).mean(axis=0)[:, 0].tolist()
    one_step = [float(row["x_one_step"]) for row in table[8:31]]
    assert one_step == forecaster.one_step(x).mean(axis=0)[:, 0].tolist()


def test_a_copied_run_other_columns_and_no_steps(folder):
    shutil.move(folder / "run", folder / "moved")
    (folder / "new.csv").write_text("t;y\n" + "".join(f"{1900 + n};{0.1 * n}\n" for n in range(20)))
    done = predict(
        folder, "run=moved", "data.path=new.csv", "steps=0", "data.columns=y", "data.index=t", "data.delimiter=';'"
    )
    assert (done.returncode, done.stderr) == (0, "")
    table = rows(folder / "forecast.csv")
    assert list(table[0])[:3] == ["t", "x", "x_one_step"]
    assert (table[-1]["t"], table[-1]["x"], table[-1]["x_free_run"]) == ("1920", "", "")
    assert float(table[-1]["x_one_step"])


def test_a_file_that_is_written_otherwise_and_the_steps_that_the_run_can_do(folder):
    """Trained on two inputs of which one is a target: nothing can be fed back."""
    lines = [f"{day:02}.03.2024;{n},5;{n * n % 7},25" for n, day in enumerate(range(1, 31))]
    (folder / "kurse (1).csv").write_bytes("\n".join(["Größe in m", "Tag;T (degC);y", *lines]).encode("latin-1"))
    table = Table(
        name="t", path=str(folder / "kurse (1).csv"), index="Tag", skiprows=1, decimal=",", encoding="latin-1",
        target="y", window=4, horizon=2, train=12, validation=5,
    ).dataset()  # fmt: skip
    network = Network(Elman(hidden_dim=3), inputs=2, outputs=1, window=4)
    Forecaster.of(network, network.initial([0]), table).save(folder / "mine")
    done = predict(folder, "run=mine", "data.path=kurse (1).csv", "out=más.csv", "data.columns=[T (degC),y]")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "Tag: the dates go by D\n30 rows read, 2 forecast after them: más.csv and más.png\n"
    assert [row["Tag"] for row in rows(folder / "más.csv")[-3:]] == ["30.03.2024", "31.03.2024", "01.04.2024"]


def test_five_rows_of_a_network_s_business_days_skip_the_weekend(folder):
    days = [str(day) for day in np.arange("2024-01-01", "2024-04-01", dtype="M8[D]") if np.is_busday(day)]
    for name, count in (("long.csv", len(days)), ("week.csv", 5)):
        lines = [f"{day},{n % 5}" for n, day in enumerate(days[:count])]
        (folder / name).write_text("\n".join(["day,x", *lines]) + "\n")
    table = Table(name="t", path=str(folder / "long.csv"), index="day", window=4, train=30, validation=10).dataset()
    network = Network(Elman(hidden_dim=3), inputs=1, outputs=1, window=4)
    Forecaster.of(network, network.initial([0]), table).save(folder / "mine")
    done = predict(folder, "run=mine", "data.path=week.csv", "steps=3")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("day: the dates go by B\n")
    assert [row["day"] for row in rows(folder / "forecast.csv")[4:]] == days[4:8]


@pytest.mark.parametrize(
    ("override", "says"),
    [
        ("data.path=nope.csv", "Error: data.path=nope.csv cannot be read: No such file"),
        ("data.columns=y", "Error: data.columns names 'y', which is no column"),
        ("data.path=???", "Error: data.path is missing: say data.path="),
        ("data.path=${x}.csv", "Error: data.path: Interpolation key 'x' not found."),
        ("run=elsewhere", "Error: run=elsewhere is neither a run folder nor the id of an MLflow run"),
        ("run=empty", "Error: empty holds no trained network"),
        ("run=0123456789abcdef0123456789abcdef", "Error: there is no MLflow store sqlite:///"),
        ("steps=-1", "Error: steps=-1 is not allowed: it should be greater than or equal to 0"),
        ("steps=1000000000000", "Error: steps=1000000000000 needs 2.48e+05 GB of memory, and "),
        ("data.path=/dev/zero", "Error: data.path=/dev/zero is no regular file."),
        ("data.path=pipe", "Error: data.path=pipe is no regular file."),
        ("steps=many", "Error: steps='many' is not allowed: it should be a valid integer"),
        ("out=forecast.png", "Error: out=forecast.png must end in .csv"),
        ("out=new.csv", "Error: out=new.csv would overwrite data.path"),
        ("out=no/where.csv", "Error: the figure no/where.png cannot be written: No such file"),
        ("out=taken.csv", "Error: the forecast taken.csv cannot be written: Is a directory"),
        ("data.header=yes", "Error: data.header='yes' is not allowed"),
        ("stepps=3", "Error: Could not override 'stepps'."),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2_and_leaves_nothing(override, says, folder):
    (folder / "empty").mkdir()
    (folder / "taken.csv").mkdir()
    os.mkfifo(folder / "pipe")
    before = files(folder)
    done = predict(folder, "run=run", "data.path=new.csv", override)
    assert done.returncode == 2
    assert done.stderr.startswith(says)
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""
    assert files(folder) == before


def test_a_refusal_leaves_even_an_empty_working_directory(folder):
    """Hydra takes the working directory for its output folder here; what is refused must not be tidied up with it."""
    (folder / "desk").mkdir()
    done = predict(folder / "desk", "run=../run", "data.path=../nope.csv")
    assert done.returncode == 2
    assert (folder / "desk").is_dir()


def test_home_is_the_same_folder_in_the_names_of_all_files(folder):
    """A home of its own: the file that is read is not written over, whichever of the two names the `~`."""
    home = {**os.environ, "HOME": str(folder)}
    known = (folder / "new.csv").read_bytes()
    for given in (
        ["data.path=~/new.csv", f"out={folder}/new.csv"],
        [f"data.path={folder}/new.csv", "out=~/new.csv"],
        ["data.path=~/new.csv", "out=new.csv"],
    ):
        done = python(PREDICT, "run=run", *given, "steps=1", cwd=folder, env=home)
        assert (done.returncode, done.stdout) == (2, "")
        assert "would overwrite data.path" in done.stderr
        assert (folder / "new.csv").read_bytes() == known
    (folder / "~$new.csv").write_bytes(known)  # as an office program calls its locks
    done = python(PREDICT, "run=~/run", "data.path=~$new.csv", "out=~/f.csv", "steps=1", cwd=folder, env=home)
    assert (done.returncode, done.stderr) == (0, "")
    assert (folder / "f.csv").exists()
    before = files(folder)
    for key in ("data.path", "run", "out"):
        given = {"run": "run", "data.path": "new.csv", "out": "g.csv", key: "~nobody.at.all/x.csv"}
        done = predict(folder, *(f"{name}={value}" for name, value in given.items()))
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith(
            f"Error: {key}=~nobody.at.all/x.csv begins with ~nobody.at.all, which is nobody's"
        )
        assert done.stderr.count("\n") == 1
    assert files(folder) == before


def test_help_is_a_page_with_examples(folder):
    done = predict(folder, "--help")
    assert done.returncode == 0
    assert "python scripts/predict.py run=outputs/DAY/TIME data.path=new.csv" in done.stdout
    assert "tracking:\n  uri: null" in done.stdout
    assert files(folder) == {"new.csv", "run/weights/kept.npz", "run/weights/model.json"}


@pytest.fixture
def writer(tmp_path):
    """A run folder, `writes`, of a network for text; `sums`, of one for a task; and `streams`, of one for a stream."""
    data = Text(name="text", train=0.8, validation=0.2).dataset()
    D = len(data.inputs)
    network = Network(GRU(hidden_dim=3), D, D, None, each_step=True, loss="cross_entropy")
    TextModel.of(network, network.initial([0, 1]), data).save(tmp_path / "writes")
    task = TaskData(name="adding", task=Adding(length=9), train=5, validation=5).dataset()
    network = Network(Elman(hidden_dim=3), 2, 1, 9)
    Trained.of(network, network.initial([0]), task).save(tmp_path / "sums")
    sine = Stream(name="sine", series=Sine(length=60), train=40, validation=20, horizon=2).dataset()
    network = Network(GRU(hidden_dim=3), 1, 1, None, each_step=True)
    StreamForecaster.of(network, network.initial([0, 1]), sine).save(tmp_path / "streams")
    np.savetxt(tmp_path / "new.csv", np.sin(0.4 * np.arange(30)), header="x", comments="")
    return tmp_path


PROMPT = "And Adam's wife said, (it is so): "


def test_a_network_writes_on_from_a_prompt_as_it_stands(writer):
    """Commas, quotes, brackets and a blank at the end, which Hydra would read as something else."""
    done = predict(writer, "run=writes", f"prompt={PROMPT}", "steps=30", "temperature=0.8", "seed=5")
    assert (done.returncode, done.stderr) == (0, "")
    model = TextModel.load(writer / "writes")
    written = model.write(PROMPT, 30, 0.8, named_rng(5, "noise"))
    assert done.stdout == f"{PROMPT}{written}\n"
    assert len(written) == 30


def test_a_text_goes_into_a_file(writer):
    before = files(writer)
    done = predict(writer, "run=writes", "prompt='And God said'", "steps=40", "temperature=0", "out=new.txt")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "40 characters written after the prompt: new.txt\n"
    assert files(writer) - before == {"new.txt"}
    expected = TextModel.load(writer / "writes").write("And God said", 40, 0.0, named_rng(0, "noise"))
    assert (writer / "new.txt").read_text() == f"And God said{expected}\n"


def test_a_network_that_was_trained_along_a_stream_forecasts_a_file(writer):
    done = predict(writer, "run=streams", "data.path=new.csv", "steps=7")
    assert (done.returncode, done.stderr) == (0, "")
    table = rows(writer / "forecast.csv")
    forecaster, x = StreamForecaster.load(writer / "streams"), np.sin(0.4 * np.arange(30))[:, None]
    one_step = [float(row["x_one_step"]) for row in table[2:32]]
    assert one_step == pytest.approx(forecaster.one_step(x).mean(axis=0)[:, 0].tolist(), rel=1e-12)
    free_run = [float(row["x_free_run"]) for row in table[30:]]
    assert free_run == pytest.approx(forecaster.free_run(x, 7).mean(axis=0)[:, 0].tolist(), rel=1e-12)


@pytest.mark.parametrize(
    ("overrides", "says"),
    [
        (["run=writes"], "Error: prompt is missing: say prompt=..."),
        (["run=writes", "prompt="], "Error: prompt='' is empty"),
        (["run=writes", "prompt=100 years"], "Error: prompt holds '1' (character 1), which the model never saw"),
        (
            ["run=writes", "prompt=A", "data.path=new.csv"],
            "Error: data.path=new.csv is a series, but run=writes writes",
        ),
        (["run=writes", "prompt=A", "temperature=-1"], "Error: temperature=-1 is not allowed"),
        (["run=writes", "prompt=A", "temperature=inf"], "Error: temperature=inf is not allowed"),
        (["run=writes", "prompt=A", "steps=1000000000000"], "Error: steps=1000000000000 needs 2.4e+04 GB of memory"),
        (["run=writes", "prompt=A", "seed=-1"], "Error: seed=-1 is not allowed"),
        (["run=writes", "prompt=A", "out=no/where.txt"], "Error: out=no/where.txt cannot be written: No such file"),
        (["run=sums", "prompt=A"], "Error: run=sums was trained on a task's records"),
        (["run=sums", "data.path=new.csv"], "Error: run=sums was trained on a task's records"),
        (["run=streams", "prompt=A"], "Error: prompt='A' is text, but run=streams forecasts series"),
        (["run=streams"], "Error: data.path is missing"),
    ],
    ids=str,
)
def test_what_does_not_fit_the_kind_of_network_is_one_sentence(overrides, says, writer):
    before = files(writer)
    done = predict(writer, *overrides)
    assert done.returncode == 2
    assert done.stderr.startswith(says)
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""
    assert files(writer) == before


def test_any_prompt_reaches_the_network_as_it_was_typed():
    parser, rng = OverridesParser.create(), np.random.default_rng(0)
    letters = list("ab'\"\\ ,()[]{}$=:\n\té#%~")
    drawn = ["".join(rng.choice(letters, rng.integers(0, 8))) for _ in range(300)]
    for text in [*drawn, "null", "7", "true", "${x}", "\\${x}", "a\\", "it's", "\\'"]:
        if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
            continue  # in quotes already
        (override,) = parser.parse_overrides(verbatim([f"prompt={text}"], "prompt"))
        config = OmegaConf.create({"prompt": override.value()})
        assert OmegaConf.to_container(config, resolve=True) == {"prompt": text}
