"""Sweeps' records that are damaged, or somebody else's: one sentence, and nothing outside the sweep's folder."""

import os
import re
from pathlib import Path

import optuna
import pytest
from omegaconf import OmegaConf
from optuna.distributions import CategoricalDistribution, FloatDistribution

from rnn_lab.errors import BadInput
from rnn_lab.scoring.spread import spread
from rnn_lab.sweeping.attributes import COMPARED, CONFIRMED, FOLDER
from rnn_lab.sweeping.examination.folder import examine_folder
from rnn_lab.sweeping.options import Options
from rnn_lab.sweeping.plan import Plan
from rnn_lab.sweeping.plugin import DEFAULTS
from rnn_lab.sweeping.race import CONFIRMATION, RaceState
from rnn_lab.sweeping.record_check import damage_said, refuse_links
from rnn_lab.sweeping.space import Parameter
from rnn_lab.sweeping.storage import connect, mend
from rnn_lab.sweeping.study import SweepStudy
from rnn_lab.sweeping.sweep import _read_all
from rnn_lab.sweeping.worker import Outcome
from tests.mutations import mutations, unclean

COUNT = int(os.environ.get("RNN_LAB_MUTATIONS", "100"))
pytestmark = pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
LEFT_OUT = ("defaults", "_target_", "params")


def taken_up(folder):
    """The sweep in a folder, as the sweeper takes it up again, its record read whole."""
    journal = folder / "optuna.journal"
    mend(journal)
    given = {key: value for key, value in DEFAULTS.items() if key not in LEFT_OUT}
    options = Options(
        **given | {"study_name": "toy", "seed": 1, "sampler": "tpe", "pruner": "median", "executor": "local"}
    )
    space = [
        Parameter("x", FloatDistribution(1e-3, 1.0, log=True), "x=tag(log,interval(1e-3,1))"),
        Parameter("kind", CategoricalDistribution(["a", "b"]), "kind=a,b"),
    ]
    definition = {"fixed": {}, "space": {each.key: str(each) for each in space}, "directions": options.objectives}
    config = OmegaConf.create({"hydra": {"sweeper": {}}, "seed": 0, "replicas": 1})
    plan = Plan("toy", {}, folder, [], space, config, definition)
    study = SweepStudy(plan, options, str(journal), connect(str(journal)))
    with damage_said("toy", str(journal)):
        study.open()
        _read_all(study)
    return study


@pytest.fixture(scope="module")
def sweep(tmp_path_factory):
    """A sweep of twelve trials, its best confirmed and compared, whose trials were not run."""
    folder = tmp_path_factory.mktemp("sweep")
    study = taken_up(folder)
    for number in range(12):
        study.ask()
        trial = study.running[number]
        for step in (1, 2):
            trial.report(1 / step + trial.params["x"], step)
        (folder / str(number)).mkdir()
        state = "failed" if number == 3 else "pruned" if number == 4 else "complete"
        values = [trial.params["x"]] if state == "complete" else None
        study.tell(number, Outcome(state, values, "as it was", str(folder / str(number)), 0.5))
    best = study.best()
    fresh = RaceState({best.number: {1: 0.5, 2: 0.6, 3: 0.7}})
    found = {"trial": best.number, "reported": best.value, "optimism": 0.1, "ratio": 1.5, "finalists": [best.number]}
    found |= {
        "confirmed": spread([0.5, 0.6, 0.7]).as_dict(),
        "test": {},
        "raced": [best.number],
        "epochs": 6,
        "after": 12,
    }
    study.study.set_user_attr(CONFIRMATION, fresh.as_json())
    study.study.set_user_attr(CONFIRMED, found)
    study.study.set_user_attr(COMPARED, {"trial": best.number, "seeds": [4, 6], "values": [0.5, None], "test": {}})
    return folder


@pytest.mark.parametrize("reader", ["examined", "taken up"])
def test_a_damaged_journal_is_used_or_refused_in_one_sentence(reader, sweep, tmp_path, monkeypatch):
    content = (sweep / "optuna.journal").read_bytes()
    monkeypatch.setattr("rnn_lab.sweeping.examination.report.page", lambda *_, **__: "")  # pictures take long
    monkeypatch.setattr("rnn_lab.sweeping.examination.effects.RESAMPLES", 5)
    wrong = {}
    for number, changed in enumerate(mutations(content, COUNT)):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "optuna.journal").write_bytes(changed)

        def read(folder=folder):
            if reader == "examined":
                list(examine_folder(str(folder), tmp_path))
            else:
                taken_up(folder)

        if found := unclean(read, BadInput):
            wrong.setdefault(found.split(" at ")[-1], (number, found))
    assert not wrong, "\n".join(f"mutation {number}: {found}" for number, found in wrong.values())


def test_the_sentence_names_the_line_or_the_field(sweep, tmp_path):
    journal = tmp_path / "optuna.journal"
    lines = (sweep / "optuna.journal").read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join([*lines[:5], b"\0\0\n", *lines[5:]]))
    with pytest.raises(BadInput, match=r"optuna.journal is damaged: line 6 is no record\.$"):
        taken_up(tmp_path)
    journal.write_bytes(b"".join(lines))
    optuna.load_study(study_name="toy", storage=connect(str(journal))).set_user_attr(CONFIRMED, {"after": 12})
    with pytest.raises(BadInput, match=r"The record of the study 'toy' in .* is damaged: KeyError: 'confirmed'\.$"):
        taken_up(tmp_path)


def test_links_out_of_a_sweeps_folder_are_refused_and_not_written_through(toy):
    """The lock is emptied, the journal cut and the config overwritten by a sweep that follows them."""
    folder, treasure = toy.folder / "multirun" / "toy", toy.folder / "treasure"
    folder.mkdir(parents=True)
    treasure.write_text("not ours")
    (folder / "inside").symlink_to("here")
    for name in ("sweep.lock", "optuna.journal", "multirun.yaml", "figures"):
        (folder / name).symlink_to(treasure)
        with pytest.raises(BadInput, match=f"{name} is a link that leads out of the sweep's folder"):
            refuse_links(folder)
        (folder / name).unlink()
    refuse_links(folder)
    (folder / "sweep.lock").symlink_to(treasure)
    _, err = toy.sweep("x=interval(-1,1)", code=2)
    assert err.count("\n") == 1
    assert "sweep.lock is a link that leads out" in err
    assert treasure.read_text() == "not ours"
    assert sorted(path.name for path in folder.iterdir()) == ["inside", "sweep.lock"]


def test_an_examined_storage_chooses_no_folder_to_write_into(tmp_path, monkeypatch):
    monkeypatch.setattr("rnn_lab.sweeping.examination.pictures.pictures", lambda *_: {})
    here, chosen = tmp_path / "a" / "here", tmp_path / "chosen"
    here.mkdir(parents=True)
    chosen.mkdir()
    url = f"sqlite:///{tmp_path}/a/studies.db"
    names = ["theirs", "..", "a/..", "../../theirs", ".", "\x1b[2J/x"]
    for name in names:
        study = optuna.create_study(study_name=name, storage=url, sampler=optuna.samplers.RandomSampler(seed=0))
        study.set_user_attr(FOLDER, str(chosen))
        study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=2)
    found = list(examine_folder(url, here))
    assert len(found) == len(names)
    for _, _, page in found:
        assert page.is_file()
        assert here in page.resolve().parents
    assert list(chosen.iterdir()) == []
    assert {path.name for path in (tmp_path / "a").iterdir()} == {"here", "studies.db"}
    study._storage._backend.engine.dispose()


def test_a_trial_that_names_a_folder_elsewhere_has_none(sweep, tmp_path):
    journal = tmp_path / "optuna.journal"
    journal.write_bytes((sweep / "optuna.journal").read_bytes())
    storage = connect(str(journal))
    trial = optuna.load_study(study_name="toy", storage=storage).get_trials()[0]
    for name in ("../../elsewhere", "/etc", ""):
        storage_of(trial, journal, name)
        study = taken_up(tmp_path)
        assert study.folder_of(study.finished()[0]) is None
        assert study.folder_of(study.finished()[1]) == Path(tmp_path, "1")


def storage_of(trial, journal, name):
    """Let a finished trial name another folder, as only another program can: Optuna keeps what has ended."""
    content = journal.read_bytes()
    journal.write_bytes(re.sub(rb'("trial_id":0,"user_attr":\{"folder":)"[^"]*"', rb'\1"%s"' % name.encode(), content))
    assert b'"folder":"%s"' % name.encode() in journal.read_bytes()
