"""Damaged files of a run folder: each reader uses what is readable, or says one sentence.

A few mutations of every file here; ``RNN_LAB_MUTATIONS=2000`` makes as many for each reader.
"""

import json
import os
import shutil
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rnn_lab import figures, lab, run_figures
from rnn_lab.cli.resumed import with_resumed
from rnn_lab.cli.train import held_out
from rnn_lab.errors import BadInput
from rnn_lab.evaluation.trained_network import Trained
from rnn_lab.experiment import build, prepare
from rnn_lab.redraw import redraw
from rnn_lab.resumed import differences
from rnn_lab.runs import command, load
from rnn_lab.runs.removal import own_files
from rnn_lab.tracking import slides, underway
from rnn_lab.tracking.journal import Journal, Tail
from rnn_lab.tracking.own_code import needs
from rnn_lab.tracking.relay_state import State
from rnn_lab.tracking.resume import carry_over
from rnn_lab.training.checkpoint import restore
from rnn_lab.training.state import TrainingState
from tests.mutations import mutations, unclean

COUNT = int(os.environ.get("RNN_LAB_MUTATIONS", "100"))

QUICK = ("model.hidden_dim=3", "trainer.epochs=3", "data.window=8", "data.train=30", "data.validation=20")
SILENT = Namespace(places=[], folder="", other="", by=["data.name", "model"], score="val/rmse", to="markdown")


def _say(_: str) -> None:
    """Nothing."""


def _frames(folder: Path) -> None:
    runs = load(folder)
    runs.table()
    runs.history()
    runs.history(replicas=True)


def _lists(folder: Path) -> None:
    for name in ("_list", "_show", "_compare", "_table"):
        asked = Namespace(**vars(SILENT) | {"places": [str(folder)], "folder": str(folder), "other": str(folder)})
        getattr(command, name)(asked, _say, None)
    own_files(command.RunFolder.at(folder))


def _takes_over(folder: Path) -> None:
    new = folder.parent / "taken over"
    shutil.rmtree(new, ignore_errors=True)
    with Journal(new) as journal:
        journal.write("start")
        carry_over(journal, folder, 3)


def _predictions(folder: Path) -> None:
    slides.predictions_page(folder, {1: "figures/arrays/epoch_0001.npz"}, title="x", targets=["x"])


def _weights(folder: Path) -> None:
    slides.weights_page(folder, {1: "weights/epoch_0001.npz"}, title="x")


def _network(folder: Path) -> None:
    trained = Trained.load(folder)
    trained.predict(np.zeros((1, min(trained.rows or 8, 100), len(trained.inputs))))


def _page(compose: Callable[[Path], None]) -> Callable[[Path], None]:
    """A page that cannot be made costs itself, whatever it fails with; `Artifacts.page` says so."""

    def read(folder: Path) -> None:
        try:
            compose(folder)
        except MemoryError:
            raise
        except Exception as error:
            raise BadInput(type(error).__name__) from error

    return read


def _goes_on(identity: dict[str, str], experiment: object) -> Callable[[Path], None]:
    """A checkpoint that is taken for one has to be one that training goes on from."""

    def read(folder: Path) -> None:
        state = restore(folder / "weights" / "checkpoint.npz", identity)
        prepare(experiment, state)

    return read


def _overrides(folder: Path) -> None:
    with_resumed([f"trainer.resume={folder}"])


def _redraws(folder: Path) -> None:
    """All but matplotlib's work."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(figures, "loss_curves", lambda *_, **__: None)
        patch.setattr(
            run_figures, "draw", lambda folder, _, targets, *__, **___: [run_figures._curves(folder, targets)[::2]]
        )
        redraw(folder)


def _differs(experiment: object) -> Callable[[Path], None]:
    state = TrainingState.before(experiment.network.initial([0]))
    experiment.optimizer.begin_training(state)
    return lambda folder: differences(folder, experiment.trainer, experiment.optimizer, state)


def _noted(folder: Path) -> None:
    for note in underway._notes(folder / "notes"):
        underway._trains(Path(note.folder))


READERS: list[tuple[str, str, Callable[[Path], object]]] = [
    ("journal.jsonl", "frames of runs", _frames),
    ("journal.jsonl", "the commands of runs", _lists),
    ("journal.jsonl", "a follower", lambda folder: Tail(folder).read()),
    ("journal.jsonl", "what a resumed run takes over", _takes_over),
    ("journal.jsonl", "what a resumed run says", "differences"),
    ("journal.jsonl", "redraw", _redraws),
    ("summary.json", "a sweep's test scores", held_out),
    ("mlflow.json", "the relay's word", State.load),
    ("notes/NOTE", "notes of runs under way", _noted),
    ("weights/model.json", "predict", _network),
    ("weights/model.json", "what a model needs", needs),
    ("weights/kept.npz", "predict", _network),
    ("weights/checkpoint.npz", "resume", "goes on"),
    ("weights/epoch_0001.npz", "the page of weights", _page(_weights)),
    ("figures/arrays/epoch_0001.npz", "the page of predictions", _page(_predictions)),
    (".hydra/overrides.yaml", "resume", _overrides),
]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A finished run, with everything that a run folder can hold."""
    from hydra import compose, initialize_config_dir

    place = tmp_path_factory.mktemp("mutations")
    with initialize_config_dir(str(Path(__file__).parents[1] / "conf"), version_base="1.3"):
        config = compose("config", ["tracking=off", "tracking.figures=false", *QUICK])
    lab.run(config, place / "run")
    State(state="done", uri="sqlite:////x.db", experiment_id="1", run_id="a" * 32, link="http://h").save(place / "run")
    (place / "run" / ".hydra").mkdir()
    overrides = [*QUICK, "model=gru", "+evaluation.scores.late={_target_: rnn_lab.scoring.scores.RMSE}"]
    (place / "run" / ".hydra" / "overrides.yaml").write_text("".join(f"- '{text}'\n" for text in overrides))
    (place / "run" / "notes").mkdir()
    note = underway.Note(str(place / "run"), "sqlite:////x.db", underway.platform.node())
    (place / "run" / "notes" / note.name).write_text(
        json.dumps({"folder": note.folder, "uri": note.uri, "host": note.host})
    )
    return place / "run", build(config), note.name


@pytest.mark.parametrize(("file", "reader", "read"), READERS, ids=[f"{file}: {reader}" for file, reader, _ in READERS])
def test_what_is_readable_is_used_and_what_is_not_is_one_sentence(file, reader, read, run, capsys):
    folder, experiment, note = run
    if isinstance(read, str):
        read = _differs(experiment) if read == "differences" else _goes_on(experiment.identity, experiment)
    path = folder / file.replace("NOTE", note)
    content = path.read_bytes()
    read(folder)  # or it would be no test
    wrong = {}
    try:
        for number, changed in enumerate(mutations(content, COUNT)):
            path.write_bytes(changed)
            if found := unclean(lambda: read(folder), BadInput):
                wrong.setdefault(found.split(" at ")[-1], (number, found))
    finally:
        path.write_bytes(content)
    assert not wrong, "\n".join(f"mutation {number}: {found}" for number, found in wrong.values())
    assert "Traceback" not in capsys.readouterr().err
