"""Unbiased online recurrent optimization: a random estimate of ds_t/dtheta of rank one, right in the mean.

    s~_t = rho_0 J_t s~_{t-1} + rho_1 nu_t,    theta~_t = theta~_{t-1} / rho_0 + (nu_t^T M_t) / rho_1
    E[s~_t theta~_t] = ds_t/dtheta,            dL_t/dtheta is estimated by (dL_t/ds_t s~_t) theta~_t

with nu_t independent signs. rho_0 = sqrt(|theta~_{t-1}| / |J_t s~_{t-1}|) and rho_1 = sqrt(|nu_t^T M_t| / |nu_t|) keep
the variance low. Each record has signs of its own, so a batch averages over as many estimates as it has records.

Time and memory of a step: n numbers a record, as many as there are parameters. Its noise comes from the
replica's stream "noise", by epoch.

Reference: Tallec & Ollivier, "Unbiased online recurrent optimization" (2018).
"""

from typing import ClassVar

import numpy as np
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.network import Parameters
from rnn_lab.rules.forward_gradient import Array, ForwardRule, Influence, Noise, Sizes, block
from rnn_lab.rules.step import Step


class RankOne(Influence):
    """s~ (R, B, S) and theta~ (R, B, n)."""

    def __init__(self, sizes: Sizes) -> None:
        self.sizes = sizes
        shape = (sizes.replicas, sizes.batch)
        self._state = np.zeros((*shape, sizes.state), sizes.network.dtype)
        self._theta = np.zeros((*shape, sizes.count), sizes.network.dtype)
        self._theta_views = sizes.views(self._theta)

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
        forward = step.push(self._state)
        by_gate: dict[int, Array] = {}  # the weights and the bias of a gate share its effect
        for term in step.terms:
            if id(term.effect) not in by_gate:
                by_gate[id(term.effect)] = term.pull(nu)
        pulled = [(term, by_gate[id(term.effect)]) for term in step.terms]  # nu^T M is source (x) this in each block
        size: Array = np.sqrt(sum(_square(a) * (1.0 if t.source is None else _square(t.source)) for t, a in pulled))
        rho_0 = _balance(np.sqrt(_square(self._theta)), forward)
        rho_1 = _balance(size, nu)
        self._state = rho_0 * forward + rho_1 * nu
        self._theta /= rho_0
        for a in by_gate.values():
            a /= rho_1
        for term, a in pulled:
            view = block(self._theta_views, term, position, 2)
            view += a if term.source is None else term.source[..., None] * a[:, :, None]

    def collect(self, ds: Array, gradient: Parameters) -> None:
        """Add (dL/ds s~) theta~, summed over records."""
        scale = (ds * self._state).sum(axis=2)
        gradient.flat[:, : self.sizes.count] += (scale[:, None] @ self._theta)[:, 0]


def _square(values: Array) -> Array:
    """Squared length of each record's vector, (R, B, n) -> (R, B)."""
    return np.asarray(np.vecdot(values, values))


def _balance(length: Array, state: Array) -> Array:
    """Sqrt(length / |state|) of each record, (R, B, 1); 1 where one of them is zero, or so is the quotient."""
    other = np.sqrt(_square(state))
    usable = (length > 0) & (other > 0)
    factor = np.sqrt(np.where(usable, length, 1.0) / np.where(usable, other, 1.0))
    return np.asarray(np.where(factor > 0, factor, 1.0)[..., None])  # 0 where the state has overflowed


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
