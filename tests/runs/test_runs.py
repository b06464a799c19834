"""All runs in one frame, from folders alone."""

import json
from pathlib import Path

import numpy as np
import pytest

from rnn_lab import runs
from rnn_lab.errors import BadInput
from rnn_lab.runs.command import main
from rnn_lab.runs.folder import RunFolder
from rnn_lab.runs.frames import written
from rnn_lab.tracking.journal import Journal
from rnn_lab.tracking.relay_state import State

CONFIG = {
    "seed": 0,
    "data": {"_target_": "a.Sine", "name": "sine", "window": 12},
    "model": {"_target_": "a.GRU", "hidden_dim": 8},
    "trainer": {"bptt_truncate": 50},
}


def write(folder: Path, *, seed=0, hidden=8, epochs=3, replicas=1, end="FINISHED", score="rmse", lost=()) -> Path:
    """A run whose score on validation is (seed + 1) / (1 + epoch); replicas of lost seeds diverged."""
    config = CONFIG | {"seed": seed, "model": {"_target_": "a.GRU", "hidden_dim": hidden}}
    name = f"val/{score}"
    with Journal(folder) as journal:
        journal.write("start", run=str(folder), name="sine", config=config, tags={}, experiment="x", uri=None)
        journal.write("data", shapes={"train": {"X": [100, 12, 1]}})
        for epoch in range(epochs + 1):
            each = [(seed + r + 1) / (1 + epoch) for r in range(replicas)]
            more = {"replicas": {name: each}} if replicas > 1 else {}
            journal.write("epoch", epoch=epoch, metrics={name: float(np.mean(each)), "lr": float("nan")}, **more)
        if end == "FINISHED":
            found = [
                {"seed": seed + r, "diverged": seed + r in lost, "metrics": {name: value}}
                for r, value in enumerate(each)
            ]
            journal.write("summary", score=score, metrics={name: float(np.mean(each))}, replicas=found)
            journal.write("end", status="FINISHED", reason="done")
    return folder


@pytest.fixture
def place(tmp_path):
    for seed in range(3):
        write(tmp_path / "outputs" / f"s{seed}", seed=seed)
    write(tmp_path / "outputs" / "big", hidden=32, replicas=4)
    write(tmp_path / "outputs" / "killed", end="KILLED")
    return tmp_path / "outputs"


def test_one_row_a_run(place):
    table = runs.load(place).table().set_index("folder")
    row = table.loc[str(place / "s2")]
    assert (row["status"], row["model"], row["model.hidden_dim"], row["trainer.bptt_truncate"]) == (
        "FINISHED",
        "gru",
        8,
        12,
    )
    assert row["val/rmse"] == 3 / 4
    assert table.loc[str(place / "killed"), "status"] == "KILLED"
    assert np.isnan(table.loc[str(place / "killed"), "val/rmse"])


def test_histories_long_and_wide(place):
    found = runs.load(place)
    wide, long = found.history(wide=True), found.history()
    assert len(wide) == 5 * 4
    assert len(long) == 2 * len(wide)
    curve = wide[wide.folder == str(place / "s1")].set_index("epoch")["val/rmse"]
    assert curve.to_dict() == {epoch: 2 / (1 + epoch) for epoch in range(4)}
    each = found.history(wide=True, replicas=True)
    last = each[(each.folder == str(place / "big")) & (each.epoch == 3)]
    assert last["val/rmse"].tolist() == [(r + 1) / 4 for r in range(4)]


def test_seeds_are_pooled_whether_runs_or_replicas(place):
    from rnn_lab.scoring.spread import spread

    grouped = runs.load(place).grouped(["model.hidden_dim"]).set_index("model.hidden_dim")
    for hidden, values in ((8, [1 / 4, 2 / 4, 3 / 4]), (32, [1 / 4, 2 / 4, 3 / 4, 1.0])):
        expected = spread(values)
        row = grouped.loc[hidden]
        assert (row["seeds"], row["mean"], row["sd"]) == (len(values), expected.mean, expected.standard_deviation)
        assert (row["low (95 %)"], row["high (95 %)"], row["interval of"]) == (*expected.interval, expected.of)
    with pytest.raises(BadInput, match="no run has the score val/mae; similar names are val/rmse"):
        runs.load(place).grouped(["model"], "val/mae")


def test_a_replica_that_diverged_is_counted_and_no_part_of_any_number(place):
    from rnn_lab.scoring.spread import spread

    write(place / "lost", hidden=64, replicas=4, lost=(1,))
    write(place / "all_lost", hidden=128, lost=(0,))
    grouped = runs.load(place).grouped(["model.hidden_dim"]).set_index("model.hidden_dim")
    expected, row = spread([1 / 4, 3 / 4, 1.0]), grouped.loc[64]
    assert (row["seeds"], row["diverged"], row["mean"], row["sd"], (row["low (95 %)"], row["high (95 %)"])) == (
        3,
        1,
        expected.mean,
        expected.standard_deviation,
        expected.interval,
    )
    assert (grouped.loc[128, "seeds"], grouped.loc[128, "diverged"]) == (0, 1)
    assert np.isnan(grouped.loc[128, "mean"])
    assert grouped.loc[[8, 32], "diverged"].tolist() == [0, 0]


def test_scores_of_different_names_are_never_averaged(place):
    for seed in range(2):
        write(place / f"text{seed}", seed=seed, score="loss")
    found = runs.load(place)
    grouped = found.grouped(["model.hidden_dim"])
    rows = grouped[["model.hidden_dim", "score", "seeds", "mean"]].to_numpy().tolist()
    assert sorted(rows) == [[8, "val/loss", 2, 0.375], [8, "val/rmse", 3, 0.5], [32, "val/rmse", 4, 0.625]]
    assert found.grouped(["model"], "val/loss")[["score", "seeds"]].to_numpy().tolist() == [["val/loss", 2]]


@pytest.mark.parametrize("by", [["seed"], ["folder"], ["model", "model"], ["status"]])
def test_any_column_makes_a_setting(place, by):
    grouped = runs.load(place).grouped(by)
    assert grouped["seeds"].sum() == 7
    assert list(grouped.columns[: len(set(by)) + 1]) == [*dict.fromkeys(by), "score"]


def test_an_unknown_name_is_answered_with_those_like_it(place, tmp_path, capsys):
    for words, said in (
        (["--by", "nope"], "no run has nope."),
        (["--by", "hidden_dim"], "no run has hidden_dim; similar names are model.hidden_dim."),
        (["--score", "val/rsme"], "no run has the score val/rsme; similar names are val/rmse."),
    ):
        assert main(["table", str(place), *words], say=[].append) == 2
        assert capsys.readouterr().err == f"Error: {said}\n"
    write(tmp_path / "only" / "killed", end="KILLED")
    assert main(["table", str(tmp_path / "only")], say=[].append) == 2
    assert capsys.readouterr().err == "Error: no run has a score yet.\n"


def test_frames_are_written(place):
    frame = runs.load(place).grouped(["model.hidden_dim"])
    header = "model.hidden_dim,score,seeds,diverged,mean,sd,low (95 %),high (95 %),interval of"
    assert written(frame, "csv").splitlines()[0] == header
    assert written(frame, "markdown").splitlines()[:2] == [f"| {header.replace(',', ' | ')} |", "|" + " --- |" * 9]
    assert r"model.hidden\_dim & score & seeds" in written(frame, "latex")
    assert r"low (95 \%) & high (95 \%)" in written(frame, "latex")
    with pytest.raises(BadInput, match="format=xls is not known"):
        written(frame, "xls")


def test_a_torn_line_is_ignored_and_an_epoch_made_again_counts_once(tmp_path):
    folder = write(tmp_path / "run", end="KILLED")
    with open(folder / "journal.jsonl", "a") as file:
        file.write(json.dumps({"fact": "epoch", "time": 1.0, "epoch": 3, "metrics": {"val/rmse": 9.0}}) + "\n")
        file.write('{"fact": "epoch", "ti')
    assert [fact["metrics"]["val/rmse"] for fact in RunFolder.at(folder).epochs] == [1.0, 1 / 2, 1 / 3, 9.0]


def test_damaged_lines_are_left_out_and_said(place, capsys):
    journal = place / "s0" / "journal.jsonl"
    lines = journal.read_bytes().split(b"\n")
    journal.write_bytes(b"\n".join([*lines[:3], b'{"fact": "epoch\xff', b'{"fact": 3}', *lines[3:]]))
    said: list[str] = []
    assert main(["list", str(place)], say=said.append) == 0
    assert any(line.startswith("FINISHED  val/rmse 0.25") and line.endswith("s0") for line in said)
    said = [f"Line {number} of {journal} is left out: it is no fact in JSON." for number in (4, 5)]
    assert capsys.readouterr().err.splitlines() == said


def test_the_commands(place, monkeypatch, capsys):
    monkeypatch.chdir(place.parent)
    lines: list[str] = []
    assert main(["list"], say=lines.append) == 0
    assert len(lines) == 6
    assert any(line.startswith("KILLED    val/rmse 0.25") for line in lines)
    assert main(["show", "outputs/s0"], say=lines.append) == 0
    lines.clear()
    assert main(["compare", "outputs/s0", "outputs/big"], say=lines.append) == 0
    assert lines == [
        "run               sine gru h8 s0  sine gru h32 s0",
        "model.hidden_dim  8               32",
        "val/rmse          0.25            0.625",
    ]
    lines.clear()
    assert main(["compare", "outputs/s0", "outputs/killed"], say=lines.append) == 0
    assert lines == ["run  outputs/s0  outputs/killed"]  # one title would be both's
    lines.clear()
    assert main(["table", "--by", "model.hidden_dim", "--to", "csv"], say=lines.append) == 0
    assert lines[0].splitlines()[1].startswith("8,val/rmse,3,0,0.5,")
    for words in (["show", "."], ["compare", "outputs/s0", "nowhere"], ["rm", "outputs"], ["list", "nowhere"]):
        assert main(words, say=lines.append) == 2
        assert "is no " in capsys.readouterr().err


def test_tables_are_folded_in_a_terminal_too_narrow_for_them_and_nowhere_else(place, monkeypatch):
    monkeypatch.chdir(place.parent)
    monkeypatch.setenv("COLUMNS", "50")

    def said(*words):
        lines: list[str] = []
        assert main(words, say=lines.append) == 0
        return lines

    piped = said("list"), said("compare", "outputs/s0", "outputs/big")
    assert [len(lines) for lines in piped] == [6, 3]
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    listed, compared = said("list"), said("compare", "outputs/s0", "outputs/big")
    assert max(map(len, listed + compared)) <= 50
    assert [line.strip() for line in listed[1::2]] == ["folder", *(line.split()[-1] for line in piped[0][1:])]
    assert compared == piped[1]  # it fits
    monkeypatch.setenv("COLUMNS", "40")
    expected = "run,  sine gru h8 s0,  sine gru h32 s0,model.hidden_dim,  8,  32,val/rmse,  0.25,  0.625"
    assert said("compare", "outputs/s0", "outputs/big") == expected.split(",")
    monkeypatch.setenv("COLUMNS", "200")
    assert len(said("list")) == 6
    piped = said("table", "--to", "markdown")
    assert piped[0].startswith("| data.name | model |")
    monkeypatch.setenv("COLUMNS", "80")
    head, first, *_ = lines = said("table")
    assert head.split("  ")[0] == "data.name"
    assert max(map(len, lines)) <= 80
    mean = piped[0].split("\n")[2].split(" | ")[5]
    assert mean in first.split()
    monkeypatch.setenv("COLUMNS", "30")
    narrow = said("table")
    assert max(map(len, narrow)) <= 30
    assert " ".join(narrow).split() == " ".join(lines).split()


def test_nothing_is_removed_that_is_not_the_runs_own(place):
    folder = place / "s0"
    for name in ("weights/epoch_0000.npz", "figures/arrays/epoch_0000.npz", "figures/mine.png", "weights/notes.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    lines: list[str] = []
    assert main(["rm", str(folder)], say=lines.append, ask=lambda _: "n") == 1
    assert (folder / "journal.jsonl").exists()
    assert main(["rm", str(folder)], say=lines.append, ask=lambda _: "y") == 0
    left = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert left == {"figures/mine.png", "weights/notes.txt"}
    assert "mine.png" in lines[-1]
    assert main(["rm", "--yes", str(place / "s1"), str(place / "s2")], say=lines.append) == 0
    assert not (place / "s1").exists()
    assert place.exists()


def test_what_is_removed_is_what_there_is(place):
    trial, tracked = place / "s0", place / "s1"
    for name in ("terminal.log", "traceback.txt"):  # a sweep writes them into its trials' folders
        (trial / name).touch()
    State(state="created", run_id="4f", uri="sqlite:///mlflow.db").save(tracked)
    lines: list[str] = []
    assert main(["rm", str(trial), str(tracked)], say=lines.append, ask=lambda _: "n") == 1
    assert lines[:2] == [
        f"{trial}: FINISHED, val/rmse 0.25, 3 files",
        f"{tracked}: FINISHED, val/rmse 0.5, 2 files, and its run in MLflow",
    ]
    lines.clear()
    assert main(["rm", "--yes", str(trial)], say=lines.append) == 0
    assert lines[-1] == f"{trial} is removed"
    assert not trial.exists()


def test_links_and_names_in_somebodys_folder_remove_nothing_elsewhere(place, tmp_path):
    theirs, mine = place / "s0", place / "s1"
    (mine / "weights").mkdir()
    (mine / "weights" / "epoch_0000.npz").write_text("mine")
    (theirs / "weights").symlink_to(mine / "weights")
    (theirs / "figures").symlink_to(mine)
    (theirs / "train.log").symlink_to(mine / "journal.jsonl")
    with Journal(theirs) as journal:
        for name in ("figures/journal.jsonl", "figures/../../s1/journal.jsonl", str(mine / "journal.jsonl")):
            journal.write("figure", file=name)
    before = {path: path.read_bytes() for path in mine.rglob("*") if path.is_file()}
    assert main(["rm", "--yes", str(theirs)], say=[].append) == 0
    assert {path: path.read_bytes() for path in mine.rglob("*") if path.is_file()} == before
    assert not (theirs / "journal.jsonl").exists()
    assert not (theirs / "train.log").is_symlink()


def test_a_folder_is_removed_by_whatever_way_it_is_named(place, monkeypatch):
    monkeypatch.chdir(place / "s1")
    assert main(["rm", "--yes", "../s0"], say=[].append) == 0
    assert not (place / "s0").exists()
    assert main(["rm", "--yes", "."], say=[].append) == 0
    assert not (place / "s1" / "journal.jsonl").exists()


def test_the_run_in_mlflow_stays_where_the_folder_cannot_be_changed(place, monkeypatch, capsys):
    removed = []
    State(state="done", run_id="a" * 32, uri="sqlite:///mlflow.db").save(place / "s0")
    monkeypatch.setattr("rnn_lab.runs.removal._remove_from_mlflow", lambda *which: removed.append(which))
    before = sorted((place / "s0").rglob("*"))
    with monkeypatch.context() as readonly:
        readonly.setattr("os.access", lambda *_: False)  # a superuser may write everywhere
        assert main(["rm", "--yes", str(place / "s0")], say=[].append) == 2
    folder = place / "s0"
    assert capsys.readouterr().err == f"Error: {folder} cannot be removed: {folder} cannot be written.\n"
    assert sorted(folder.rglob("*")) == before
    assert removed == []
    assert main(["rm", "--yes", str(folder)], say=[].append) == 0
    assert len(removed) == 1


def test_a_run_in_training_is_left_alone(tmp_path):
    with Journal(tmp_path / "run") as journal:
        journal.write("start", config={}, tags={}, name="x")
        with pytest.raises(BadInput, match="still being written"):
            runs.remove(RunFolder.at(tmp_path / "run"))
    assert (tmp_path / "run" / "journal.jsonl").exists()


def test_a_thousand_runs_are_read(tmp_path):
    line = write(tmp_path / "runs" / "0000", epochs=100)
    text = (line / "journal.jsonl").read_text()
    for number in range(1, 1000):
        (tmp_path / "runs" / f"{number:04d}").mkdir()
        (tmp_path / "runs" / f"{number:04d}" / "journal.jsonl").write_text(text)
    found = runs.load(tmp_path / "runs")
    assert len(found.history(wide=True)) == 1000 * 101
    assert len(found.table()) == 1000


def test_the_command_ends_with_its_exit_code(tmp_path, capsys):
    from rnn_lab.cli.runs import main

    (tmp_path / "thesis.txt").write_text("precious")
    for words in (["show"], ["compare", str(tmp_path)], ["rm", "--yes"]):
        with pytest.raises(SystemExit) as ended:
            main([*words, str(tmp_path)])
        assert ended.value.code == 2
        said = capsys.readouterr().err
        assert said == f"Error: {tmp_path} is no run folder: there is no journal.jsonl in it.\n"
    assert (tmp_path / "thesis.txt").read_text() == "precious"
