"""The published network, its first weights moved by less than a rounding error's worth: how far does it end up?"""

from typing import Annotated, Any

from numpy.typing import NDArray
from pydantic import Field
from pydantic.dataclasses import dataclass

from experiments.tutorial.rule import TutorialElman
from rnn_lab.component import STRICT
from rnn_lab.network.parameters import Shapes
from rnn_lab.rng import named_rng


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Nudged(TutorialElman):
    """A `TutorialElman` whose replicas all start from one draw, each weight moved a little.

        w <- w (1 + size z),    z ~ U[-1, 1), by the replica's seed

    Args:
        draw: seed of the tutorial's weights; 42 gives the published ones.
        size: how far a weight moves at most, relative to itself. Float64 resolves 2.2e-16.

    Example:
        >>> shapes = Nudged(hidden_dim=3, activation="sigmoid", encoding="positional", bias=False).shapes(1, 1, 4)
        >>> model = Nudged(hidden_dim=3, activation="sigmoid", encoding="positional", bias=False, size=0.0)
        >>> import numpy as np
        >>> exact = np.random.RandomState(42).uniform(0, 1, (3, 4))
        >>> bool((model.initial(7, shapes)["W_xh"][:, 0] == exact.T).all())
        True
    """

    draw: Annotated[int, Field(ge=0)] = 42
    size: Annotated[float, Field(ge=0, lt=1)] = 1e-15

    def initial(self, seed: int, shapes: Shapes) -> dict[str, NDArray[Any]]:
        """Draw one replica's parameters."""
        rng = named_rng(seed, "noise")
        exact = super().initial(self.draw, shapes)
        return {name: w * (1 + self.size * rng.uniform(-1, 1, w.shape)) for name, w in exact.items()}
