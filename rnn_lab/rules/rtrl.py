"""Real-time recurrent learning: the exact gradient, carried forward as ds_t/dtheta.

    P_t = J_t P_{t-1} + M_t,    dL_t/dtheta = dL_t/ds_t P_t,    P (S, n) of each record

of the state's S numbers (H, of an LSTM 2 H) and the layer's n parameters, about G H (D + H). Nothing is remembered of
earlier steps, so its reach has no limit: `trainer.bptt_truncate` says only how many steps of a stream lie between two
updates. With weights that stand still it equals back-propagation through the whole past.

Time a step: S^2 n a record, that is H^4, against H^2 of back-propagation. Memory: 2 S n numbers a record.

Reference: Williams & Zipser, "A learning algorithm for continually running fully recurrent neural networks" (1989).
"""

import numpy as np
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.network import Parameters
from rnn_lab.rules.forward_gradient import Array, ForwardRule, Influence, Noise, Sizes, block
from rnn_lab.rules.step import Step


class Sensitivities(Influence):
    """P_t, (R, B, S, n), in the order of the parameters."""

    def __init__(self, sizes: Sizes) -> None:
        self.sizes = sizes
        shape = (sizes.replicas, sizes.batch, sizes.state, sizes.count)
        # Two, since J P cannot be written where P is read; a step turns one into the other.
        self._buffers = [np.zeros(shape, sizes.network.dtype) for _ in range(2)]
        self._views = [sizes.views(buffer) for buffer in self._buffers]

    def begin(self, noise: Noise) -> None:
        """P_0 is 1 from each learned start to its part of the state, else 0."""
        self._buffers[0].fill(0.0)
        H = self.sizes.network.model.hidden_dim
        each = np.arange(H)
        for part, name in enumerate(self.sizes.network.model.STARTS):
            if name in self._views[0]:
                self._views[0][name][:, :, part * H + each, each] = 1.0

    def advance(self, step: Step, position: int, noise: Noise) -> None:
        """P <- J P + M."""
        np.matmul(step.jacobian(), self._buffers[0], out=self._buffers[1])
        self._buffers.reverse()
        self._views.reverse()
        for term in step.terms:
            view = block(self._views[0], term, position, 3)  # (R, B, S, [M,] H)
            source = 1.0 if term.source is None else term.source
            if term.wide:
                reached, effect = view, term.effect
            else:
                C, H = term.effect.shape[2:]
                split = view.reshape(*view.shape[:2], C, H, *view.shape[3:])
                reached, effect = np.einsum("rbcj...j->rbc...j", split), term.effect
            if term.source is not None:
                effect, source = effect[:, :, :, None], term.source[:, :, None, :, None]
            reached += effect * source

    def collect(self, ds: Array, gradient: Parameters) -> None:
        """Add dL/ds P, summed over records."""
        R, B, S, n = self._buffers[0].shape
        gradient.flat[:, :n] += (ds.reshape(R, 1, B * S) @ self._buffers[0].reshape(R, B * S, n))[:, 0]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class RTRL(ForwardRule):
    """Real-time recurrent learning, exact for every cell.

    Example:
        >>> from rnn_lab.network import Elman, Network
        >>> from rnn_lab.rules import BPTT, Reach
        >>> network = Network(Elman(hidden_dim=4), inputs=1, outputs=1, window=10)
        >>> batch = network.initial([0]), np.ones((1, 10, 5, 1)), np.ones((1, 5, 1))
        >>> forward, back = (rule.for_windows(network, 1, 5, Reach(bptt_truncate=10)) for rule in (RTRL(), BPTT()))
        >>> bool(np.allclose(forward(*batch)[1].flat, back(*batch)[1].flat, rtol=1e-12))
        True
    """

    def influence(self, sizes: Sizes) -> Sensitivities:
        """Allocate P."""
        return Sensitivities(sizes)

    def carried(self, sizes: Sizes) -> int:
        """Two P."""
        return 2 * sizes.state * sizes.count
