"""One way back: from the losses of the newest steps, through readout and remembered steps, to all parameters."""

import numpy as np

from rnn_lab.network.layer import Array, accumulate_outer
from rnn_lab.network.network import Network
from rnn_lab.network.parameters import Parameters


class BackwardPass:
    """The way from the losses of the newest steps back to every parameter.

    Args:
        network: what to differentiate.
        replicas, batch: R, B.
        history: k.
        record_signals: whether dL/dh of each step is kept for `signals`.
        into_layers: whether the recurrent layers have a gradient; else it is zero, and only the readout has one.

    Attributes:
        recurrence: the layers over time; who has advanced it may call.
        gradient: dL/dparameters, overwritten by each call.
        outputs: (R, n, B, O), of the steps that had a loss in the last call.
    """

    def __init__(
        self,
        network: Network,
        replicas: int,
        batch: int,
        history: int,
        record_signals: bool = False,
        into_layers: bool = True,
    ) -> None:
        self.network, self.history, self.into_layers = network, history, into_layers
        self.recurrence = network.unroll(replicas, batch, history)
        if record_signals:
            top = self.recurrence.layers[-1]
            top.recorder = np.zeros_like(top.states[:, 1:])
        self.gradient = network.zeros(replicas)
        self._sizes = (replicas, batch)
        self._buffers: dict[int, tuple[Array, Array, Array]] = {}
        self._last = np.zeros((replicas, 1, batch, network.outputs), network.dtype)

    def signals(self) -> dict[str, Array]:
        """Return ``dh_by_lag`` (R, k) of the last way back, or nothing where it was not recorded.

        Entry j is the length of dL_b/dh_{t-j} at the last layer, as a root mean square over the B records b, where t is
        the newest step and L_b the loss of record b. With losses at several steps it is the gradient of all those
        that were sent back together, which for the steps after t - j includes their own. Lags that the way back did
        not reach are zero. With weights, L_b is B times the record's share of the weighted sum.
        """
        recorder = self.recurrence.layers[-1].recorder
        if recorder is None:
            return {}
        B = recorder.shape[2]
        squares = np.einsum("rkbh,rkbh->rk", recorder, recorder)
        # L is the mean of the L_b: dL_b/dh = B dL/dh, so the mean of B^2 |dL/dh|^2 over b is B times their sum.
        return {"dh_by_lag": np.sqrt(B * squares)[:, ::-1]}

    def buffers(self, steps: int) -> tuple[Array, Array, Array]:
        """Room for outputs, their errors, and the gradients at the states, (R, n, B, ...), for so many steps."""
        if steps not in self._buffers:
            R, B = self._sizes
            widths = (self.network.outputs, self.network.outputs, self.network.model.hidden_dim)
            outputs, error, dh = (np.zeros((R, steps, B, width), self.network.dtype) for width in widths)
            self._buffers[steps] = outputs, error, dh
        return self._buffers[steps]

    def forward_steps(self, parameters: Parameters, X: Array, sampled: Array | None = None) -> None:
        """Go on by X (R, n, B, D); at steps that are ``sampled`` (R, n, B) the input is the output of the step before.

        That output counts as a constant. The first step after the beginning has none before it and reads X.

        Reference: Bengio, Vinyals, Jaitly & Shazeer, "Scheduled sampling for sequence prediction with recurrent neural
        networks" (2015).
        """
        if sampled is None:
            self.recurrence.forward_steps(parameters, X)
            return
        for t in range(X.shape[1]):
            x = X[:, t : t + 1]
            if self.recurrence.time:
                x = np.where(sampled[:, t : t + 1, :, None], self._last, x)
            self.network.readout(parameters, self.recurrence.forward_steps(parameters, x), x, self._last)

    def __call__(self, parameters: Parameters, Y: Array, weights: Array | None = None) -> Array:
        """Losses (R,) of the newest n steps, whose gradient is then in ``gradient``.

        Args:
            parameters: as in the steps.
            Y: (R, n, B, O), or classes (R, n, B).
            weights: (R, n, B), of each loss; None for their mean.
        """
        gradient, recurrence, new = self.gradient, self.recurrence, slice(self.history - Y.shape[1], self.history)
        h, X = recurrence.top[:, new], recurrence.inputs[:, new]
        outputs, error, dh = self.buffers(Y.shape[1])
        self.network.readout(parameters, h, X, outputs)
        loss = self.network.loss(outputs, Y, error, weights)
        accumulate_outer(h, error, gradient["W_hy"])
        if "W_xy" in gradient:
            accumulate_outer(X, error, gradient["W_xy"])
        if "b_y" in gradient:
            error.sum(axis=(1, 2), out=gradient["b_y"])
        self.outputs = outputs
        if not self.into_layers:
            return loss
        np.matmul(error, parameters["W_hy"][:, None].swapaxes(2, 3), out=dh)
        if (recorder := recurrence.layers[-1].recorder) is not None:
            recorder.fill(0.0)
        recurrence.backward(parameters, [None] * new.start + [dh[:, t] for t in range(dh.shape[1])], gradient)
        return loss
