import json
from types import SimpleNamespace

import numpy as np
import pytest

from rnn_lab.errors import BadInput
from rnn_lab.network.parameters import Parameters
from rnn_lab.tracking.config import Tracking
from rnn_lab.tracking.journal import Journal, read
from rnn_lab.tracking.observer import JournalObserver, save

TRUTH = {"train": np.arange(4.0)[:, None], "validation": np.arange(2.0)[:, None]}
NOTHING: dict[str, dict[str, object]] = {"arrays": {}, "lost": {}}


def run(folder, epochs, *, stop_after=None, replicas=1, metric=lambda epoch: 0.5**epoch, measured=None, **tracking):
    """Train a stand-in whose weights and predictions are its epoch's number, in arrays that it overwrites."""
    parameters = Parameters(np.zeros((replicas, 3)), {"W_hh": (1, 1), "b_h": (2,)})
    predictions = {"train": np.zeros((replicas, 4, 1)), "validation": np.zeros((replicas, 2, 1))}
    with Journal(folder) as journal:
        observer = JournalObserver(journal, Tracking(**tracking), epochs)
        for epoch in range((epochs if stop_after is None else stop_after) + 1):
            parameters.flat[:] = epoch
            for values in predictions.values():
                values[:] = epoch
            metrics = {"val/rmse": np.broadcast_to(np.asarray(metric(epoch), np.float64), replicas)}
            facts = {"epoch": epoch, "metrics": metrics, "parameters": parameters, "predictions": predictions}
            asked = observer(
                SimpleNamespace(
                    **facts,
                    state=SimpleNamespace(diverged=np.zeros(replicas, bool)),
                    truth=TRUTH,
                    **(measured(epoch) if measured else NOTHING),
                )
            )
            assert asked is None
        parameters.flat[:] = -1  # say, the best weights restored
        observer.close()
    return read(folder)


def test_each_epoch_is_a_fact(tmp_path):
    facts = [fact for fact in run(tmp_path, 3) if fact["fact"] == "epoch"]
    assert [(fact["epoch"], fact["metrics"]) for fact in facts] == [(n, {"val/rmse": 0.5**n}) for n in range(4)]
    assert "replicas" not in facts[0]


def test_replicas_are_told_one_by_one_and_in_the_mean_of_those_that_live(tmp_path):
    facts = run(tmp_path, 0, replicas=3, metric=lambda epoch: [1.0, 2.0, 3.0])
    assert facts[0]["metrics"] == {"val/rmse": 2.0}
    assert facts[0]["replicas"] == {"val/rmse": [1.0, 2.0, 3.0]}


@pytest.mark.parametrize(
    ("values", "mean"),
    [([1.0, np.nan, 3.0, np.inf], 2.0), ([np.nan, np.inf], "NaN"), ([np.inf], "Infinity"), ([np.nan], "NaN")],
)
def test_a_diverged_replica_does_not_hide_the_others(tmp_path, values, mean):
    facts = run(tmp_path, 0, replicas=len(values), metric=lambda epoch: values)
    assert facts[0]["metrics"] == {"val/rmse": mean}


def test_the_kept_epochs_have_their_own_weights_and_predictions(tmp_path):
    facts = run(tmp_path, 10, replicas=2, weights_every=4, plots_every=5)
    weights = {fact["epoch"]: fact["file"] for fact in facts if fact["fact"] == "weights"}
    predictions = {fact["epoch"]: fact["file"] for fact in facts if fact["fact"] == "predictions"}
    assert list(weights) == [0, 4, 8, 10]
    assert list(predictions) == [0, 5, 10]
    for epoch, file in weights.items():
        assert file == f"weights/epoch_{epoch:04d}.npz"
        with np.load(tmp_path / file, allow_pickle=False) as arrays:
            assert {name: arrays[name].shape for name in arrays} == {"W_hh": (2, 1, 1), "b_h": (2, 2)}
            assert all((arrays[name] == epoch).all() for name in arrays)
    for epoch, file in predictions.items():
        with np.load(tmp_path / file, allow_pickle=False) as arrays:
            assert sorted(arrays) == ["train", "train_true", "validation", "validation_true"]
            np.testing.assert_array_equal(arrays["validation"], np.full((2, 2, 1), epoch))
            np.testing.assert_array_equal(arrays["train_true"], TRUTH["train"])


@pytest.mark.parametrize("stopped", [1, 4, 6])
def test_the_last_epoch_is_kept_once_when_training_stops_early(tmp_path, stopped):
    facts = run(tmp_path, 100, stop_after=stopped, weights_every=4, plots_every=50)
    kept = [fact["epoch"] for fact in facts if fact["fact"] == "weights"]
    assert kept == sorted({0, 4, stopped} & set(range(stopped + 1)))
    with np.load(tmp_path / f"weights/epoch_{stopped:04d}.npz") as arrays:
        assert (arrays["b_h"] == stopped).all()
    assert [fact["epoch"] for fact in facts if fact["fact"] == "predictions"] == [0, stopped]


def test_every_file_a_fact_names_is_there_when_the_fact_is(tmp_path, monkeypatch):
    written = []
    real = Journal.write

    def write(self, fact, **content):
        written.append((fact, "file" not in content or (tmp_path / content["file"]).exists()))
        real(self, fact, **content)

    monkeypatch.setattr(Journal, "write", write)
    run(tmp_path, 2)
    assert len(written) == 9
    assert all(there for _, there in written)


def test_a_full_disk_is_one_sentence_and_leaves_no_half_file(tmp_path, monkeypatch):
    def full(file, **arrays):
        file.write(b"PK half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(BadInput, match=r"weights\.npz cannot be written: No space left on device"):
        save(tmp_path / "weights.npz", {"a": np.zeros(3)})
    assert list(tmp_path.iterdir()) == []


def test_the_journal_is_json_throughout(tmp_path):
    run(tmp_path, 2, metric=lambda epoch: np.nan)
    for line in (tmp_path / "journal.jsonl").read_text().splitlines():
        json.loads(line, parse_constant=lambda name: pytest.fail(name))


def test_what_observers_measured_is_kept_beside_and_a_lost_one_is_said_with_its_reason(tmp_path):
    def measured(epoch):
        lost = {"mine": "ZeroDivisionError: by nought"} if epoch == 2 else {}
        return {"arrays": {"norms": np.full((1, 2), epoch)} if epoch < 2 else {}, "lost": lost}

    facts = run(tmp_path, 3, measured=measured)
    assert [(fact["epoch"], fact["name"], fact["reason"]) for fact in facts if fact["fact"] == "observer"] == [
        (2, "mine", "ZeroDivisionError: by nought")
    ]
    for epoch in (0, 1):
        with np.load(tmp_path / f"observers/epoch_{epoch:04d}.npz", allow_pickle=False) as arrays:
            np.testing.assert_array_equal(arrays["norms"], np.full((1, 2), epoch))
    assert not (tmp_path / "observers/epoch_0002.npz").exists()
