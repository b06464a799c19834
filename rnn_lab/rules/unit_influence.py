"""Rules that keep a parameter's influence on its own unit alone: SnAp-1 and RFLO.

For unit j, and a weight W_mj of any of its gates, with p (C numbers: h_j, of an LSTM h_j and c_j),

    p_t = A_t p_{t-1} + (what W_mj does to unit j at once)

    SnAp-1    A_t = the entries of J_t from unit j to unit j: those of W_hh on the diagonal too
    RFLO      A_t = what a unit keeps by itself, and **no term through W_hh**: z_t of a GRU, f_t of an LSTM's c_t, and
              nothing of an Elman layer, where it is therefore BPTT with k = 1

The loss reaches p through the readout: dL_t/dh_t = dL_t/do_t W_hy^T, or, of RFLO with ``feedback=random``, through a
fixed matrix in the place of W_hy^T, for which no neuron would have to know the readout's weights. Time and memory of a
step: n numbers a record, as many as there are parameters.

References: Menick, Elsen, Evci, Osindero, Simonyan & Graves, "Practical real time recurrent learning with a sparse
approximation" (2021); Murray, "Local online learning in recurrent networks with random feedback" (2019).
"""

from collections.abc import Callable
from typing import Literal

import numpy as np
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.errors import BadInput
from rnn_lab.network import GRU, Network, Parameters
from rnn_lab.rng import named_rng
from rnn_lab.rules.forward_gradient import Array, ForwardRule, Influence, Noise, Sizes, block
from rnn_lab.rules.local import parts
from rnn_lab.rules.step import Step

Own = Callable[[Step], Array]
"""A_t of each unit, (R, B, C, C, H)."""


def own_jacobian(step: Step) -> Array:
    """Return the entries of J_t from each unit to itself."""
    return step.own()


def own_decay(step: Step) -> Array:
    """Return what of J_t does not pass through W_hh."""
    return step.decay


class UnitInfluence(Influence):
    """Influence of each parameter on its own unit: (R, B, C, n)."""

    def __init__(self, sizes: Sizes, own: Own) -> None:
        self.sizes, self.own = sizes, own
        model = sizes.network.model
        self.H, C = model.hidden_dim, parts(model)
        self._kept = np.zeros((sizes.replicas, sizes.batch, C, sizes.count), sizes.network.dtype)
        self._views = sizes.views(self._kept)

    def begin(self, noise: Noise) -> None:
        """Nothing but a learned start has an influence yet."""
        self._kept.fill(0.0)
        for part, name in enumerate(self.sizes.network.model.STARTS):
            if name in self._views:
                self._views[name][:, :, part] = 1.0

    def _by_unit(self) -> Array:
        """The same memory, (R, B, C, n/H, H): the unit is the last axis of every parameter."""
        return self._kept.reshape(*self._kept.shape[:3], -1, self.H)

    def advance(self, step: Step, position: int, noise: Noise) -> None:
        """P <- A p + M, unit by unit."""
        kept, A = self._by_unit(), self.own(step)
        if A.shape[2] == 1:
            kept *= A
        else:
            kept[...] = np.einsum("rbcdj,rbdmj->rbcmj", A, kept)
        for term in step.terms:
            effect = term.own()
            if term.source is not None:
                effect = effect[:, :, :, None] * term.source[:, :, None, :, None]
            view = block(self._views, term, position, 3)
            view += effect

    def collect(self, ds: Array, gradient: Parameters) -> None:
        """Add dL/ds p, summed over records."""
        R, B, C, n = self._kept.shape
        errors = ds.reshape(R, B, C, self.H)
        flat = np.einsum("rbcj,rbcmj->rmj", errors, self._by_unit())
        gradient.flat[:, :n] += flat.reshape(R, n)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class SnAp1(ForwardRule):
    """RTRL whose sensitivity is kept only where a parameter touches its own unit; exact for a diagonal W_hh.

    In a GRU with ``reset=before`` a weight of the reset gate touches all units at once; only its own is kept.

    Example:
        >>> from rnn_lab.network import Elman
        >>> from rnn_lab.rules import Reach
        >>> network = Network(Elman(hidden_dim=4), inputs=1, outputs=1, window=10)
        >>> rule = SnAp1().for_windows(network, 1, 5, Reach(bptt_truncate=10))
        >>> _, gradient = rule(network.initial([0]), np.ones((1, 10, 5, 1)), np.ones((1, 5, 1)))
        >>> gradient["W_hh"].shape
        (1, 4, 4)
    """

    def influence(self, sizes: Sizes) -> UnitInfluence:
        """Allocate p."""
        return UnitInfluence(sizes, own_jacobian)

    def carried(self, sizes: Sizes) -> int:
        """C numbers a parameter."""
        return parts(sizes.network.model) * sizes.count


@dataclass(frozen=True, kw_only=True, config=STRICT)
class RFLO(ForwardRule):
    """Random-feedback local online learning: an eligibility with no term through W_hh.

    Args:
        feedback: what leads the outputs' errors to the units: the ``readout``'s own weights as they are, or fixed
            ``random`` ones, Gaussian of variance 1 / H, the same in every replica; they then differ from what the loss
            says also at k = 1.
        feedback_seed: of the random ones.

    Example:
        >>> from rnn_lab.network import GRU
        >>> from rnn_lab.rules import Reach
        >>> network = Network(GRU(hidden_dim=4), inputs=1, outputs=1, window=10)
        >>> rule = RFLO().for_windows(network, 1, 5, Reach(bptt_truncate=10))
        >>> _, gradient = rule(network.initial([0]), np.ones((1, 10, 5, 1)), np.ones((1, 5, 1)))
        >>> gradient["W_hh"].shape
        (1, 4, 12)
    """

    feedback: Literal["readout", "random"] = "readout"
    feedback_seed: int = Field(default=0, ge=0)

    def errors_feedback(self, network: Network) -> Array | None:
        """Return the random weights (O, H), or None."""
        if self.feedback == "readout":
            return None
        H = network.model.hidden_dim
        drawn = named_rng(self.feedback_seed, "noise", 0, 3).standard_normal((network.outputs, H))
        return np.asarray(drawn / np.sqrt(H), network.dtype)

    def refuse(self, network: Network) -> None:
        """Refuse, beside what `ForwardRule` does, a GRU whose reset gate acts through W_hn."""
        super().refuse(network)
        model = network.model
        if isinstance(model, GRU) and model.reset == "before":
            raise BadInput(
                "the rule RFLO has no term through W_hh, and model.reset=before sends the reset gate through it: it "
                "needs model.reset=after."
            )

    def influence(self, sizes: Sizes) -> UnitInfluence:
        """Allocate p."""
        return UnitInfluence(sizes, own_decay)

    def carried(self, sizes: Sizes) -> int:
        """C numbers a parameter."""
        return parts(sizes.network.model) * sizes.count
