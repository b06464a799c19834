"""Unbiased online recurrent optimization: a random estimate of ds_t/dtheta of rank one, right in the mean.

    s~_t = rho_0 J_t s~_{t-1} + rho_1 nu_t,    theta~_t = theta~_{t-1} / rho_0 + (nu_t^T M_t) / rho_1
    E[s~_t theta~_t] = ds_t/dtheta,            dL_t/dtheta is estimated by (dL_t/ds_t s~_t) theta~_t

with nu_t independent signs. rho_0 = sqrt(|theta~_{t-1}| / |J_t s~_{t-1}|) and rho_1 = sqrt(|nu_t^T M_t| / |nu_t|) keep
the variance low. Each record has signs of its own, so a batch averages over as many estimates as it has records.

Time and memory of a step: n numbers a record, as many as there are parameters, and J_t. Its noise comes from the
replica's stream "noise", by epoch.

Reference: Tallec & Ollivier, "Unbiased online recurrent optimization" (2018).
"""

from typing import ClassVar

import numpy as np
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.network import Parameters
from rnn_lab.rules.forward_gradient import Array, ForwardRule, Influence, Noise, Sizes, block
from rnn_lab.rules.local import Step


class RankOne(Influence):
    """s~ (R, B, S) and theta~ (R, B, n)."""

    def __init__(self, sizes: Sizes) -> None:
        self.sizes = sizes
        shape = (sizes.replicas, sizes.batch)
        self._state = np.zeros((*shape, sizes.state), sizes.network.dtype)
        self._theta, self._pulled = (np.zeros((*shape, sizes.count), sizes.network.dtype) for _ in range(2))
        self._theta_views, self._pulled_views = sizes.views(self._theta), sizes.views(self._pulled)

    def begin(self, noise: Noise) -> None:
        """Both are zero, unless there is a learned start: ds_0/dh_0 = 1 is nu nu^T in the mean."""
        self._state.fill(0.0)
        self._theta.fill(0.0)
        H = self.sizes.network.model.hidden_dim
        learned = [(p, n) for p, n in enumerate(self.sizes.network.model.STARTS) if n in self._theta_views]
        if learned:
            self._state[...] = noise()
        for part, name in learned:
            self._theta_views[name][...] = self._state[..., part * H : (part + 1) * H]

    def advance(self, step: Step, position: int, noise: Noise) -> None:
        """Draw nu and go on."""
        nu = noise()
        forward = (step.jacobian() @ self._state[..., None])[..., 0]
        if (views := self._pulled_views)["W_xh"].ndim == 5:  # weights by position: only this step's are reached
            views["W_xh"].fill(0.0)
        for term in step.terms:
            pulled = term.pull(nu)
            outer = pulled if term.source is None else term.source[..., None] * pulled[:, :, None]
            block(views, term, position, 2)[...] = outer
        rho_0 = _balance(self._theta, forward)
        rho_1 = _balance(self._pulled, nu)
        self._state = rho_0 * forward + rho_1 * nu
        self._theta /= rho_0
        self._pulled /= rho_1
        self._theta += self._pulled

    def collect(self, ds: Array, gradient: Parameters) -> None:
        """Add (dL/ds s~) theta~, summed over records."""
        scale = (ds * self._state).sum(axis=2)
        gradient.flat[:, : self.sizes.count] += (scale[:, None] @ self._theta)[:, 0]


def _balance(theta: Array, state: Array) -> Array:
    """Sqrt(|theta| / |state|) of each record, (R, B, 1); 1 where one of them is zero."""
    lengths = [np.sqrt(np.einsum("rbn,rbn->rb", values, values)) for values in (theta, state)]
    usable = (lengths[0] > 0) & (lengths[1] > 0)
    ratio = np.where(usable, lengths[0], 1.0) / np.where(usable, lengths[1], 1.0)
    return np.asarray(np.sqrt(ratio)[..., None])


@dataclass(frozen=True, kw_only=True, config=STRICT)
class UORO(ForwardRule):
    """Unbiased online recurrent optimization.

    Example:
        >>> from rnn_lab.network import Elman, Network
        >>> from rnn_lab.rules import Reach
        >>> network = Network(Elman(hidden_dim=4), inputs=1, outputs=1, window=10)
        >>> rule = UORO().for_windows(network, 1, 5, Reach(bptt_truncate=10))
        >>> batch = network.initial([0]), np.ones((1, 10, 5, 1)), np.ones((1, 5, 1))
        >>> first, second = (rule(*batch)[1]["W_hh"].copy() for _ in range(2))
        >>> bool((first != second).all())
        True
    """

    told_of_epochs: ClassVar[bool] = True

    def influence(self, sizes: Sizes) -> RankOne:
        """Allocate s~ and theta~."""
        return RankOne(sizes)
