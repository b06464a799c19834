"""Rows of numbers on disk: written once, block by block, and read wherever one likes, in the memory of what is read."""

import os
import tempfile
import weakref
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from rnn_lab.errors import BadInput


class DiskRows:
    """L rows of C numbers in a temporary file without a name.

    The system removes the file when the last process that has it open ends, however it ends. It lies where
    ``tempfile`` puts such files (``TMPDIR`` names the folder). It is read by position and not mapped into memory, where
    every page once touched would count as the process's own.

    Args:
        blocks: the rows, (n, C) each, joined in this order.
        width: C.
        dtype: of the numbers as stored and as read.

    Raises:
        BadInput: the folder's disk is full or cannot be written.

    Example:
        >>> stored = DiskRows([np.zeros((2, 1)), np.ones((3, 1))], width=1)
        >>> stored.length, stored.read(np.array([1, 3]), rows=2)[:, :, 0].tolist()
        (5, [[0.0, 1.0], [1.0, 1.0]])
    """

    def __init__(self, blocks: Iterable[NDArray[Any]], width: int, dtype: DTypeLike = np.float64) -> None:
        self.width, self.dtype, self.length = width, np.dtype(dtype), 0
        file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115
        weakref.finalize(self, file.close)
        self._file = file.fileno()
        for block in blocks:
            left = memoryview(np.ascontiguousarray(block, self.dtype).tobytes())
            try:
                while left:
                    left = left[file.write(left) :]
            except OSError as error:
                raise BadInput(
                    f"the data do not fit on the disk: row {self.length} on cannot be written to"
                    f" {tempfile.gettempdir()} ({error.strerror}); TMPDIR names another folder"
                ) from None
            self.length += len(block)

    def read(self, starts: NDArray[np.int64], rows: int) -> NDArray[Any]:
        """Return ``rows`` consecutive rows from each of the rows ``starts`` (B,) on: (B, rows, C).

        Raises:
            IndexError: a row that is not there.
        """
        if starts.min() < 0 or starts.max() + rows > self.length:
            raise IndexError(f"rows {starts.min()} to {starts.max() + rows} of {self.length}")
        row = self.width * self.dtype.itemsize
        # One read a lane: what lies between two lanes stays on disk.
        found = b"".join([os.pread(self._file, rows * row, start * row) for start in starts.tolist()])
        return np.frombuffer(found, self.dtype).reshape(len(starts), rows, self.width)

    def blocks(self, start: int, stop: int, rows: int) -> Iterator[NDArray[Any]]:
        """Yield the rows from ``start`` up to ``stop`` in blocks of at most ``rows``, (n, C) each."""
        for first in range(start, stop, rows):
            yield self.read(np.array([first]), min(rows, stop - first))[0]
