"""What every generated series shares: a length, observation noise, a finite result or a refusal."""

from abc import ABC, abstractmethod

import numpy as np
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT, BadInput
from rnn_lab.sequences.scaling import Array


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Generator(ABC):
    """A recipe for a series: ``generator(rng)`` gives its values, (length, C) float64.

    A generator of your own is a subclass that adds its parameters as fields and defines ``sample``.

    Args:
        length: L, the rows, >= 1.
        noise: standard deviation of the white Gaussian noise added to every value, in the series' units, >= 0. It
            is drawn after the series, so the same seed gives the same clean series at every noise level.
    """

    length: int = Field(gt=0)
    noise: float = Field(default=0.0, ge=0.0)

    @property
    def columns(self) -> tuple[str, ...]:
        """The C columns' names."""
        return ("x",)

    @abstractmethod
    def sample(self, rng: np.random.Generator) -> Array:
        """Return the clean series, (length, C); random numbers come from ``rng`` alone."""

    def __call__(self, rng: np.random.Generator) -> Array:
        """Return the series, with its noise.

        Raises:
            BadInput: the parameters make it diverge; the message names the first step that is not finite. Or a
                generator of your own gives another shape than it says.
        """
        # A series that blows up overflows on its way: that is reported below, once, and not as a warning.
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            values = self.sample(rng)
        if values.shape != (expected := (self.length, len(self.columns))):
            raise BadInput(f"data.series ({type(self).__name__}) gives shape {values.shape} instead of {expected}")
        if self.noise:
            values = values + self.noise * rng.standard_normal(values.shape)
        self.refuse_divergence(values)
        return values

    def refuse_divergence(self, values: Array) -> None:
        """Raise BadInput that names the first row of ``values`` (rows, C) that is not finite, if there is one."""
        finite = np.isfinite(values).all(axis=1)
        if not finite.all():
            raise BadInput(
                f"data.series ({type(self).__name__}) diverges at step {int(np.argmin(finite))}:"
                " choose parameters that keep it finite, or another data.seed if it is random"
            )
