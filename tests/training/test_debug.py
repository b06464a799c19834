"""`trainer=debug`: a right gradient passes, a wrong one is named and ends the run, and nothing of the run changes."""

import json
import logging

import numpy as np
import pytest
from hydra import compose, initialize_config_dir
from pydantic.dataclasses import dataclass

from experiments.runs import CONF
from rnn_lab import lab
from rnn_lab.component import STRICT
from rnn_lab.network import Elman, Network
from rnn_lab.network.activations import Tanh
from rnn_lab.rules import RTRL
from rnn_lab.sequences import Generated, Sine
from rnn_lab.testing.observers import ObserverContract
from rnn_lab.training import Adam, Trainer, fit
from rnn_lab.training.debug import Debug

WINDOWS = Generated(name="sine", series=Sine(length=60), window=6, train=20, validation=10).dataset()


class TestDebug(ObserverContract):
    def make(self):
        return Debug(updates=20)


@dataclass(frozen=True, config=STRICT)
class Steep(Tanh):
    """A tanh whose derivative is a tenth off."""

    def slope(self, h, out):
        super().slope(h, out)
        out *= 0.9


def test_a_wrong_derivative_ends_the_run_and_names_a_parameter() -> None:
    network = Network.for_data(WINDOWS, Elman(hidden_dim=4, activation=Steep()))
    state = fit(network, WINDOWS, Trainer(epochs=3), Adam(), (0, 1), observers={"debug": Debug(updates=1)})
    assert state.epoch == 0
    assert state.reasons[0].startswith(
        ("the gradient of W_xh is wrong", "the gradient of W_hh is wrong", "the gradient of b_h")
    )


def test_one_batch_is_learned_by_heart_and_the_rule_of_the_run_is_timed() -> None:
    network = Network.for_data(WINDOWS, Elman(hidden_dim=8))
    state = fit(network, WINDOWS, Trainer(epochs=1), Adam(), (0, 1), rule=RTRL(), observers={"debug": Debug()})
    first = {name: values[0] for name, values in state.curves.items() if name.startswith("debug/")}
    assert (first["debug/gradient_error"] < 1e-7).all()
    assert (first["debug/batch_loss_last"] < 0.01 * first["debug/batch_loss_first"]).all()
    assert (first["debug/forward_ms"] < first["debug/gradient_ms"]).all()
    assert np.isnan(state.curves["debug/gradient_error"][1]).all()


@pytest.mark.slow
@pytest.mark.parametrize("observers", ["[units]", "[]"])
def test_trainer_debug_brings_it_along_whatever_else_is_watched(tmp_path, caplog, observers) -> None:
    with initialize_config_dir(str(CONF), version_base="1.3"):
        given = ["trainer=debug", "data=two_lags", "data.length=2000", "trainer.dtype=float32", "trainer.batch_size=5"]
        config = compose("config", [*given, f"observers={observers}", "tracking=off", "tracking.figures=false"])
    with caplog.at_level(logging.INFO, "rnn_lab"):
        lab.run(config, tmp_path / "run")
    assert (config.trainer.epochs, len(config.observers)) == (2, 1 + (observers != "[]"))
    assert "gradient   of every parameter within" in caplog.text
    assert "one batch  of 10: loss" in caplog.text
    assert "time       of that batch: forward" in caplog.text
    journal = [json.loads(line) for line in (tmp_path / "run" / "journal.jsonl").read_text().splitlines()]
    assert next(fact for fact in journal if fact["fact"] == "epoch")["metrics"]["debug/gradient_error"] < 1e-6
