"""Rows on disk: what is read is what was written, nothing is left behind, and a full disk is told."""

import os
import signal
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_lab.errors import BadInput
from rnn_lab.sequences.disk_rows import DiskRows

VALUES = np.random.default_rng(0).standard_normal((57, 3))


def written(*cuts: int) -> DiskRows:
    return DiskRows(np.split(VALUES, cuts), width=3)


SPOOL = written(10, 11, 40)


@given(starts=st.lists(st.integers(0, 50), min_size=1, max_size=5), rows=st.integers(1, 7))
def test_any_rows_can_be_read(starts: list[int], rows: int) -> None:
    found = SPOOL.read(np.array(starts), rows)
    np.testing.assert_array_equal(found, [VALUES[start : start + rows] for start in starts])


@pytest.mark.parametrize("rows", [1, 10, 100])
def test_blocks_are_the_rows_in_order(rows: int) -> None:
    blocks = list(SPOOL.blocks(5, 50, rows))
    assert max(map(len, blocks)) <= rows
    np.testing.assert_array_equal(np.concatenate(blocks), VALUES[5:50])


def test_it_stores_the_type_it_is_told() -> None:
    stored = DiskRows([np.array([[3], [250]])], width=1, dtype=np.uint8)
    assert stored.read(np.array([0]), 2).dtype == np.uint8
    assert stored.read(np.array([0]), 2).ravel().tolist() == [3, 250]


@pytest.mark.parametrize(("start", "rows"), [(-1, 1), (56, 2), (57, 1)])
def test_rows_that_are_not_there(start: int, rows: int) -> None:
    with pytest.raises(IndexError):
        SPOOL.read(np.array([3, start]), rows)


def test_a_child_reads_without_moving_the_parent() -> None:
    """Reading is by position: no file pointer is shared across a fork."""
    child = os.fork()
    if child == 0:
        same = (SPOOL.read(np.array([7]), 4)[0] == VALUES[7:11]).all()
        os._exit(0 if same else 1)
    assert os.waitpid(child, 0)[1] == 0
    np.testing.assert_array_equal(SPOOL.read(np.array([0]), 4)[0], VALUES[:4])


def test_nothing_is_left_behind_by_a_kill(tmp_path: Path) -> None:
    program = (
        "import sys, numpy as np; from rnn_lab.sequences.disk_rows import DiskRows;"
        "stored = DiskRows([np.zeros((9, 1))], 1); print('there', flush=True); sys.stdin.read()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "there\n"
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_closed_with_its_spool() -> None:
    descriptor = written()._file
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no device that is always full")
def test_a_full_disk_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "TemporaryFile", partial(open, "/dev/full", "wb"))
    with pytest.raises(BadInput, match=r"^the data do not fit on the disk: row 0 on .* \(No space left on device\)"):
        written(10)
