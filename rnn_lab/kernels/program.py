"""The kernels of one network at work: compiled, with the arrays that they read and write."""

import importlib
from functools import cache
from pathlib import Path
from typing import Any

import numba
import numpy as np

from rnn_lab.kernels.cells import CELLS
from rnn_lab.kernels.compilation import compile_cached, read_only
from rnn_lab.kernels.gradient import train
from rnn_lab.kernels.layers import Sizes
from rnn_lab.kernels.threads import over_replicas
from rnn_lab.kernels.update_rule import Update
from rnn_lab.kernels.workspace import lay_out, sizes_of
from rnn_lab.network import Network, Parameters
from rnn_lab.network.layer import Array

WORTH_A_THREAD = 2e5
"""Multiplications and additions of a call from which on a second thread pays."""


@cache
def compiled_train(cell: Any, dtype: str, source: Path) -> Any:
    """Compile `train` for a cell's type and a precision, once a process."""
    number, whole = numba.from_dtype(np.dtype(dtype)), numba.int64
    flat, figures = numba.types.Array(number, 2, "C"), numba.types.Array(numba.float64, 2, "C")
    signature = (
        cell,
        *(numba.typeof(each) for each in (Sizes(*[0] * len(Sizes._fields)), np.zeros((1, 1), np.int64), Update())),
        *[flat] * 5,
        *(read_only(of, n) for of, n in ((dtype, 4), (dtype, 4), (np.int64, 3), (dtype, 3), (np.int64, 2), (float, 2))),
        *(numba.boolean, whole, whole, whole),
        *[figures] * 3,
    )
    return compile_cached(train, signature, source)


class Program:
    """Loss, gradient and updates of R networks, by compiled kernels.

    Args:
        network: what is differentiated; its cell has kernels.
        replicas, batch: R, B.
        history: k.
        frozen: whether the readout alone has a gradient.

    Attributes:
        gradient: overwritten by each call.
        position, remembered: steps since the beginning, and those in memory.
    """

    def __init__(self, network: Network, replicas: int, batch: int, history: int, *, frozen: bool = False) -> None:
        module = importlib.import_module(CELLS[type(network.model)])
        self.network, self.replicas = network, replicas
        self.cell = module.describe(network.model)
        self.sizes = sizes_of(network, batch, history, module.KEPT_ARRAYS, frozen=frozen)
        self.places, size = lay_out(network, self.sizes)
        self.work = np.zeros((replicas, size), network.dtype)
        self.gradient = network.zeros(replicas)
        self._train = compiled_train(numba.typeof(self.cell), network.dtype, Path(str(module.__file__)))
        self._every = np.broadcast_to(np.arange(batch), (replicas, batch))
        self._nothing = np.zeros((replicas, 0), network.dtype)
        self._rate = np.zeros((replicas, 1))
        self.position = self.remembered = 0
        D = sum(shape[-2] * shape[-1] for name, shape in network.shapes.items() if len(shape) > 1)
        self._cost = 3.0 * batch * D

    def begin(self) -> None:
        """Go to the beginning."""
        self.position = self.remembered = 0

    def step(self, parameters: Parameters, X: Array, Y: Array, weights: Array | None) -> Array:
        """Losses (R,) of the newest m steps, after going on by X (R, n, B, D); the gradient is in ``gradient``.

        Y is (R, m, B, O), or classes (R, m, B); ``weights`` are (R, m, B).
        """
        figures = np.zeros((3, self.replicas, 1))
        moments = (self._nothing, self._nothing)
        arrays = (X, *self._targets(Y, weights))
        at = self.position, self.remembered, 0
        self._run(parameters, Update(), moments, arrays, self._every, self._rate, at, figures, normalise=False)
        self.position += X.shape[1]
        self.remembered = min(self.remembered + X.shape[1], self.sizes.history)
        return figures[0, :, 0].astype(self.network.dtype)

    def updates(
        self,
        parameters: Parameters,
        rule: Update,
        moments: tuple[Array | None, Array | None],
        records: tuple[Array, Array, Array | None],
        rates: Array,
        count: int,
    ) -> tuple[Array, Array]:
        """Update by one batch of windows after the other, in place.

        Args:
            parameters: (R, P).
            rule: how.
            moments: mean and mean square, each (R, P); None where the rule has none.
            records: X (R, T, U B, D); Y (R, m, U B, O), or classes (R, m, U B); and weights (R, m, U B) or None, of
                which each batch's are divided by their sum.
            rates: (R, U).
            count: updates before.

        Returns:
            The gradients' lengths, and whether they were clipped, each (R, U).
        """
        X, Y, weights = records
        arrays = (X, *self._targets(Y, weights))
        order = np.broadcast_to(np.arange(X.shape[2]), (self.replicas, X.shape[2]))
        figures = np.zeros((3, *rates.shape))
        mean, square = (self._nothing if each is None else each for each in moments)
        self._run(parameters, rule, (mean, square), arrays, order, rates, (0, 0, count), figures, normalise=True)
        return figures[1], figures[2]

    def _targets(self, Y: Array, weights: Array | None) -> tuple[Array, Array, Array]:
        """Targets, classes, weights: two of them may be empty."""
        dtype, leading = self.network.dtype, len(Y)
        w = np.zeros((leading, 0, 0), dtype) if weights is None else np.asarray(weights, dtype)
        if self.sizes.of_classes:
            return np.zeros((leading, 0, 0, 0), dtype), np.asarray(Y, np.int64), w
        return np.asarray(Y, dtype), np.zeros((leading, 0, 0), np.int64), w

    def _run(
        self,
        parameters: Parameters,
        rule: Update,
        moments: tuple[Array, Array],
        arrays: tuple[Array, ...],
        order: Array,
        rates: Array,
        at: tuple[int, int, int],
        figures: Array,
        *,
        normalise: bool,
    ) -> None:
        arrays = (np.asarray(arrays[0], self.network.dtype), *arrays[1:])

        def part(replicas: slice) -> None:
            own = arrays if len(arrays[0]) == 1 else tuple(array[replicas] for array in arrays)
            flat = (parameters.flat, self.gradient.flat, *moments, self.work)
            self._train(
                *(self.cell, self.sizes, self.places, rule),
                *(array[replicas] for array in flat),
                *own,
                *(order[replicas], rates[replicas]),
                *(normalise, *at),
                *(array[replicas] for array in figures),
            )

        if self._cost * arrays[0].shape[1] * rates.size < WORTH_A_THREAD:
            part(slice(0, self.replicas))
        else:
            over_replicas(self.replicas, part)
