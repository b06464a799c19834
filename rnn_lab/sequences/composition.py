"""Sums and products of series."""

from functools import reduce

import numpy as np
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT, BadInput
from rnn_lab.sequences.generator import Generator
from rnn_lab.sequences.scaling import Array


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Composition(Generator):
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

    def series(self, rng: np.random.Generator) -> list[Array]:
        """Return each part's series, (length, C).

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
        return [part(own) for part, own in zip(self.parts, rng.spawn(len(self.parts)), strict=True)]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Sum(Composition):
    """x_n = sum of the parts' x_n.

    Example:
        >>> from rnn_lab.sequences import RandomWalk, Sine
        >>> trend = RandomWalk(length=3, drift=1.0, sigma=0.0)
        >>> Sum(length=3, parts=[trend, Sine(length=3)])(np.random.default_rng(0)).round(4).tolist()
        [[0.0], [1.8415], [2.9093]]
    """

    def sample(self, rng: np.random.Generator) -> Array:
        """Return (length, C)."""
        return reduce(np.add, self.series(rng))


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Product(Composition):
    """x_n = product of the parts' x_n.

    Example:
        >>> from rnn_lab.sequences import RandomWalk, Sine
        >>> trend = RandomWalk(length=3, drift=1.0, sigma=0.0)
        >>> Product(length=3, parts=[trend, Sine(length=3)])(np.random.default_rng(0)).round(4).tolist()
        [[0.0], [0.8415], [1.8186]]
    """

    def sample(self, rng: np.random.Generator) -> Array:
        """Return (length, C)."""
        return reduce(np.multiply, self.series(rng))
