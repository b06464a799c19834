"""The readout alone learns: k = 0, the control of every study of truncation.

    dL/dW_hy, dL/db_y as ever;    dL/dtheta = 0 for every parameter of the recurrent layers

The state still carries what an untrained recurrence happens to carry, so what this rule learns is memory that nobody
had to learn. Without it, and without the gain of W_hh as an axis, a study of k measures memory and calls it credit.

Time and memory: a forward pass. Reference: Jaeger, "The 'echo state' approach to analysing and training recurrent
neural networks" (2001).
"""

from typing import ClassVar

from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.network import Network
from rnn_lab.rules.bptt import TruncatedGradient, TruncatedStreamGradient
from rnn_lab.rules.rule import Reach, Rule


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Readout(Rule):
    """The gradient of the readout alone, W_hy, b_y and W_xy; that of the recurrent layers is exactly zero.

    Under every optimizer of the lab a zero gradient moves no weight by a bit, except where ``weight_decay`` is above
    zero: decay is no gradient, and shrinks frozen weights too.

    Example:
        >>> import numpy as np
        >>> from rnn_lab.network import Elman
        >>> network = Network(Elman(hidden_dim=4), inputs=1, outputs=1, window=10)
        >>> rule = Readout().for_windows(network, 1, 5, Reach(bptt_truncate=3))
        >>> _, gradient = rule(network.initial([0]), np.ones((1, 10, 5, 1)), np.ones((1, 5, 1)))
        >>> bool((gradient["W_hh"] == 0).all()), bool((gradient["W_hy"] != 0).all())
        (True, True)
    """

    supports_sampling: ClassVar[bool] = True
    is_gradient: ClassVar[bool] = True

    def for_windows(self, network: Network, replicas: int, batch: int, settings: Reach) -> TruncatedGradient:
        """Allocate what works on batches of windows of one size."""
        return TruncatedGradient(network, replicas, batch, settings.bptt_truncate, into_layers=False)

    def for_stream(self, network: Network, replicas: int, lanes: int, settings: Reach) -> TruncatedStreamGradient:
        """Allocate what works along a stream's lanes."""
        return TruncatedStreamGradient(network, replicas, lanes, settings.bptt_truncate, into_layers=False)
