"""Adaptive truncation: the smallest k whose estimated relative bias is below delta.

With phi_j = E|dL/dh_{t-j}|, the mean over records of the gradient's length at lag j, and
C_k = |E sum_{j<k} dL/dh_{t-j}|,

    beta = exp(slope of ln phi_j over the lags j >= tau)                           geometric decay from lag tau on
    A_k  = sum_{k <= j < tau} phi_j + phi_tau beta^max(k - tau, 0) / (1 - beta)    the most that truncation leaves out
    |g| >= max_k (C_k - A_k),    kappa = min {k: A_k / max_k (C_k - A_k) < delta}

and the longest k, `trainer.bptt_truncate`, where beta >= 1, or no k's bound is below delta. Bounds are of the gradient
at the states; those of the parameters differ by a factor that cancels.

kappa is estimated anew at the first batch of each epoch, for each replica by itself, and holds for the epoch; a smaller
last batch has one of its own. With a loss at each step `trainer.bptt_stride` is 1 if not given: kappa's bias is that of
exact truncation. Time: BPTT(kappa), replica by replica, and one pass of BPTT(k) an epoch, with masks through the whole
window. Of windows only.

Reference: Aicher, Foti & Fox, "Adaptively truncating backpropagation through time to control gradient bias" (2019).
"""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.network import Network, Parameters
from rnn_lab.rules.backward_pass import BackwardPass
from rnn_lab.rules.bptt import TruncatedGradient
from rnn_lab.rules.rule import Reach, WindowRule

Array = NDArray[Any]


class AdaptiveGradient:
    """Loss and gradient of windows, truncated for each replica where its own bias is small enough.

    Args:
        network: what to differentiate.
        replicas, batch: R, B.
        settings: k, the longest reach; k' is 1 with a loss at each step, exact truncation, if not given.
        delta, tau: see `Adaptive`.
    """

    def __init__(self, network: Network, replicas: int, batch: int, settings: Reach, rule: "Adaptive") -> None:
        assert network.window is not None
        self.network, self.batch, self.settings, self.rule = network, batch, settings, rule
        self.longest = min(settings.bptt_truncate, network.window)
        self.gradient = network.zeros(replicas)
        self.kappa: Array | None = None  # (R,), of this epoch
        self._probe: BackwardPass | None = None
        self._made: dict[int, TruncatedGradient] = {}

    def begin_epoch(self, noise: Sequence[np.random.Generator]) -> None:
        """Estimate kappa anew at the next batch."""
        self.kappa = None

    def signals(self) -> dict[str, Array]:
        """``kappa`` (R,) of the epoch."""
        return {} if self.kappa is None else {"kappa": self.kappa.astype(float)}

    def __call__(
        self,
        parameters: Parameters,
        X: Array,
        Y: Array,
        weights: Array | None = None,
        sampled: Array | None = None,
    ) -> tuple[Array, Parameters]:
        """Loss (R,) and gradient; see `WindowGradient`."""
        R = len(X)
        parts = [
            (parameters.select(r), X[r : r + 1], Y[r : r + 1], None if weights is None else weights[r : r + 1])
            for r in range(R)
        ]
        if self.kappa is None:
            self.kappa = np.array([self._estimate(*part) for part in parts])
        losses = np.zeros(R)
        for r, part in enumerate(parts):
            losses[r : r + 1], found = self._truncated(int(self.kappa[r]))(*part)
            self.gradient.flat[r] = found.flat[0]
        return losses, self.gradient

    def _truncated(self, k: int) -> TruncatedGradient:
        if k not in self._made:
            stride = min(self.settings.bptt_stride or 1, k)
            self._made[k] = TruncatedGradient(self.network, 1, self.batch, k, stride)
        return self._made[k]

    def _estimate(self, parameters: Parameters, X: Array, Y: Array, weights: Array | None) -> int:
        """Kappa of one replica, from the gradient of each record's last loss by lag."""
        T, K = X.shape[1], self.longest
        history = K if weights is None else T  # a record's K lags begin at its own last loss
        if self._probe is None or self._probe.history != history:
            self._probe = BackwardPass(self.network, 1, self.batch, history, record_signals=True)
        probe = self._probe
        for _ in probe.recurrence.iter_blocks(parameters, X):
            pass
        last = np.full(self.batch, T - 1)
        if not self.network.each_step:
            probe(parameters, Y[:, None])
        else:
            if weights is not None:
                last = T - 1 - (weights[0, ::-1] > 0).argmax(axis=0)
            alone = np.zeros(X.shape[:3], X.dtype)
            alone[0, last, np.arange(self.batch)] = 1.0 / self.batch
            probe(parameters, Y[:, T - history :], alone[:, T - history :])
        recorder = probe.recurrence.layers[-1].recorder
        assert recorder is not None
        by_lag = self.batch * recorder[0, ::-1]  # (K or T, B, H), of each record's own loss
        for b, after in enumerate(T - 1 - last):
            by_lag[:, b] = np.concatenate([by_lag[after:, b], np.zeros_like(by_lag[:after, b])])
        return estimate_kappa(by_lag[:K], self.rule.delta, self.rule.tau)


def estimate_kappa(by_lag: Array, delta: float, tau: float) -> int:
    """Estimate the smallest k whose relative bias is below delta.

    Args:
        by_lag: (K, B, H), dL_b/dh_{t-j} of each record b.
        delta: the bias that is allowed.
        tau: share of the lags from which on they decay geometrically.

    Example:
        >>> decaying = 0.5 ** np.arange(20.0)[:, None, None]
        >>> [estimate_kappa(decaying, delta, 0.5) for delta in (0.6, 0.3, 0.1)]  # the bias is 2^-k
        [1, 2, 4]
        >>> estimate_kappa(1 / decaying, 0.1, 0.5)  # it grows: nothing is known of what lies further back
        20
    """
    K = len(by_lag)
    phi = np.linalg.norm(by_lag, axis=2).mean(axis=1)
    reached = np.linalg.norm(np.cumsum(by_lag.mean(axis=1), axis=0), axis=1)  # C_1 .. C_K
    start = min(int(tau * K), K - 2)
    usable = start + np.flatnonzero(phi[start:] > 0)
    if K < 2 or not np.isfinite(phi).all():
        return K
    beta = 0.0 if len(usable) < 2 else float(np.exp(np.polyfit(usable, np.log(phi[usable]), 1)[0]))
    if beta >= 1:
        return K
    k = np.arange(1, K + 1)
    near = np.array([phi[j:start].sum() for j in k])
    left = near + phi[start] * beta ** np.maximum(k - start, 0) / (1 - beta)
    whole = (reached - left).max()
    small = left < delta * whole
    return int(k[small.argmax()]) if whole > 0 and small.any() else K


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Adaptive(WindowRule):
    """Back-propagation truncated at kappa(delta), estimated each epoch; k of ``trainer.bptt_truncate`` is the longest.

    Args:
        delta: the relative bias that is allowed, in (0, 1).
        tau: share of the k lags from which on they are taken to decay geometrically.

    Example:
        >>> from rnn_lab.network import Elman
        >>> network = Network(Elman(hidden_dim=4, gain=0.3), inputs=1, outputs=1, window=30)
        >>> rule = Adaptive(delta=0.1).for_windows(network, 1, 5, Reach(bptt_truncate=30))
        >>> _ = rule(network.initial([0]), np.ones((1, 30, 5, 1)), np.ones((1, 5, 1)))
        >>> rule.signals()["kappa"]
        array([2.])
    """

    supports_sampling: ClassVar[bool] = False
    is_gradient: ClassVar[bool] = False
    estimates_gradient: ClassVar[bool] = True
    told_of_epochs: ClassVar[bool] = True
    no_stream: ClassVar[str] = "where trainer.bptt_truncate is also the way from one update to the next: take rule=bptt"

    delta: Annotated[float, Field(gt=0, lt=1)] = 0.5
    tau: Annotated[float, Field(ge=0, lt=1)] = 0.5

    def for_windows(self, network: Network, replicas: int, batch: int, settings: Reach) -> AdaptiveGradient:
        """Allocate what works on batches of windows of one size."""
        return AdaptiveGradient(network, replicas, batch, settings, self)
