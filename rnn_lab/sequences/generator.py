"""Base classes of generated series: a length, blocks, observation noise, a finite result or a refusal."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from itertools import islice

import numpy as np
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.capacity import refuse_too_large
from rnn_lab.component import STRICT
from rnn_lab.errors import BadInput
from rnn_lab.sequences.scaling import Array

ROWS = 8192
"""Rows of a block, where no one asks for another number."""


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Generator(ABC):
    """A recipe for a series: ``generator(rng)`` gives its values, (length, C) float64.

    A generator of your own is a subclass that adds its parameters as fields and defines ``sample``, or one of
    `Formula`, `Orbit`, `Trajectory` or `Flow`, which also stream: their series may be longer than memory is large.

    Args:
        length: L, the rows, >= 1.
        noise: standard deviation of the white Gaussian noise added to every value, in the series' units, >= 0. It
            has a random stream of its own, so the same seed gives the same clean series at every noise level.
    """

    length: int = Field(gt=0)
    noise: float = Field(default=0.0, ge=0.0)

    @property
    def columns(self) -> tuple[str, ...]:
        """The C columns' names."""
        return ("x",)

    @property
    def width(self) -> int:
        """C."""
        return len(self.columns)

    def refuse_too_large(self) -> None:
        """Refuse a series that could not be held in memory, in GB, before any of it is made.

        Raises:
            BadInput: there is too little memory.
        """
        needed = 3.0 * 8 * self.length * self.width  # the series, its noise, and one copy on the way
        refuse_too_large(needed, f"data.series.length={self.length} of {self.width} column{'s' * (self.width > 1)}")

    @abstractmethod
    def sample(self, rng: np.random.Generator) -> Array:
        """Return the clean series, (length, C); random numbers come from ``rng`` alone."""

    def clean(self, rng: np.random.Generator, rows: int) -> Iterator[Array]:
        """Yield the clean series in successive blocks of ``rows`` rows and a last one of what is left."""
        self.refuse_too_large()
        values = self.sample(rng)
        if values.shape != (expected := (self.length, len(self.columns))):
            raise BadInput(f"data.series ({type(self).__name__}) gives shape {values.shape} instead of {expected}")
        for start in range(0, self.length, rows):
            yield values[start : start + rows]

    def blocks(self, rng: np.random.Generator, rows: int = ROWS) -> Iterator[Array]:
        """Yield the series, with its noise, in successive blocks of at most ``rows`` rows.

        Joined they are ``generator(rng)``, to the bit, whatever ``rows`` is. A generator that streams holds one block
        in memory, and not the series.

        Raises:
            BadInput: the parameters make it diverge; the message names the first step that is not finite. Or a
                generator of your own gives another shape than it says.

        Example:
            >>> from rnn_lab.sequences import Logistic
            >>> [block.shape for block in Logistic(length=5).blocks(np.random.default_rng(0), rows=2)]
            [(2, 1), (2, 1), (1, 1)]
        """
        pieces, noise, first = self.clean(rng, rows), None, 0
        while True:
            # A series that blows up overflows on its way: that is reported below, once, and not as a warning.
            with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
                values = next(pieces, None)
            if values is None:
                return
            if self.noise:
                # Asked for when the parts of a sum have their streams: theirs are the same without noise.
                noise = noise or rng.spawn(1)[0]
                values = values + self.noise * noise.standard_normal(values.shape)
            self.refuse_divergence(values, first)
            first += len(values)
            yield values

    def __call__(self, rng: np.random.Generator) -> Array:
        """Return the series, with its noise: its blocks, joined. Raises what `blocks` does."""
        self.refuse_too_large()
        return np.concatenate(list(self.blocks(rng)))

    def refuse_divergence(self, values: Array, first: int = 0) -> None:
        """Raise BadInput that names the first row of ``values`` (rows, C) that is not finite, if there is one.

        ``first`` is the step of the first of these rows.
        """
        finite = np.isfinite(values).all(axis=1)
        if not finite.all():
            raise BadInput(
                f"data.series ({type(self).__name__}) diverges at step {first + int(np.argmin(finite))}:"
                " choose parameters that keep it finite, or another data.seed if it is random"
            )


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Blockwise(Generator):
    """A generator that streams: subclasses define ``clean``, in memory that does not depend on ``length``."""

    @abstractmethod
    def clean(self, rng: np.random.Generator, rows: int) -> Iterator[Array]:
        """Yield the clean series in successive blocks of ``rows`` rows and a last one of what is left."""

    def sample(self, rng: np.random.Generator) -> Array:
        """Return the clean series whole, (length, C)."""
        return np.concatenate(list(self.clean(rng, ROWS)))


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Formula(Blockwise):
    """A series of one column whose every row has a closed form."""

    @abstractmethod
    def at(self, n: Array) -> Array:
        """Return x_n of steps n (rows,) -> (rows,)."""

    def clean(self, rng: np.random.Generator, rows: int) -> Iterator[Array]:
        """Yield the formula's values, (rows, 1)."""
        for start in range(0, self.length, rows):
            yield self.at(np.arange(start, min(start + rows, self.length), dtype=float))[:, None]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Orbit(Blockwise):
    """A series whose every row follows from what came before."""

    @abstractmethod
    def orbit(self, rng: np.random.Generator) -> Iterator[tuple[float, ...] | Array]:
        """Yield one row of C numbers after the other, without end; random numbers come from ``rng`` alone."""

    def clean(self, rng: np.random.Generator, rows: int) -> Iterator[Array]:
        """Yield the orbit's rows, (rows, C)."""
        return gather(self.orbit(rng), self.length, rows)


def gather(orbit: Iterator[tuple[float, ...] | Array], length: int, rows: int) -> Iterator[Array]:
    """Take the next ``length`` rows of an orbit, in blocks of at most ``rows``."""
    for start in range(0, length, rows):
        yield np.array(list(islice(orbit, min(rows, length - start))), dtype=float)
