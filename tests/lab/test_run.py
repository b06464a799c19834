"""A run from config to folder: complete, repeatable, resumable, honest about divergence."""

import json

import numpy as np
import pytest

from rnn_lab import lab
from rnn_lab.errors import BadInput, Diverged
from rnn_lab.evaluation import Forecaster
from rnn_lab.network import Parameters
from rnn_lab.redraw import redraw
from rnn_lab.sweeping.trial import opened
from rnn_lab.tracking.journal import read
from tests.lab.kinds import KINDS

QUICK = ("model.hidden_dim=5", "trainer.epochs=6")
DRAWN = ("tracking.figures=true", "tracking.wait=true")
CLOCK = {"time", "run", "seconds", "epoch_seconds"}


def timeless(value):
    """The same facts without what a clock or a dice said."""
    if isinstance(value, dict):
        return {key: timeless(item) for key, item in value.items() if key not in CLOCK}
    return [timeless(item) for item in value] if isinstance(value, list) else value


def facts(folder):
    """A journal without what belongs to the process that wrote it."""
    return [timeless(fact) for fact in read(folder) if fact["fact"] not in ("start", "provenance")]


def test_the_folder_is_complete_by_itself(composed, tmp_path):
    value = lab.run(composed(*QUICK, "data.test=20", "data.validation=30", *DRAWN), tmp_path)
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert summary["status"] == "FINISHED"
    assert summary["metrics"]["val/rmse"] == value
    assert {f"{part}/{name}" for part in ("train", "val", "test") for name in ("rmse", "mae", "nrmse")} <= set(
        summary["metrics"]
    )
    kinds = [fact["fact"] for fact in read(tmp_path)]
    assert kinds[0] == "start"
    assert kinds[kinds.index("end") :] == ["end", *["figure"] * 10, "figures"]
    assert kinds.count("epoch") == 7
    assert kinds.count("weights") == kinds.count("predictions") == 7
    assert {"provenance", "data", "baselines", "stopped", "summary", "figure"} <= set(kinds)
    for fact in read(tmp_path):
        assert "file" not in fact or (tmp_path / fact["file"]).is_file()


def test_weights_are_kept_before_intervals_are_measured(composed, tmp_path, monkeypatch):
    def fail(*_):
        raise RuntimeError("out of patience")

    monkeypatch.setattr(Forecaster, "calibrated", fail)
    with pytest.raises(RuntimeError):
        lab.run(composed(*QUICK), tmp_path)
    saved = Forecaster.load(tmp_path)
    assert saved.intervals == {}
    assert saved.free_run(np.zeros((50, 1)), 2).shape == (1, 2, 1)
    assert read(tmp_path)[-1]["reason"] == "RuntimeError: out of patience"


def test_the_objective_is_the_rmse_of_the_kept_weights_on_the_validation_targets(composed, tmp_path):
    value = lab.run(composed(*QUICK, "data.scaling=standard"), tmp_path)
    series = np.sin(np.arange(200.0))[:, None]
    windows = np.stack([series[n : n + 50] for n in range(100, 150)])
    forecast = Forecaster.load(tmp_path).predict(windows)
    assert value == pytest.approx(np.sqrt(np.mean((forecast - series[150:]) ** 2)), rel=1e-12)
    kept = min((f["metrics"]["val/loss"], f["epoch"]) for f in read(tmp_path) if f["fact"] == "epoch")[1]
    best = Parameters.load(tmp_path / f"weights/epoch_{kept:04d}.npz")
    assert np.array_equal(best.flat, Parameters.load(tmp_path / "weights/kept.npz").flat)


def test_a_replica_equals_the_single_run_of_its_seed(composed, tmp_path):
    lab.run(composed(*QUICK, "replicas=3", "seed=4"), tmp_path / "three")
    lab.run(composed(*QUICK, "seed=6"), tmp_path / "one")
    three, one = (json.loads((tmp_path / name / "summary.json").read_text()) for name in ("three", "one"))
    assert three["replicas"][2]["seed"] == 6
    assert three["replicas"][2]["metrics"] == pytest.approx(one["metrics"], rel=1e-9)
    values = [replica["metrics"]["val/rmse"] for replica in three["replicas"]]
    assert three["metrics"]["val/rmse"] == pytest.approx(np.mean(values))
    low, high = three["spread"]["val/rmse"]["interval"]
    assert max(values) > 3 * min(values)  # so the interval is of the geometric mean, by t of the logarithms
    margin = 4.302653 * np.std(np.log(values), ddof=1) / np.sqrt(3)  # Student's t with two degrees of freedom
    assert np.log([low, high]) == pytest.approx(np.mean(np.log(values)) + np.array([-margin, margin]))


@pytest.mark.parametrize(
    "overrides",
    [
        (),
        ("replicas=2", "optimizer/schedule=plateau", "optimizer.schedule.patience=0", "trainer.patience=2"),
        ("optimizer=nesterov", "trainer.clip_norm=0.1", "trainer.batch_size=7"),
        ("optimizer=lbfgs", "trainer=full_batch", "optimizer.iterations=3"),
        *((*overrides, "trainer.batch_size=4") for overrides in KINDS.values()),
        (*KINDS["a target after each row"], "trainer.scheduled_sampling=0.9"),
    ],
    ids=["adam", "replicas and plateau", "nesterov", "lbfgs", *KINDS, "scheduled sampling"],
)
def test_a_resumed_run_equals_one_never_interrupted(overrides, composed, tmp_path, monkeypatch):
    options = [*overrides, *QUICK, "trainer.checkpoint_seconds=0"]
    whole, cut, resumed = (tmp_path / name for name in ("whole", "cut", "resumed"))
    lab.run(composed(*options), whole)

    class PowerCut(BaseException):
        pass

    def cut_power(self, epoch):
        if epoch.epoch == 4:  # the checkpoint of epoch 4 is never written, its journal line is
            raise PowerCut
        self.__class__.save(self, epoch)

    monkeypatch.setattr(lab.Checkpoint, "save", lab.Checkpoint.__call__, raising=False)
    monkeypatch.setattr(lab.Checkpoint, "__call__", cut_power)
    with pytest.raises(PowerCut):
        lab.run(composed(*options), cut)
    monkeypatch.undo()
    assert not (cut / "summary.json").exists()

    lab.run(composed(*options, f"trainer.resume={cut}"), resumed)
    assert facts(resumed) == facts(whole)
    for name in sorted(path.name for path in (whole / "weights").glob("*.npz")):
        with np.load(whole / "weights" / name) as a, np.load(resumed / "weights" / name) as b:
            assert all(np.array_equal(a[key], b[key]) for key in a.files), name
    summaries = [timeless(json.loads((folder / "summary.json").read_text())) for folder in (whole, resumed)]
    assert summaries[0] == summaries[1]


@pytest.mark.parametrize(
    "overrides",
    [
        ("optimizer/schedule=constant",),
        ("optimizer=momentum", "trainer.keep=last"),
        ("optimizer=lbfgs", "trainer=full_batch"),
    ],
)
def test_a_finished_run_can_be_trained_on_to_the_bits_of_one_longer_run(overrides, composed, tmp_path, caplog):
    """It is shorter than ``trainer.checkpoint_seconds``, and ends with its best weights, which are not its last."""
    options = [*overrides, *QUICK, "tracking.figures=false"]
    lab.run(composed(*options), tmp_path / "long")
    lab.run(composed(*options, "trainer.epochs=3"), tmp_path / "short")
    lab.run(composed(*options, f"trainer.resume={tmp_path / 'short'}"), tmp_path / "on")
    assert facts(tmp_path / "on") == facts(tmp_path / "long")
    with np.load(tmp_path / "on/weights/kept.npz") as a, np.load(tmp_path / "long/weights/kept.npz") as b:
        assert all(np.array_equal(a[key], b[key]) for key in b.files)
    assert "spread over all epochs" not in caplog.text


def test_a_schedule_that_more_epochs_stretch_is_said(composed, tmp_path, caplog):
    options = (*QUICK, "tracking.figures=false", "optimizer/schedule=cosine")
    lab.run(composed(*options), tmp_path / "first")
    with caplog.at_level("INFO"):
        lab.run(composed(*options, f"trainer.resume={tmp_path / 'first'}", "trainer.epochs=8"), tmp_path / "on")
    assert (
        "The learning rate's schedule is spread over all epochs: with trainer.epochs=8 instead of 6 it changes at "
        "epoch 6, so this is not the run that so many epochs from the start would give."
        in " ".join(caplog.text.split())
    )


def test_threads_that_may_change_bits_are_said(composed, tmp_path, caplog, monkeypatch):
    lab.run(composed(*QUICK, "tracking.figures=false"), tmp_path / "first")
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    with caplog.at_level("INFO"):
        lab.run(composed(*QUICK, f"trainer.resume={tmp_path / 'first'}", "trainer.epochs=7"), tmp_path / "on")
    assert "threads OMP_NUM_THREADS=3: the last bits may differ from those of the default" in " ".join(
        caplog.text.split()
    )
    assert "Threads were one and are OMP_NUM_THREADS=3 now" in " ".join(caplog.text.split())
    (said,) = [fact["threads"] for fact in read(tmp_path / "on") if fact["fact"] == "provenance"]
    assert said["OMP_NUM_THREADS"] == "3"


def test_a_resume_folder_that_does_not_fit_is_refused_by_the_key_that_differs(composed, tmp_path):
    lab.run(composed(*QUICK, "trainer.checkpoint_seconds=0"), tmp_path / "first")
    config = composed(*QUICK, f"trainer.resume={tmp_path / 'first'}", "optimizer.learning_rate=0.5")
    with pytest.raises(BadInput, match=r"optimizer\.learning_rate is 0\.5 here, and 0\.01 in the run"):
        lab.run(config, tmp_path / "second")
    (tmp_path / "first" / "weights" / "checkpoint.npz").write_bytes(b"PK torn")
    with pytest.raises(BadInput, match="torn"):
        lab.run(composed(*QUICK, f"trainer.resume={tmp_path / 'first'}"), tmp_path / "second")
    assert not (tmp_path / "second").exists()


def test_divergence_ends_as_failed_with_its_reason_and_a_complete_folder(composed, tmp_path):
    with pytest.raises(Diverged, match=r"diverged at epoch \d+: .*learning_rate"):
        lab.run(composed("optimizer=sgd", "optimizer.learning_rate=1e6", "model.activation=identity"), tmp_path)
    end = read(tmp_path)[-1]
    assert end["status"] == "FAILED"
    assert "diverged" in end["reason"]
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert summary["replicas"][0]["diverged"] is True
    assert summary["metrics"]["val/rmse"] == "NaN"  # what diverged is no part of a mean


def test_one_diverging_replica_does_not_stop_the_others(composed, tmp_path):
    # At this rate some seeds of a linear network diverge and some do not.
    config = composed("replicas=6", "optimizer=sgd", "optimizer.learning_rate=0.01", "model.activation=identity",
                      "model.gain=1.0", "model.hidden_dim=8", "trainer.epochs=20")  # fmt: skip
    lab.run(config, tmp_path)
    replicas = json.loads((tmp_path / "summary.json").read_text())["replicas"]
    lost = [replica["diverged"] for replica in replicas]
    assert any(lost)
    assert not all(lost)
    assert all(replica["epochs"] == 20 for replica in replicas if not replica["diverged"])


def test_figures_are_drawn_for_several_targets_and_replicas(composed, tmp_path):
    rows = "\n".join(f"{n},{np.sin(n):.6f},{np.cos(n):.6f}" for n in range(60))
    (tmp_path / "two.csv").write_text("n,x,y\n" + rows)
    config = composed("data=csv", f"data.path={tmp_path / 'two.csv'}", "data.index=n", "data.target=[x,y]",
                      "data.window=5", "replicas=2", *QUICK)  # fmt: skip
    lab.run(config, tmp_path / "run")
    redraw(tmp_path / "run")
    drawn = [fact["file"] for fact in read(tmp_path / "run") if fact["fact"] == "figure"]
    assert len(drawn) >= 4
    for file in drawn:
        assert (tmp_path / "run" / file).read_bytes().startswith(b"\x89PNG")


def test_a_run_returns_what_objective_names(composed, tmp_path):
    both = lab.run(composed(*QUICK, "objective=[val/nrmse,seconds]"), tmp_path)
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert both == [summary["metrics"]["val/nrmse"], summary["seconds"]["training"]]
    with pytest.raises(BadInput, match="objective=val/rsme is not allowed: it should be one of"):
        lab.run(composed("objective=val/rsme"), tmp_path / "second")


def test_a_pruned_run_is_pruned_in_its_journal_and_summary(composed, tmp_path):
    def channel(step, values):
        return f"pruned at step {step}" if step == 3 else None

    with opened(channel, {"rnn_lab.study": "s"}):
        values = lab.run(composed(*QUICK, "replicas=2"), tmp_path)
    assert len(values) == 2  # one for each replica: the sweeper aggregates them
    summary, facts = json.loads((tmp_path / "summary.json").read_text()), read(tmp_path)
    assert (summary["status"], summary["epochs"]) == ("PRUNED", 3)
    assert (facts[-1]["status"], facts[-1]["reason"]) == ("PRUNED", "pruned at step 3")
    assert facts[0]["tags"] == {"rnn_lab.study": "s"}
