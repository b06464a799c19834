"""Influence balancing: a linear system of one parameter whose truncated gradient is known, and points the wrong way.

    h' = A h + theta s,    A = I/2 + (superdiagonal)/2,    s = ten times +1, then thirteen times -1
    L = (h_1 - 1)^2 / 2

Truncated to K steps dh_1/dtheta is sum_{j < K} (A^j s)_1; of all steps it is -6. Descent with K <= 40 climbs.

As a network: the input is 1 and its weights are theta s; W_hh = A^T; the readout is h_1. Everything here is a component
that `balancing.yaml` names: the three initial matrices, a rule that moves theta alone, and an observer of dh_1/dtheta.

Reference: Tallec & Ollivier, "Unbiasing truncated backpropagation through time" (2017).
"""

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.errors import BadInput
from rnn_lab.network import Network, Parameters
from rnn_lab.network.initializers import Initializer
from rnn_lab.observers import Observer, Seen, Snapshot, Training, Watcher
from rnn_lab.observers.probe import take_probe
from rnn_lab.rules import BPTT, Reach
from rnn_lab.rules.bptt import TruncatedGradient
from rnn_lab.rules.rule import WindowRule

Array = NDArray[np.float64]

N = 23
A = 0.5 * (np.eye(N) + np.eye(N, k=1))
S = np.where(np.arange(N) < 10, 1.0, -1.0)
PRINTED = {1: 1.0, 10: 10.0, 20: 16.476, 30: 9.870, 40: 0.566, 50: -4.753, 75: -5.9993, 100: -6.0}
"""K -> dh_1/dtheta, as printed."""


def exact(K: int) -> float:
    """The closed form.

    Example:
        >>> exact(10), round(exact(50), 3)
        (10.0, -4.753)
    """
    return float(sum(np.linalg.matrix_power(A, j)[0] @ S for j in range(K)))


@dataclass(frozen=True, config=STRICT)
class Balanced(Initializer):
    """One of the system's three matrices, told by its shape: theta s (1, N), A^T (N, N), or h_1's readout (N, 1)."""

    theta: float = 0.5

    def __call__(self, rng: np.random.Generator, fan_in: int, fan_out: int) -> Array:
        """Return the matrix of that shape.

        Raises:
            BadInput: there is none.
        """
        known = {(1, N): self.theta * S[None], (N, N): A.T.copy(), (N, 1): np.eye(N, 1)}
        if (fan_in, fan_out) not in known:
            raise BadInput(f"influence balancing needs model.hidden_dim={N}, and one input and one output.")
        return known[fan_in, fan_out]


class ThetaGradient:
    """Back-propagation of windows whose gradient moves theta and nothing else: dL/dtheta s at W_xh."""

    def __init__(self, inner: TruncatedGradient) -> None:
        self.inner = inner

    def signals(self) -> dict[str, Any]:
        """None."""
        return {}

    def __call__(
        self, parameters: Parameters, X: Any, Y: Any, weights: Any = None, sampled: Any = None
    ) -> tuple[Any, Parameters]:
        """Loss (R,) and gradient of a batch, as any rule's for windows."""
        loss, gradient = self.inner(parameters, X, Y, weights, sampled)
        along = gradient["W_xh"][:, 0] @ S
        gradient.flat.fill(0.0)
        gradient["W_xh"][:, 0] = along[:, None] * S
        return loss, gradient


@dataclass(frozen=True, kw_only=True, config=STRICT)
class OnlyTheta(WindowRule):
    """Truncated back-propagation to theta alone."""

    supports_sampling: ClassVar[bool] = False
    is_gradient: ClassVar[bool] = False
    no_stream: ClassVar[str] = "which has no last step: take data=sine"

    def for_windows(self, network: Network, replicas: int, batch: int, settings: Reach) -> ThetaGradient:
        """Allocate what works on batches of windows of one size."""
        return ThetaGradient(BPTT().for_windows(network, replicas, batch, settings))


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Slopes(Observer):
    """Truncated derivatives dh_1/dtheta, and theta itself: balancing/slope_K of each K, balancing/theta."""

    ks: list[int] = Field(default_factory=lambda: list(PRINTED))

    def watch(self, training: Training) -> Watcher:
        """Begin to watch a run."""
        probe = take_probe(training, 1, 2, "observers.slopes")
        R = len(probe.X)
        rules = {k: BPTT().for_windows(probe.network, R, 1, Reach(bptt_truncate=k)) for k in self.ks}

        def watch(snapshot: Snapshot) -> Seen:
            found = {"balancing/theta": snapshot.parameters["W_xh"][:, 0, 0].copy()}
            for k, rule in rules.items():
                _, gradient = rule(snapshot.parameters, probe.X, probe.Y)
                o = probe.network.predict(snapshot.parameters, probe.X[0].swapaxes(0, 1))[:, 0, 0]
                found[f"balancing/slope_{k}"] = gradient["W_xh"][:, 0] @ S / (o - probe.Y[:, 0, 0])
            return Seen(metrics=found)

        return watch
