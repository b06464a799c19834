"""Configs of trials that share what they share: each is the one that Hydra composes from the first."""

from pathlib import Path

import pytest
from hydra import initialize_config_dir
from hydra._internal.callbacks import Callbacks
from hydra.core.global_hydra import GlobalHydra
from hydra.errors import HydraException
from hydra.types import HydraContext, RunMode
from omegaconf import OmegaConf

from rnn_lab import sweeping
from rnn_lab.sweeping.composition import Composer

CONF = Path(__file__).parents[2] / "conf"
TRIALS = [
    ["data=sine", "tracking.figures=false", "model.hidden_dim=4", "optimizer.learning_rate=0.01"],
    ["data=sine", "tracking.figures=false", "model.hidden_dim=8", "optimizer.learning_rate=1e-3"],
    ["data=sine", "model=gru", "trainer.clip_norm=1", "model.hidden_dim=8"],
    ["model.hidden_dim=3", "data=sunspots", "seed=4"],
    ["+tracking.tags.asked_by=ada", "trainer.bptt_truncate=${data.window}", "data.window=12"],
    ["tracking={experiment: a}", "tracking.experiment=b", "hydra.job.name=x", "data.scaling=minmax"],
    ["evaluation.free_run=null", "model.hidden_dim=5", "model.hidden_dim=6"],
]


@pytest.fixture(scope="module")
def context():
    sweeping.register()
    with initialize_config_dir(str(CONF), version_base="1.3"):
        loader = GlobalHydra.instance().config_loader()
        master = loader.load_configuration("config", ["hydra.sweep.dir=x"], run_mode=RunMode.MULTIRUN)
        yield HydraContext(config_loader=loader, callbacks=Callbacks()), master


def test_it_is_what_hydra_composes(context):
    composed = Composer(*context)
    for overrides in [*TRIALS, *TRIALS]:  # then from what is known already
        expected = context[0].config_loader.load_sweep_config(context[1], overrides)
        found = composed(overrides)
        assert OmegaConf.to_container(found) == OmegaConf.to_container(expected)
        assert found.hydra.job.override_dirname == expected.hydra.job.override_dirname
        assert OmegaConf.is_struct(found)


def test_what_does_not_fit_is_refused_in_hydras_words(context):
    with pytest.raises(HydraException, match=r"Could not override 'model\.hiden_dim'"):
        Composer(*context)(["data=sine", "model.hiden_dim=3"])
