"""What the kernels do not cover is refused in a sentence; a run by kernels says so, and resumes to the bit."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic.dataclasses import dataclass

from rnn_lab.errors import BadInput
from rnn_lab.kernels import compiled_rule
from rnn_lab.network import Elman, Network
from rnn_lab.network.activations import Tanh
from rnn_lab.network.losses import HalfMeanSquaredError
from rnn_lab.rules import BPTT, RTRL
from rnn_lab.training import Trainer

ROOT = Path(__file__).parents[2]


class MyElman(Elman):
    pass


class MyTanh(Tanh):
    pass


@dataclass(frozen=True)
class MyLoss(HalfMeanSquaredError):
    pass


ELMAN = Elman(hidden_dim=3)


def network(model=ELMAN, **options):
    return Network(model, 1, 1, 5, **options)


def test_without_numba_it_says_how_to_install_it(monkeypatch):
    monkeypatch.setattr("rnn_lab.kernels.find_spec", lambda name: None)
    with pytest.raises(BadInput, match=r"needs numba, which is not installed: pip install 'rnn-lab\[fast\]'"):
        compiled_rule(BPTT(), network())


@pytest.mark.parametrize(
    ("rule", "of", "sentence"),
    [
        (RTRL(), network(), "for the rules BPTT, Readout, and none for RTRL: take trainer.backend=numpy"),
        (BPTT(), network(MyElman(hidden_dim=3)), "for the cells Elman, GRU, LSTM, and none for MyElman"),
        (BPTT(), network(loss=MyLoss()), "and none for MyLoss"),
        (BPTT(record_signals=True), network(), "rule.record_signals=false"),
    ],
)
def test_what_has_no_kernels_is_refused(rule, of, sentence):
    with pytest.raises(BadInput, match=sentence):
        compiled_rule(rule, of)


@pytest.mark.skipif(importlib.util.find_spec("numba") is None, reason="the extra `fast` is not installed")
def test_an_activation_of_ones_own_is_refused():
    with pytest.raises(BadInput, match=r"no kernel for model.activation=MyTanh: it is allowed with sigmoid, tanh"):
        compiled_rule(BPTT(), network(Elman(hidden_dim=3, activation=MyTanh())))


def test_scheduled_sampling_is_refused():
    with pytest.raises(BadInput, match=r"no kernels for trainer.scheduled_sampling=0.5"):
        Trainer(backend="numba", scheduled_sampling=0.5).at_work(BPTT(), network())


def train(folder, *overrides, check=True):
    command = [sys.executable, ROOT / "scripts/train.py", "tracking=off", "tracking.figures=false", *overrides]
    done = subprocess.run([*command, f"hydra.run.dir={folder}"], cwd=folder.parent, capture_output=True, text=True)
    assert not check or done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("numba") is None, reason="the extra `fast` is not installed")
def test_a_run_names_its_backend_and_resumes_to_the_bit(tmp_path):
    settings = ("trainer.backend=numba", "model.hidden_dim=4", "replicas=2", "optimizer/schedule=constant")
    train(tmp_path / "whole", *settings, "trainer.epochs=4")
    train(tmp_path / "half", *settings, "trainer.epochs=2", "trainer.checkpoint_seconds=0")
    half = f"trainer.resume={tmp_path / 'half'}"
    train(tmp_path / "rest", "trainer.epochs=4", half)
    weights = [(tmp_path / run / "weights" / "kept.npz").read_bytes() for run in ("whole", "rest")]
    assert weights[0] == weights[1]

    facts = map(json.loads, (tmp_path / "rest" / "journal.jsonl").read_text().splitlines())
    origin = next(fact for fact in facts if fact["fact"] == "provenance")
    assert origin["backend"] == "numba"
    assert {"numba", "llvmlite"} <= origin["versions"].keys()

    other = train(tmp_path / "other", "trainer.backend=numpy", half, check=False)
    assert other.returncode == 2
    assert "trainer.backend is numpy here, and numba in the run that it names" in other.stdout + other.stderr
    assert not (tmp_path / "other" / "journal.jsonl").exists()
