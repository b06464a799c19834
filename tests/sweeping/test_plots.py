"""Optuna's plots of studies that ended in every way."""

import numpy as np
import optuna
import pytest
from matplotlib.figure import Figure
from optuna.distributions import FloatDistribution
from optuna.trial import TrialState, create_trial
from PIL import Image

from rnn_lab.sweeping.plots import ACROSS, PLOTS, draw, draw_across

SPACE = {"x": FloatDistribution(0, 1), "y": FloatDistribution(0, 1)}


def study(*states, reported=True, scale=1.0):
    one = optuna.create_study()
    rng = np.random.default_rng(0)
    for state in states:
        params = {key: float(rng.uniform()) for key in SPACE}
        value = scale * params["x"] if state == TrialState.COMPLETE else None
        steps = {1: params["y"], 2: params["x"]} if reported else {}
        one.add_trial(
            create_trial(state=state, params=params, distributions=SPACE, value=value, intermediate_values=steps)
        )
    return one


def test_a_finished_study_has_every_plot(tmp_path):
    found = dict(draw(study(*[TrialState.COMPLETE] * 4, TrialState.PRUNED, TrialState.FAIL), tmp_path))
    assert found == dict.fromkeys(PLOTS)
    for name in PLOTS:
        pixels = np.asarray(Image.open(tmp_path / f"{name}.png").convert("RGB"))
        assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 50  # something is drawn


@pytest.mark.parametrize("states", [[TrialState.FAIL] * 3, [TrialState.FAIL, TrialState.PRUNED]])
def test_without_a_complete_trial_there_is_no_empty_plot(states, tmp_path):
    found = dict(draw(study(*states), tmp_path))
    assert {name for name, reason in found.items() if reason is None} == {"timeline", "intermediate_values"}
    assert {path.stem for path in tmp_path.iterdir()} == {"timeline", "intermediate_values"}
    assert dict(draw(study(*states, reported=False), tmp_path / "two"))["intermediate_values"]
    assert [path.stem for path in (tmp_path / "two").iterdir()] == ["timeline"]


def test_without_any_trial_there_is_none(tmp_path):
    assert all(reason for _, reason in draw(study(), tmp_path / "none"))
    assert not (tmp_path / "none").exists()


def test_studies_in_different_units_share_a_picture(tmp_path):
    pair = [study(*[TrialState.COMPLETE] * 4, scale=scale) for scale in (1e-3, 50.0)]
    assert dict(draw_across(pair, tmp_path)) == dict.fromkeys(ACROSS)
    assert all(reason for _, reason in draw_across([study(), study(TrialState.FAIL)], tmp_path / "none"))


def test_values_that_differ_by_orders_of_magnitude_are_shown_by_their_logarithms(tmp_path, monkeypatch):
    drawn = {}
    save = Figure.savefig

    def look(figure, file, **how):
        drawn[file.stem.lstrip(".")] = figure.axes[0].get_yscale(), [axes.get_xlabel() for axes in figure.axes]
        save(figure, file, **how)

    monkeypatch.setattr(Figure, "savefig", look)
    for decades, scale, label in ((8, "log", "log10 of the objective"), (0.8, "linear", "Objective Value")):
        one = optuna.create_study()
        for x in (0.0, 0.3, 0.6, 1.0):
            params = {"x": x, "y": 1 - x}
            one.add_trial(create_trial(params=params, distributions=SPACE, value=1e-9 * 10 ** (decades * x)))
        list(draw(one, tmp_path))
        assert drawn["history"][0] == drawn["slice"][0] == scale
        assert drawn["edf"] == ("linear", [label])
