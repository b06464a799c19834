import errno
import json
import multiprocessing
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rnn_lab.errors import BadInput
from rnn_lab.tracking.journal import BegunAnew, Journal, Tail, read


def test_a_fact_is_one_line_of_json_in_the_file_before_write_returns(tmp_path):
    journal = Journal(tmp_path)
    journal.write("epoch", epoch=3, metrics={"val/rmse": np.float64(0.5)}, replicas=np.arange(2), at=tmp_path)
    line = json.loads((tmp_path / "journal.jsonl").read_text())
    assert line.pop("time") > 1.7e9
    assert line == {
        "fact": "epoch",
        "epoch": 3,
        "metrics": {"val/rmse": 0.5},
        "replicas": [0, 1],
        "at": str(tmp_path),
    }
    journal.close()


def test_numbers_that_json_lacks_stay_valid_json_and_come_back(tmp_path):
    with Journal(tmp_path) as journal:
        journal.write("epoch", metrics={"a": float("nan"), "b": [np.inf, -np.inf], "c": np.array([1e-300, np.nan])})
    text = (tmp_path / "journal.jsonl").read_text()
    metrics = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))["metrics"]
    assert metrics == {"a": "NaN", "b": ["Infinity", "-Infinity"], "c": [1e-300, "NaN"]}
    assert float(metrics["b"][1]) == -np.inf


def test_floats_come_back_bit_for_bit(tmp_path):
    values = np.random.default_rng(0).standard_normal(100) * 10.0 ** np.arange(-50, 50)
    with Journal(tmp_path) as journal:
        journal.write("epoch", values=values)
    assert read(tmp_path)[0]["values"] == values.tolist()


def test_a_torn_last_line_is_ignored_and_a_new_writer_cuts_it_off(tmp_path):
    with Journal(tmp_path) as journal:
        journal.write("start", name="a")
    with open(tmp_path / "journal.jsonl", "a") as file:
        file.write('{"fact": "epoch", "time": 17')
    assert [fact["fact"] for fact in read(tmp_path)] == ["start"]
    with Journal(tmp_path) as journal:
        journal.write("end", status="FINISHED")
    assert [fact["fact"] for fact in read(tmp_path)] == ["start", "end"]


def test_a_tail_reads_each_fact_once_and_waits_for_the_end_of_a_line(tmp_path):
    journal, tail = Journal(tmp_path), Tail(tmp_path)
    journal.write("start")
    journal.write("data")
    assert [fact["fact"] for fact in tail.read()] == ["start", "data"]
    with open(tmp_path / "journal.jsonl", "a") as file:
        file.write('{"fact": "epoch", "time": 1.5, "epo')
    assert tail.read() == []
    with open(tmp_path / "journal.jsonl", "a") as file:
        file.write('ch": 7}\n')
    assert tail.read() == [{"fact": "epoch", "time": 1.5, "epoch": 7}]
    journal.close()


def test_a_tail_does_not_take_another_journal_for_the_one_it_followed(tmp_path):
    with Journal(tmp_path) as journal:
        journal.write("start", name="first")
    tail = Tail(tmp_path)
    tail.read()
    (tmp_path / "journal.jsonl").unlink()
    with Journal(tmp_path) as journal:
        with pytest.raises(BegunAnew, match="begun anew"):  # still empty
            tail.read()
        journal.write("start", name="second")
        journal.write("data")
    with pytest.raises(BegunAnew, match="begun anew"):
        tail.read()


WRONG = ["\0\0\0", "[1, 2]", '{"time": 1.0}', '{"fact": "epoch"}', "", "[" * 100_000, '{"fact": "a", "time": "now"}']
WRONG += ['{"fact": "weights", "time": 1.0, "file": 3}', '{"fact": "epoch", "time": 1.0, "epoch": "seven"}']


@pytest.mark.parametrize("line", WRONG, ids=range(len(WRONG)))
def test_a_damaged_line_costs_that_line_and_is_named(tmp_path, line):
    with Journal(tmp_path) as journal:
        journal.write("start")
    with open(tmp_path / "journal.jsonl", "a") as file:
        file.write(line + "\n")
    with Journal(tmp_path) as journal:
        journal.write("end")
    tail = Tail(tmp_path)
    assert [fact["fact"] for fact in tail.read()] == ["start", "end"]
    assert len(tail.damaged) == 1
    assert tail.damaged[0].startswith(f"Line 2 of {tmp_path}/journal.jsonl is left out: it")


def test_passwords_are_masked(tmp_path):
    with Journal(tmp_path) as journal:
        journal.write("start", config={"tags": ["http://ada:p\\w@host"]}, command=("x", "storage=pg://me:pw@h"))
    assert read(tmp_path)[0]["command"] == ["x", "storage=pg://me:***@h"]
    assert read(tmp_path)[0]["config"] == {"tags": ["http://ada:***@host"]}


def test_no_journal_is_one_sentence(tmp_path):
    with pytest.raises(BadInput, match=r"journal\.jsonl cannot be read: No such file"):
        read(tmp_path)


def test_a_second_writer_is_refused(tmp_path):
    with Journal(tmp_path), pytest.raises(BadInput, match="being written by another process"):
        Journal(tmp_path)
    Journal(tmp_path).close()


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(BadInput, match="cannot be opened for writing: Not a directory"):
        Journal(tmp_path / "file" / "run")


def test_a_full_disk_is_one_sentence_and_leaves_whole_lines(tmp_path, monkeypatch):
    journal = Journal(tmp_path)
    journal.write("start")
    file = journal._file

    class Disk:
        """The same file, on a disk that has room for ten more bytes."""

        room, fileno = 10, file.fileno

        def write(self, data):
            if not self.room:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            written, self.room = file.write(data[: self.room]), 0
            return written

    monkeypatch.setattr(journal, "_file", Disk())
    with pytest.raises(BadInput, match="cannot be written: No space left on device"):
        journal.write("epoch", epoch=0)
    monkeypatch.setattr(journal, "_file", file)
    journal.write("end", status="FAILED")  # somebody made room
    journal.close()
    assert [fact["fact"] for fact in read(tmp_path)] == ["start", "end"]


WRITER = """
import sys
from rnn_lab.tracking.journal import BegunAnew, Journal
journal = Journal(sys.argv[1])
for epoch in range(10**9):
    journal.write("epoch", epoch=epoch, metrics={"val/rmse": 0.5 ** epoch if epoch < 1000 else float("nan")})
    if epoch == 500:
        print("ready", flush=True)
"""


def test_kill_9_leaves_every_fact_and_frees_the_lock(tmp_path):
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout.readline() == "ready\n"
    tail = Tail(tmp_path)
    assert tail.written_to()
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    writer.stdout.close()
    assert not tail.written_to()
    epochs = [fact["epoch"] for fact in read(tmp_path)]
    assert len(epochs) > 500
    assert epochs == list(range(len(epochs)))


def _look(folder: Path, n: int) -> None:
    tail = Tail(folder)
    for _ in range(n):
        tail.written_to()


def test_readers_that_look_for_the_trainer_do_not_lock_it_out(tmp_path):
    Journal(tmp_path).close()
    reader = multiprocessing.get_context("spawn").Process(target=_look, args=(tmp_path, 20_000))
    reader.start()
    for _ in range(300):
        Journal(tmp_path).close()
    reader.join()
    assert reader.exitcode == 0
