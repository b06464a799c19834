"""One step of a recurrent layer with its derivatives: what `local` gives for each cell, and forward rules work with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True)
class Term:
    """Immediate effect of a block of columns of one parameter on the new state: M = source (x) effect.

    Attributes:
        name: the parameter's.
        columns: its columns, a gate's H.
        source: (R, B, M), what its rows multiply; None of a bias.
        effect: ds/da, (R, B, S/H, H) where column j reaches unit j alone, and (R, B, S, H) if ``wide``.
        wide: whether a column reaches all units at once.
    """

    name: str
    columns: slice
    source: Array | None
    effect: Array
    wide: bool = False

    def pull(self, ds: Array) -> Array:
        """Return dL/da = E^T dL/ds, (R, B, S) -> (R, B, H)."""
        if self.wide:
            return np.asarray((ds[:, :, None] @ self.effect)[:, :, 0])
        parts = ds.reshape(*ds.shape[:2], self.effect.shape[2], -1)
        return np.asarray((parts * self.effect).sum(axis=2))

    def own(self) -> Array:
        """Return what column j does to unit j alone, (R, B, S/H, H)."""
        if not self.wide:
            return self.effect
        R, B, S, H = self.effect.shape
        return np.asarray(np.einsum("rbcjj->rbcj", self.effect.reshape(R, B, S // H, H, H)))

    def full(self) -> Array:
        """Return E, (R, B, S, H)."""
        if self.wide:
            return self.effect
        R, B, C, H = self.effect.shape
        return (self.effect[..., None] * np.eye(H)).reshape(R, B, C * H, H)


@dataclass(frozen=True)
class Step:
    """One step of a layer, and its derivatives.

    Attributes:
        state: s_t, (R, B, S), h_t first.
        jacobian: makes J_t, (R, B, S, S), row i of s_t and column j of s_{t-1}.
        decay: what of J_t does not pass through W_hh, (R, B, C, C, H): of each unit by itself.
        terms: of all parameters but a learned start.
        W_hh: (R, H, GH), what h_{t-1} is multiplied by; with it, `push` and `own` need not write J_t down.
    """

    state: Array
    jacobian: Callable[[], Array]
    decay: Array
    terms: Sequence[Term]
    W_hh: Array | None = None

    @property
    def _only_jacobian(self) -> bool:
        return self.W_hh is None or any(term.wide for term in self.terms)

    def _through_h(self) -> list[tuple[Array, Array]]:
        """Weights (R, H, H) and effect (R, B, C, H) of each gate that reads h_{t-1}."""
        W = self.W_hh
        return [] if W is None else [(W[:, :, t.columns], t.effect) for t in self.terms if t.name == "W_hh"]

    def push(self, ds: Array) -> Array:
        """Return J_t ds, (R, B, S) -> (R, B, S), in H^2 operations a record without a matrix of its own."""
        if self._only_jacobian:
            return np.asarray((self.jacobian() @ ds[..., None])[..., 0])
        units = ds.reshape(*ds.shape[:2], *self.decay.shape[3:])
        found = (self.decay * units[:, :, None]).sum(axis=3)
        for W, effect in self._through_h():
            found += effect * (units[:, :, 0] @ W)[:, :, None]
        return np.asarray(found.reshape(ds.shape))

    def own(self) -> Array:
        """Return the entries of J_t from each unit to itself, (R, B, C, C, H)."""
        C, H = self.decay.shape[3:]
        if self._only_jacobian:
            J = self.jacobian()
            return np.asarray(np.einsum("rbcjdj->rbcdj", J.reshape(*J.shape[:2], C, H, C, H)))
        found = np.array(np.broadcast_to(self.decay, (*self.state.shape[:2], C, C, H)))
        for W, effect in self._through_h():
            found[:, :, :, 0] += effect * np.einsum("rjj->rj", W)[:, None, None]
        return found
