"""Several draws of an echo-state network: what such a network does, not what one reservoir does by chance.

They are fitted one by one. In lockstep, (K, N, H) states at a time, ten draws took as long on 150 windows and a quarter
longer on 1000: the time goes into the activation and the readout's factorisation, which gain nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnn_lab.evaluation.echo_state import INPUT_SCALES, EchoState
from rnn_lab.rng import named_rng

Array = NDArray[np.float64]

DRAWS = 10


@dataclass(frozen=True, eq=False)
class EchoStateDraws:
    """K echo-state networks that differ in their random weights alone, each fitted for itself.

    Args:
        networks: draw k is, to the bit, the network that `EchoState.fit` gives for the k-th random stream.

    Example:
        >>> sine = np.lib.stride_tricks.sliding_window_view(np.sin(np.arange(200.0)), 50)[:, :, None]
        >>> draws = EchoStateDraws.fit(sine[:100], sine[1:101, -1], 32, draw_rngs(32, draws=3))
        >>> draws.predict(sine[100:150]).shape
        (3, 50, 1)
        >>> print(draws.settings)
        3 draws of 32 units, spectral radius 0.9, bias scale 0.5, leak 1, input scale 0.1 or 1 and penalty by GCV
    """

    networks: tuple[EchoState, ...]
    settings: str

    @classmethod
    def fit(
        cls,
        X: Array,
        Y: Array,
        hidden_dim: int,
        rngs: Sequence[np.random.Generator],
        *,
        spectral_radius: float = 0.9,
        bias_scale: float = 0.5,
        leak: float = 1.0,
        input_scales: Sequence[float] = INPUT_SCALES,
    ) -> "EchoStateDraws":
        """Fit K networks on training records only; arguments as of `EchoState.fit`, but a random stream for each."""
        networks = tuple(
            EchoState.fit(
                X, Y, hidden_dim, rng,
                spectral_radius=spectral_radius, bias_scale=bias_scale, leak=leak, input_scales=input_scales,
            )
            for rng in rngs
        )  # fmt: skip
        scales = " or ".join(f"{scale:g}" for scale in input_scales)
        settings = (
            f"{len(networks)} draws of {hidden_dim} units, spectral radius {spectral_radius:g}, "
            f"bias scale {bias_scale:g}, leak {leak:g}, input scale {scales} and penalty by GCV"
        )
        return cls(networks, settings)

    def predict(self, X: Array) -> Array:
        """Forecast (K, N, O) from windows (N, T, D), in the units of those it was fitted on."""
        return np.stack([network.predict(X) for network in self.networks])


def draw_rngs(hidden_dim: int, draws: int = DRAWS) -> list[np.random.Generator]:
    """Give the random streams of so many draws, the same in every run; the first is that of the lab's single draw.

    Example:
        >>> bool(draw_rngs(8, 2)[0].random() == named_rng(0, "initialisation", 8).random())
        True
    """
    return [named_rng(draw, "initialisation", hidden_dim) for draw in range(draws)]
