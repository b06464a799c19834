"""Files whole or not at all, on the disk where that is promised, and errors that name them."""

import errno
import os
from pathlib import Path

import pytest

from rnn_lab.atomic import atomic_write
from rnn_lab.tracking.journal import Journal


@pytest.fixture
def synced(monkeypatch):
    """The files and folders that the disk was asked for, in order, each with what it held then."""
    seen, real = [], os.fsync

    def fsync(number):
        path = os.readlink(f"/proc/self/fd/{number}")
        seen.append((path, sorted(os.listdir(path)) if os.path.isdir(path) else Path(path).read_bytes()))
        real(number)

    monkeypatch.setattr(os, "fsync", fsync)
    return seen


def test_what_is_saved_is_on_the_disk_before_it_has_its_name_and_its_name_after(tmp_path, synced):
    with atomic_write(tmp_path / "kept.npz") as file:
        file.write(b"all of it")
    assert synced == [(f"{tmp_path}/.kept.npz.part", b"all of it"), (str(tmp_path), ["kept.npz"])]


def test_what_may_be_lost_costs_no_wait(tmp_path, synced):
    with atomic_write(tmp_path / "epoch_0001.npz", durable=False) as file:
        file.write(b"some")
    assert synced == []


def test_a_journal_is_on_the_disk_at_its_milestones_and_not_at_each_epoch(tmp_path, synced):
    with Journal(tmp_path / "run") as journal:
        journal.write("start")
        assert [path for path, _ in synced] == [str(journal.path), str(tmp_path / "run"), str(tmp_path)]
        assert synced[0][1] == journal.path.read_bytes()
        journal.write("epoch", epoch=0)
        assert len(synced) == 3
        journal.write("end")
        assert synced[3:] == [(str(journal.path), journal.path.read_bytes())]


@pytest.mark.parametrize("fails", ["write", "fsync"])
def test_a_full_disk_names_the_file_and_leaves_the_last_one(tmp_path, monkeypatch, fails):
    (tmp_path / "model.json").write_text("before")

    def full(number):
        raise OSError(errno.ENOSPC, "No space left on device")

    def write(then):
        with atomic_write(tmp_path / "model.json") as file:
            file.write(b"after")
            then(0)

    if fails == "fsync":
        monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left") as raised:
        write(full if fails == "write" else lambda _: None)
    assert str(raised.value) == f"[Errno 28] No space left on device: '{tmp_path / 'model.json'}'"
    assert (tmp_path / "model.json").read_text() == "before"
    assert os.listdir(tmp_path) == ["model.json"]
