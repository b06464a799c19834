"""The study of optimism: searches drawn from values whose truth is known, and that its page says what its rows say."""

import numpy as np
import pytest
from hydra import compose, initialize_config_dir
from scipy import integrate, stats

from experiments.evidence import fill
from experiments.optimism import study
from experiments.optimism.measure import SEEDS, SEQUENCES, SETTINGS, overrides, settings
from experiments.optimism.resampling import CONFIRM, bound, searches, seed_noise
from experiments.optimism.tables import blocks, drawn, optimism, values
from experiments.runs import CONF
from rnn_lab.experiment import build

rng = np.random.default_rng(0)


@pytest.mark.parametrize("n", [3, 10, 30])
def test_equally_good_trials_are_as_optimistic_as_normal_draws_are_high(n):
    table = np.exp(0.2 * rng.standard_normal((400, SEEDS)))
    found = searches(table, n, 0)
    assert np.log(optimism(found)).mean() == pytest.approx(0.2 * bound(n), rel=0.15)
    density = integrate.quad(lambda x: x * n * stats.norm.cdf(x) ** (n - 1) * stats.norm.pdf(x), -8, 8)[0]
    assert bound(n) == pytest.approx(density, rel=1e-6)
    assert seed_noise(table) == pytest.approx(0.2, rel=0.1)
    assert max(one.cost for one in found) <= 0.2
    if n > 3:  # of three trials a fifth of the epochs does not pay for a run
        ratios = np.log([one.truth_confirmed / one.confirmed for one in found])
        assert abs(ratios.mean()) < 0.1  # but for what it gains by being chosen among four
        assert np.std(ratios) < 0.25
    else:
        assert all(np.isnan(one.confirmed) for one in found)


def test_every_run_keeps_its_best_epoch_as_a_trial_does_and_has_seeds_for_all_parts():
    assert SEEDS > 1 + 2 * CONFIRM
    for name in SEQUENCES:
        drawn_settings = settings(name)
        assert len(drawn_settings) == SETTINGS
        with initialize_config_dir(str(CONF), version_base="1.3"):
            experiment = build(compose("config", [*overrides(name, drawn_settings[0]), "tracking=off"]))
        assert experiment.trainer.keep == "best"
        assert len(experiment.data.train) == 100
        assert experiment.trainer.bptt_truncate <= experiment.data.window


@pytest.mark.skipif(not (study.EVIDENCE / "settings.csv").exists(), reason="the study has not been run yet")
def test_committed_tables_are_what_the_committed_rows_give():
    measured = values(study.EVIDENCE)
    assert {each.shape for each in measured.values()} == {(SETTINGS, SEEDS)}
    page = (study.HERE / "README.md").read_text()
    assert fill(page, blocks(measured, drawn(measured))) == page
