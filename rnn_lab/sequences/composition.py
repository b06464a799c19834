"""Sums and products of series."""

from abc import abstractmethod
from collections.abc import Iterator
from functools import reduce

import numpy as np
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.errors import BadInput
from rnn_lab.sequences.generator import Blockwise, Generator
from rnn_lab.sequences.scaling import Array


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Composition(Blockwise):
    """Several generators' series, joined row by row. Each part draws from a random stream of its own.

    Args:
        parts: generators, at least one, of one length and one number of columns; the first names the columns. Each
            keeps its own ``noise``, and the whole may have more.
    """

    parts: list[Generator] = Field(min_length=1)

    @property
    def columns(self) -> tuple[str, ...]:
        """The first part's."""
        return self.parts[0].columns

    @abstractmethod
    def join(self, blocks: tuple[Array, ...]) -> Array:
        """Return one block of the whole, (rows, C), of the parts' blocks at the same rows."""

    def clean(self, rng: np.random.Generator, rows: int) -> Iterator[Array]:
        """Yield the joined blocks, (rows, C).

        Raises:
            BadInput: a part has another length or another number of columns.
        """
        for number, part in enumerate(self.parts):
            if part.length != self.length:
                raise BadInput(
                    f"data.series.parts.{number}.length={part.length} must equal data.series.length={self.length}"
                    " (in YAML: length: ${data.series.length})"
                )
            if len(part.columns) != len(self.columns):
                raise BadInput(
                    f"data.series.parts.{number} has {len(part.columns)} columns, but the first part has"
                    f" {len(self.columns)}"
                )
        streams = zip(self.parts, rng.spawn(len(self.parts)), strict=True)
        yield from map(self.join, zip(*(part.blocks(own, rows) for part, own in streams), strict=True))


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Sum(Composition):
    """x_n = sum of the parts' x_n.

    Example:
        >>> from rnn_lab.sequences import RandomWalk, Sine
        >>> trend = RandomWalk(length=3, drift=1.0, sigma=0.0)
        >>> Sum(length=3, parts=[trend, Sine(length=3)])(np.random.default_rng(0)).round(4).tolist()
        [[0.0], [1.8415], [2.9093]]
    """

    def join(self, blocks: tuple[Array, ...]) -> Array:
        """Add."""
        return reduce(np.add, blocks)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Product(Composition):
    """x_n = product of the parts' x_n.

    Example:
        >>> from rnn_lab.sequences import RandomWalk, Sine
        >>> trend = RandomWalk(length=3, drift=1.0, sigma=0.0)
        >>> Product(length=3, parts=[trend, Sine(length=3)])(np.random.default_rng(0)).round(4).tolist()
        [[0.0], [0.8415], [1.8186]]
    """

    def join(self, blocks: tuple[Array, ...]) -> Array:
        """Multiply."""
        return reduce(np.multiply, blocks)
