"""Windows as views: rows of one table, cut out, scaled and handed over only when a batch of them is asked for."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import DTypeLike, NDArray

from rnn_lab.sequences.scaling import Array, Scaler

Gather = Callable[[NDArray[Any]], NDArray[Any]]
"""Gathers some records, time first: which (...) -> (T, ..., D), C-contiguous."""


@dataclass(frozen=True, eq=False)
class Frames(NDArrayOperatorsMixin):
    """N windows of T rows of a table: an array (N, T, D) that is never held as a whole.

        F[n] = scaler.apply(rows[starts[n] : starts[n] + T, columns])

    It has an array's shape, and whatever else is asked of it, of a copy: records by number or slice are gathered
    alone, and any other operation first gathers all.

    Args:
        rows: (L, C), in original units, shared by all splits.
        columns: positions of the D columns.
        scaler: of the D columns.
        starts: (N,), the row at which each window starts.
        steps: T.

    Example:
        >>> from rnn_lab.sequences.scaling import unscaled
        >>> frames = Frames(np.arange(6.0)[:, None], [0], unscaled(1), np.array([0, 3]), 3)
        >>> frames.shape, frames[1].ravel().tolist(), frames.gather(np.array([1, 0]))[:, :, 0].tolist()
        ((2, 3, 1), [3.0, 4.0, 5.0], [[3.0, 0.0], [4.0, 1.0], [5.0, 2.0]])
        >>> (frames + 1).sum().item()
        21.0
    """

    rows: Array
    columns: list[int]
    scaler: Scaler
    starts: NDArray[np.int64]
    steps: int
    ndim = 3
    dtype = np.dtype(np.float64)

    @property
    def shape(self) -> tuple[int, int, int]:
        """(N, T, D)."""
        return len(self.starts), self.steps, len(self.columns)

    def __len__(self) -> int:
        return len(self.starts)

    def gather(self, which: NDArray[Any]) -> Array:
        """Gather some records, time first: which (...) -> (T, ..., D), C-contiguous."""
        starts = self.starts[which]
        return self._cut(starts + np.arange(self.steps).reshape(-1, *(1,) * starts.ndim))

    def select(self, which: NDArray[Any]) -> "Frames":
        """Return some of the windows, as views likewise."""
        return replace(self, starts=self.starts[which])

    def last(self) -> Array:
        """Each window's last row alone: (N, D)."""
        found = self.rows[(self.starts + self.steps - 1)[:, None], self.columns]  # no row as a whole
        found -= self.scaler.shift
        found /= self.scaler.scale
        return found

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, tuple) or key is None or key is Ellipsis:
            return np.asarray(self)[key]
        return self._cut(self.starts[key][..., None] + np.arange(self.steps))

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        if copy is False:
            raise ValueError("windows are gathered, and so always a copy")
        return self[:].astype(self.dtype if dtype is None else dtype, copy=False)  # type: ignore[no-any-return]  # of a slice

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        gathered = [np.asarray(each) if isinstance(each, Frames) else each for each in inputs]
        return getattr(ufunc, method)(*gathered, **kwargs)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or not hasattr(np.ndarray, name):  # such as what pickle and copy look for
            raise AttributeError(name)
        return getattr(np.asarray(self), name)

    def _cut(self, at: NDArray[Any]) -> Array:
        """Scaled rows ``at`` (...) of the table: (..., D), C-contiguous."""
        found = self.rows.take(at, axis=0)
        if self.columns != list(range(self.rows.shape[1])):
            found = found.take(self.columns, axis=-1)
        found -= self.scaler.shift  # in place: the rows were copied
        found /= self.scaler.scale
        return found


def gatherer(records: Any, dtype: DTypeLike) -> Gather:
    """Return what gathers records (N, T, ...), time first, in a precision; of classes as the whole numbers they are.

    An array is laid out once in the order of time; `Frames` are cut out of their table at each call.

    Example:
        >>> gatherer(np.arange(6).reshape(3, 2), np.float32)(np.array([[2, 0]])).tolist()
        [[[4, 0]], [[5, 1]]]
    """
    kind = dtype if records.dtype.kind == "f" else records.dtype
    if isinstance(records, Frames):
        return lambda which: records.gather(which).astype(kind, copy=False)
    ordered = np.ascontiguousarray(records.swapaxes(0, 1), kind)
    return lambda which: np.asarray(ordered[:, which])
