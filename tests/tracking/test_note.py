from rnn_lab.tracking.journal import read
from rnn_lab.tracking.note import table, write
from tests.tracking.fake_trainer import FakeTrainer


def facts(folder, **start):
    found = read(FakeTrainer.run(folder, **start))
    return {fact["fact"]: fact for fact in found}, [fact for fact in found if fact["fact"] == "stopped"]


def test_a_run_under_way_says_so(tmp_path):
    known, _ = facts(tmp_path)
    note = write({"start": known["start"]}, [], "RUNNING", "training is under way")
    assert note == "**RUNNING**: training is under way\n"


def test_a_network_that_loses_is_told(tmp_path):
    known, stops = facts(tmp_path)
    known["summary"]["metrics"]["val/rmse"] = 0.2
    note = write(known, stops, "FINISHED", "done")
    assert "the best baseline, AR2, has 0.1: **the network does not beat it.**" in note
    assert note.index("| AR2 |") < note.index("| **network** |") < note.index("| mean |")


def test_a_diverged_network_is_no_winner(tmp_path):
    known, stops = facts(tmp_path)
    known["summary"]["metrics"]["val/rmse"] = "NaN"
    note = write(known, stops, "FAILED", "diverged")
    assert "does not beat" in note


def test_a_network_that_is_never_wrong(tmp_path):
    known, stops = facts(tmp_path)
    known["summary"]["metrics"]["val/rmse"] = 0.0
    note = write(known, stops, "FINISHED", "done")
    assert "the network's RMSE is 0; the best baseline, AR2, has 0.1: the network makes no error." in note


def test_how_to_repeat_it(tmp_path):
    known, stops = facts(tmp_path)
    known["provenance"]["command"] = ["python", "train.py", "data.path=two words.csv"]
    known["provenance"]["git"] |= {"commit": "abc", "dirty": True}
    note = write(known, stops, "FINISHED", "done")
    assert "    python train.py 'data.path=two words.csv'\n" in note
    assert "commit `abc` with changes that are not committed" in note


def test_code_outside_git_is_told(tmp_path):
    known, stops = facts(tmp_path)
    known["provenance"]["git"] = {"commit": None, "branch": None, "dirty": None, "absent": "git is not installed"}
    assert "seed 0; git is not installed; python 3" in write(known, stops, "FINISHED", "done")


def test_replicas_have_their_spread(tmp_path):
    known, stops = facts(tmp_path, replicas=3)
    note = write(known, stops, "FINISHED", "done")
    assert "val/rmse 0.05 ± 0.01 (95 % interval of the mean 0.02516 to 0.07484)" in note
    assert "| 2 | 3 | 2 | all epochs are done |" in note


def test_one_replica_has_none(tmp_path):
    known, stops = facts(tmp_path)
    assert "Replicas" not in write(known, stops, "FINISHED", "done")


def test_a_bar_in_a_cell_stays_in_it():
    assert table(["a", "b"], [["x|y", "1"]]).splitlines()[-1] == r"| x\|y | 1 |"


def test_the_entropy_is_a_bound_and_no_rival(tmp_path):
    known, stops = facts(tmp_path)
    summary = known["summary"]
    summary["score"], summary["metrics"], summary["spread"] = "loss", {"val/loss": 0.45}, {"val/loss": {}}
    summary["baselines"] = {
        "validation": {"entropy": {"loss": 0.44}, "no memory": {"loss": 0.9}, "ESN32": {"accuracy": 1}}
    }
    note = write(known, stops, "FINISHED", "done")
    assert (
        "cross-entropy is 0.45; the best baseline, no memory, has 0.9: the network saves 0.649 bits at each target."
        in note
    )
    assert "No answer at all can be expected to be better than entropy, 0.44." in note
    assert (
        note.index("| entropy |")
        < note.index("| **network** |")
        < note.index("| no memory |")
        < note.index("| ESN32 |")
    )
