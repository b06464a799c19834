"""A run of every kind of data, from config to folder: what its summary says, and that it can be repeated."""

import json

import numpy as np
import pytest

from rnn_lab import lab, terminal
from rnn_lab.errors import BadInput, Diverged
from rnn_lab.evaluation import Forecaster, StreamForecaster, TextModel, Trained
from rnn_lab.experiment import build
from rnn_lab.redraw import redraw
from rnn_lab.tracking.journal import read
from tests.lab.kinds import KINDS, QUICK

every_kind = pytest.mark.parametrize("kind", KINDS)
NUMBERS = {"loss", "rmse", "mae", "nrmse"}
CLASSES = {"loss", "accuracy", "bits", "perplexity"}
EXPECTED = {
    "numbers after the last step": (NUMBERS | {"success"}, Trained, {"no memory", "mean", "ESN4"}),
    "classes after the last step": (CLASSES | {"success"}, Trained, {"chance", "frequencies", "ESN4"}),
    "classes at each step": (CLASSES | {"success"}, Trained, {"no memory", "frequencies", "ESN4"}),
    "classes, masked": (
        CLASSES | {"success"}, Trained, {"no memory", "entropy", "short memory", "frequencies", "ESN4"},
    ),
    "numbers, masked": (NUMBERS | {"success"}, Trained, {"no memory", "mean", "ESN4"}),
    "text": (CLASSES, TextModel, {"unigram", "bigram", "trigram"}),
    "stream": (NUMBERS | {"mase"}, StreamForecaster, {"mean", "persistence", "AR1", "AR2"}),
    "a target after each row": (NUMBERS | {"mase"}, Forecaster, {"mean", "persistence", "AR1", "AR2", "ESN4"}),
}  # fmt: skip


def ran(composed, folder, *overrides):
    value = lab.run(composed(*QUICK, *overrides), folder)
    return value, json.loads((folder / "summary.json").read_text())


@every_kind
def test_its_summary_its_figures_and_its_network(kind, composed, tmp_path):
    scores, network, baselines = EXPECTED[kind]
    value, summary = ran(composed, tmp_path, *KINDS[kind], "replicas=2")
    assert set(summary["metrics"]) == {f"{part}/{score}" for part in ("train", "val", "test") for score in scores}
    assert all(np.isfinite(list(summary["metrics"].values())))
    score = "loss" if scores & {"accuracy"} else "rmse"
    assert summary["score"] == score
    assert value == summary["metrics"][f"val/{score}"]
    assert baselines <= set(summary["baselines"]["validation"])
    assert set(summary["baselines"]) == {"train", "validation", "test"}
    if "bits" in scores:
        for replica in summary["replicas"]:
            found = replica["metrics"]
            assert found["val/bits"] == pytest.approx(found["val/loss"] / np.log(2))
            assert found["val/perplexity"] == pytest.approx(np.exp(found["val/loss"]))
    assert type(Trained.load(tmp_path)) is network
    lines = {line.strip() for part in terminal.results(summary) for line in part.splitlines()}
    assert not lines & set(summary["baselines"]["validation"])  # no row has a name and nothing else
    drawn = redraw(tmp_path)
    assert {"curves.png", "weights.png"} < {file.name for file in drawn}
    assert all(file.read_bytes().startswith(b"\x89PNG") for file in drawn)
    facts = read(tmp_path)
    assert [fact["file"] for fact in facts if fact["fact"] == "figure"] == [f"figures/{file.name}" for file in drawn]
    epochs = [fact for fact in facts if fact["fact"] == "epoch"]
    assert len(epochs) == 4
    kept = summary["replicas"][0]["kept_epoch"]
    for name in ("loss", "accuracy" if score == "loss" else "rmse"):
        expected = summary["replicas"][0]["metrics"][f"val/{name}"]
        assert epochs[kept]["replicas"][f"val/{name}"][0] == pytest.approx(expected, rel=1e-9)


@every_kind
def test_what_a_plot_shows_of_an_epoch_is_what_its_errors_are_of(kind, composed, tmp_path):
    """From the arrays in the folder alone: the RMSE, or the cross-entropy by the right class's probabilities."""
    _, summary = ran(composed, tmp_path, *KINDS[kind])
    kept = summary["replicas"][0]["kept_epoch"]
    with np.load(tmp_path / f"figures/arrays/epoch_{kept:04d}.npz") as arrays:
        for split in ("train", "validation"):
            assert arrays[split].shape[1:] == arrays[f"{split}_true"].shape
        predicted, true = arrays["validation"][0], arrays["validation_true"]
    if summary["score"] == "loss":
        assert (true == 1.0).all()
        found = -np.log(predicted).mean()
    else:
        found = np.sqrt(((predicted - true) ** 2).mean())
    assert found == pytest.approx(summary["metrics"][f"val/{summary['score']}"], rel=1e-9)


@every_kind
def test_a_replica_equals_the_single_run_of_its_seed(kind, composed, tmp_path):
    _, two = ran(composed, tmp_path / "two", *KINDS[kind], "replicas=2", "seed=3")
    _, one = ran(composed, tmp_path / "one", *KINDS[kind], "seed=4")
    assert two["replicas"][1]["metrics"] == pytest.approx(one["metrics"], rel=1e-8, abs=1e-12)


@pytest.mark.parametrize("kind", ["classes after the last step", "text"])
def test_a_score_of_classes_may_be_the_objective(kind, composed, tmp_path):
    found, summary = ran(composed, tmp_path, *KINDS[kind], "objective=[val/accuracy,test/bits,seconds]")
    assert found == [
        *(summary["metrics"][name] for name in ("val/accuracy", "test/bits")),
        summary["seconds"]["training"],
    ]


@every_kind
def test_an_objective_that_the_data_has_not_is_refused(kind, composed, tmp_path):
    scores, _, _ = EXPECTED[kind]
    config = composed(*QUICK, *KINDS[kind])
    for wrong in sorted((NUMBERS | CLASSES | {"success"}) - scores):
        config.objective = f"val/{wrong}"
        with pytest.raises(BadInput, match=rf"^objective=val/{wrong} is not allowed: it should be one of seconds, "):
            lab.run(config, tmp_path / "run")
    for right in sorted(scores):
        config.objective = f"val/{right}"
        build(config)


@pytest.mark.parametrize("kind", ["numbers after the last step", "classes at each step", "text", "stream"])
def test_a_network_that_diverges_ends_in_a_sentence_and_a_whole_folder(kind, composed, tmp_path):
    """Before the first update, where no weights are any better; every figure is drawn, and nothing warns."""
    overrides = ("model.activation=identity", "model.gain=1e150", "replicas=2")
    with pytest.raises(Diverged, match=r"^training diverged at epoch 0: the loss is not finite"):
        ran(composed, tmp_path, *KINDS[kind], *overrides)
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert summary["status"] == "FAILED"
    assert "sample" not in summary
    assert redraw(tmp_path)


def test_huge_losses_are_drawn_as_far_as_an_axis_goes(composed, tmp_path):
    overrides = ("optimizer=sgd", "optimizer.learning_rate=1e300")
    with pytest.raises(Diverged, match=r"^training diverged at epoch 1"):
        ran(composed, tmp_path, *KINDS["classes at each step"], *overrides)
    assert tmp_path / "figures" / "curves.png" in redraw(tmp_path)


def test_a_text_run_ends_with_a_sample_of_what_it_writes(composed, tmp_path):
    _, summary = ran(composed, tmp_path, *KINDS["text"])
    sample = summary["sample"]
    assert len(sample["text"]) == 300
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(0, spawn_key=(3,))))
    written = TextModel.load(tmp_path).write(sample["prompt"], 300, sample["temperature"], rng)
    assert written == sample["text"]


def test_bits_that_are_no_next_inputs_are_not_gone_on_with():
    from rnn_lab import Elman, Network, make_predictor
    from rnn_lab.evaluation.free_run.segment import obstacle
    from rnn_lab.sequences import TwoLags

    data = TwoLags(name="two_lags", length=600, train=400, validation=200).dataset()
    network = Network.for_data(data, Elman(hidden_dim=2))
    model = make_predictor(network, network.initial([0]), data)
    assert model.sample(data, np.random.default_rng(0)) is None
    assert obstacle(data) == "the targets are no later numbers of a series that is read"
