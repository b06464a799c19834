"""Figures of studies that ended in every way."""

import numpy as np
import optuna
import pytest
from optuna.distributions import FloatDistribution
from optuna.trial import TrialState, create_trial
from PIL import Image

from rnn_lab.sweeping.plots import FIGURES, draw, draw_across
from rnn_lab.sweeping.stored_study import StoredStudy

pytestmark = pytest.mark.filterwarnings("ignore:.*set_metric_names is experimental")

SPACE = {"x": FloatDistribution(0, 1), "y": FloatDistribution(0, 1)}


def study(*states, reported=True, scale=1.0, objectives=1):
    directions = ["minimize"] * objectives
    one = optuna.create_study(directions=directions)
    rng = np.random.default_rng(0)
    for state in states:
        params = {key: float(rng.uniform()) for key in SPACE}
        values = [scale * params["x"], params["y"]][:objectives] if state == TrialState.COMPLETE else None
        steps = {1: params["y"], 2: params["x"]} if reported and objectives == 1 else {}
        one.add_trial(
            create_trial(state=state, params=params, distributions=SPACE, values=values, intermediate_values=steps)
        )
    one.set_metric_names(["val/rmse", "seconds"][:objectives])
    return StoredStudy(one)


def test_a_finished_study_has_every_figure(tmp_path):
    found = dict(draw(study(*[TrialState.COMPLETE] * 12, TrialState.PRUNED, TrialState.FAIL), tmp_path))
    assert found.pop("front") == "there is one objective"
    assert found == dict.fromkeys(["history", "parameters", "curves", "importances"])
    for name in found:
        pixels = np.asarray(Image.open(tmp_path / f"{name}.png").convert("RGB"))
        assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 50  # something is drawn


def test_two_objectives_have_their_front(tmp_path):
    found = dict(draw(study(*[TrialState.COMPLETE] * 4, objectives=2), tmp_path))
    assert {name for name, reason in found.items() if reason is None} == {"history", "parameters", "front"}
    assert "10" in found["importances"]  # few trials look like few trials


@pytest.mark.parametrize("states", [[TrialState.FAIL] * 3, [TrialState.FAIL, TrialState.PRUNED]])
def test_without_a_complete_trial_there_is_no_empty_figure(states, tmp_path):
    found = dict(draw(study(*states), tmp_path))
    assert {name for name, reason in found.items() if reason is None} == {"curves"}
    assert {path.stem for path in tmp_path.iterdir()} == {"curves"}
    assert dict(draw(study(*states, reported=False), tmp_path / "two"))["curves"] == "no trial reported a value"
    assert not (tmp_path / "two").exists()


def test_without_any_trial_there_is_none(tmp_path):
    assert set(dict(draw(study(), tmp_path / "none"))) == set(FIGURES)
    assert not (tmp_path / "none").exists()


def test_studies_in_different_units_share_a_picture(tmp_path):
    pair = [study(*[TrialState.COMPLETE] * 4, scale=scale) for scale in (1e-3, 50.0)]
    assert dict(draw_across(pair, tmp_path)) == {"progress": None}
    assert all(reason for _, reason in draw_across([study(), study(TrialState.FAIL)], tmp_path / "none"))
