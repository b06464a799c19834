"""The parameters of R networks: one flat array, and a named view of each matrix in it."""

from collections.abc import Iterator, Mapping
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_lab.atomic import atomic_write
from rnn_lab.npz import read_npz

Shapes = Mapping[str, tuple[int, ...]]


def numbered(name: str, layer: int) -> str:
    """Name a parameter of the layer of that number: the first layer's names stand alone.

    Example:
        >>> numbered("W_hh", 1), numbered("W_hh", 2)
        ('W_hh', 'W_hh.2')
    """
    return name if layer == 1 else f"{name}.{layer}"


class Parameters:
    """Named parameters of R replicas over one flat array.

    ``flat`` (R, P) is what an optimizer turns: one array, one update. ``parameters["W_hh"]`` (R, H, H) is what the
    equations read: a view of the same memory.

    Args:
        flat: (R, P), C-contiguous.
        shapes: name -> shape without the replica axis; their sizes add up to P.

    Example:
        >>> p = Parameters(np.zeros((2, 6)), {"W_xh": (1, 2), "W_hh": (2, 2)})
        >>> p["W_hh"][1] = 7.0
        >>> p.flat.tolist()
        [[0.0, 0.0, 0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 7.0, 7.0, 7.0, 7.0]]
    """

    def __init__(self, flat: NDArray[Any], shapes: Shapes) -> None:
        self.flat = flat
        self.shapes = dict(shapes)
        size = sum(prod(shape) for shape in self.shapes.values())
        if flat.shape[1] != size:
            raise ValueError(f"flat has {flat.shape[1]} columns, the shapes need {size}")
        self._views: dict[str, NDArray[Any]] = {}
        self._layers: dict[int, dict[str, NDArray[Any]]] = {}
        start = 0
        for name, shape in self.shapes.items():
            stop = start + prod(shape)
            view = self._views[name] = flat[:, start:stop].reshape(len(flat), *shape)
            own, _, layer = name.partition(".")
            self._layers.setdefault(int(layer or 1), {})[own] = view
            start = stop

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "Parameters":
        """Join arrays by name, each (R, ...), in the mapping's order."""
        replicas = len(next(iter(arrays.values())))
        flat = np.concatenate([a.reshape(replicas, -1) for a in arrays.values()], axis=1)
        return cls(flat, {name: a.shape[1:] for name, a in arrays.items()})

    def __repr__(self) -> str:
        R, each = self.replicas, ", ".join(f"{name} {shape}" for name, shape in self.shapes.items())
        return f"Parameters({R} replica{'s' * (R > 1)} of {self.flat.shape[1]}: {each})"

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self._views[name]

    def __contains__(self, name: str) -> bool:
        return name in self._views

    def __iter__(self) -> Iterator[str]:
        return iter(self._views)

    @property
    def names(self) -> tuple[str, ...]:
        """Names in their order in ``flat``."""
        return tuple(self._views)

    @property
    def replicas(self) -> int:
        """R."""
        return len(self.flat)

    def layer(self, number: int) -> Mapping[str, NDArray[Any]]:
        """The parameters of the layer of that number, from 1, under the first layer's names."""
        return self._layers[number]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Every parameter by name, each (R, ...): views, not copies."""
        return dict(self._views)

    def copy(self) -> "Parameters":
        """The same values in memory of their own."""
        return Parameters(self.flat.copy(), self.shapes)

    def like(self, flat: NDArray[Any]) -> "Parameters":
        """Other values, (R, P), under the same names."""
        return Parameters(flat, self.shapes)

    def select(self, replica: int) -> "Parameters":
        """One replica alone, with R = 1: a view, not a copy."""
        return Parameters(self.flat[replica : replica + 1], self.shapes)

    def save(self, path: Path) -> None:
        """Write an ``.npz`` with one array a name, whole or not at all."""
        with atomic_write(path) as file:
            np.savez(file, **self.arrays())  # type: ignore[arg-type]

    @classmethod
    def load(cls, path: Path) -> "Parameters":
        """Read what ``save`` wrote; pickled content is refused."""
        return cls.from_arrays(read_npz(path))
