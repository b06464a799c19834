"""Initialisers: the distributions that weights are drawn from before the first update.

Each takes a generator and a shape (fan_in, fan_out), the orientation of ``x @ W``, and returns float64.
"""

from abc import ABC, abstractmethod
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT, by_name

Weights = NDArray[np.float64]


@dataclass(frozen=True, config=STRICT)
class Initializer(ABC):
    """A distribution of weights."""

    @abstractmethod
    def __call__(self, rng: np.random.Generator, fan_in: int, fan_out: int) -> Weights:
        """Draw (fan_in, fan_out); random numbers come from ``rng`` alone."""


@dataclass(frozen=True, config=STRICT)
class Uniform(Initializer):
    """W ~ U[0, 1): every weight positive, so that large networks saturate at once."""

    def __call__(self, rng: np.random.Generator, fan_in: int, fan_out: int) -> Weights:
        """Draw (fan_in, fan_out)."""
        return rng.random((fan_in, fan_out))


@dataclass(frozen=True, config=STRICT)
class Glorot(Initializer):
    """W ~ U[-c, c] with c = sqrt(6 / (fan_in + fan_out)): variance 2 / (fan_in + fan_out).

    Reference: Glorot & Bengio, "Understanding the difficulty of training deep feedforward neural networks" (2010).
    """

    def __call__(self, rng: np.random.Generator, fan_in: int, fan_out: int) -> Weights:
        """Draw (fan_in, fan_out)."""
        limit = np.sqrt(6.0 / (fan_in + fan_out))
        return rng.uniform(-limit, limit, (fan_in, fan_out))


@dataclass(frozen=True, config=STRICT)
class LeCun(Initializer):
    """W ~ N(0, 1 / fan_in): keeps the variance of a linear unit's input.

    Reference: LeCun, Bottou, Orr & Mueller, "Efficient BackProp" (1998).
    """

    def __call__(self, rng: np.random.Generator, fan_in: int, fan_out: int) -> Weights:
        """Draw (fan_in, fan_out)."""
        return rng.normal(0.0, fan_in**-0.5, (fan_in, fan_out))


@dataclass(frozen=True, config=STRICT)
class He(Initializer):
    """W ~ N(0, 2 / fan_in): the same for relu, which passes half of the variance.

    Reference: He, Zhang, Ren & Sun, "Delving deep into rectifiers" (2015).
    """

    def __call__(self, rng: np.random.Generator, fan_in: int, fan_out: int) -> Weights:
        """Draw (fan_in, fan_out)."""
        return rng.normal(0.0, (2.0 / fan_in) ** 0.5, (fan_in, fan_out))


@dataclass(frozen=True, config=STRICT)
class Orthogonal(Initializer):
    """Orthonormal rows (or columns, where there are fewer): every singular value is 1.

    The Q of a Gaussian matrix is uniform over the orthogonal group once the signs of R's diagonal are fixed.

    Example:
        >>> W = Orthogonal()(np.random.default_rng(0), 2, 3)
        >>> np.allclose(W @ W.T, np.eye(2))
        True

    Reference: Saxe, McClelland & Ganguli, "Exact solutions to the nonlinear dynamics of learning" (2013);
    Mezzadri, "How to generate random matrices from the classical compact groups" (2007).
    """

    def __call__(self, rng: np.random.Generator, fan_in: int, fan_out: int) -> Weights:
        """Draw (fan_in, fan_out)."""
        tall = rng.standard_normal((max(fan_in, fan_out), min(fan_in, fan_out)))
        q, r = np.linalg.qr(tall)
        q *= np.sign(np.diag(r))
        return np.ascontiguousarray(q if fan_in >= fan_out else q.T)


@dataclass(frozen=True, config=STRICT)
class IdentityMatrix(Initializer):
    """Ones on the diagonal: a recurrent layer that starts by copying its state.

    Reference: Le, Jaitly & Hinton, "A simple way to initialize recurrent networks of rectified linear units" (2015).
    """

    def __call__(self, rng: np.random.Generator, fan_in: int, fan_out: int) -> Weights:
        """Draw (fan_in, fan_out)."""
        return np.eye(fan_in, fan_out)


INITIALIZERS: dict[str, Initializer] = {
    "uniform": Uniform(),
    "glorot": Glorot(),
    "lecun": LeCun(),
    "he": He(),
    "orthogonal": Orthogonal(),
    "identity": IdentityMatrix(),
}
"""The lab's own, by the names that a config may give."""

InitializerField = Annotated[Initializer, BeforeValidator(by_name(INITIALIZERS, Initializer))]
"""A component's argument: an initialiser, or the name of one of the lab's own."""
