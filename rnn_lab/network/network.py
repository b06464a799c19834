"""A recurrent network for windows of one shape: recurrent layer, linear readout, gradient of the loss."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_lab.network.layer import Layer
from rnn_lab.network.losses import half_mean_squared_error
from rnn_lab.network.parameters import Parameters, Shapes

Array = NDArray[Any]


@dataclass(frozen=True)
class Network:
    """A model applied to windows (T, D) with targets (O,).

        h_T = layer(x_1 .. x_T),    o = h_T W_hy + b_y

    Args:
        model: the recurrent layer's description, such as `Elman`.
        inputs, outputs, window: D, O, T.
        dtype: ``"float64"`` or ``"float32"``, of parameters and arithmetic.

    Example:
        >>> from rnn_lab.network import Elman
        >>> network = Network(Elman(hidden_dim=4), inputs=1, outputs=1, window=10)
        >>> network.predict(network.initial([0, 1, 2]), np.zeros((5, 10, 1))).shape
        (3, 5, 1)
    """

    model: Layer
    inputs: int
    outputs: int
    window: int
    dtype: str = "float64"

    @property
    def shapes(self) -> Shapes:
        """Name -> shape of every parameter, without the replica axis."""
        return self.model.shapes(self.inputs, self.outputs, self.window)

    def initial(self, seeds: Sequence[int]) -> Parameters:
        """Parameters before any update, one replica a seed."""
        drawn = [self.model.initial(seed, self.shapes) for seed in seeds]
        return Parameters.from_arrays(
            {name: np.stack([d[name] for d in drawn]).astype(self.dtype) for name in self.shapes}
        )

    def time_major(self, X: Array, replicas: int) -> Array:
        """Records (N, T, D), the same for each replica, in the order that the passes read: (R, T, N, D)."""
        ordered = np.ascontiguousarray(X.swapaxes(0, 1), self.dtype)
        return np.broadcast_to(ordered, (replicas, *ordered.shape))

    def predict(self, parameters: Parameters, X: Array) -> Array:
        """Outputs (R, N, O) for records X (N, T, D)."""
        return Outputs(self, parameters.replicas, X)(parameters)


class ForwardPass:
    """Outputs for batches of one size, (R, T, B, D) -> (R, B, O).

    Args:
        network: what to compute.
        replicas, batch: R, B.
        keep: k, states kept on the way (1 suffices where no gradient follows).
    """

    def __init__(self, network: Network, replicas: int, batch: int, keep: int = 1) -> None:
        self.layer = network.model.unroll(replicas, batch, keep, network.dtype)
        self.outputs = np.zeros((replicas, batch, network.outputs), network.dtype)

    def __call__(self, parameters: Parameters, X: Array) -> Array:
        """Outputs (R, B, O): a buffer that the next call overwrites."""
        np.matmul(self.layer.forward(parameters, X), parameters["W_hy"], out=self.outputs)
        if "b_y" in parameters:
            self.outputs += parameters["b_y"][:, None]
        return self.outputs


class Outputs:
    """Outputs for all records of a split, block by block, so that the states' memory does not grow with N.

    Args:
        network: what to compute.
        replicas: R.
        X: (N, T, D), the same for each replica.

    Example:
        >>> from rnn_lab.network import Elman
        >>> network = Network(Elman(hidden_dim=4), inputs=1, outputs=1, window=10)
        >>> outputs_of = Outputs(network, replicas=1, X=np.zeros((3000, 10, 1)))
        >>> [block.shape for block in outputs_of.blocks]
        [(1, 10, 1024, 1), (1, 10, 1024, 1), (1, 10, 952, 1)]
        >>> outputs_of(network.initial([0])).shape
        (1, 3000, 1)
    """

    BLOCK = 1024  # records: enough that the loop over blocks costs nothing

    def __init__(self, network: Network, replicas: int, X: Array) -> None:
        X = network.time_major(X, replicas)
        self.shape = (replicas, X.shape[2], network.outputs)
        self.blocks = [X[:, :, start : start + self.BLOCK] for start in range(0, X.shape[2], self.BLOCK)]
        sizes = {block.shape[2] for block in self.blocks}  # the usual one, and perhaps a smaller last one
        self.forward = {size: ForwardPass(network, replicas, size) for size in sizes}

    def __call__(self, parameters: Parameters) -> Array:
        """Outputs (R, N, O), in memory of their own."""
        outputs = np.empty(self.shape, parameters.flat.dtype)
        for i, block in enumerate(self.blocks):
            outputs[:, i * self.BLOCK : (i + 1) * self.BLOCK] = self.forward[block.shape[2]](parameters, block)
        return outputs


class TruncatedGradient:
    """Loss and gradient by back-propagation through the last k time steps.

    Truncation cuts the dependence of h_{T-k} on the parameters: the gradient is exact for the function in which that
    state is a constant, and the whole gradient where k >= T.

    Args:
        network: what to differentiate.
        replicas, batch: R, B.
        bptt_truncate: k.

    Attributes:
        gradient: dL/dparameters, overwritten by each call.

    Example:
        >>> from rnn_lab.network import Elman
        >>> network = Network(Elman(hidden_dim=4), inputs=1, outputs=1, window=10)
        >>> rule = TruncatedGradient(network, replicas=2, batch=5, bptt_truncate=3)
        >>> loss, gradient = rule(network.initial([0, 1]), np.zeros((2, 10, 5, 1)), np.ones((2, 5, 1)))
        >>> loss, gradient["b_y"].ravel()  # from zeros comes zero, which misses the target by 1
        (array([0.5, 0.5]), array([-1., -1.]))

    Reference: Williams & Peng, "An efficient gradient-based algorithm for on-line training of recurrent network
    trajectories" (1990).
    """

    def __init__(self, network: Network, replicas: int, batch: int, bptt_truncate: int) -> None:
        self.forward = ForwardPass(network, replicas, batch, keep=min(bptt_truncate, network.window))
        size = sum(int(np.prod(shape)) for shape in network.shapes.values())
        self.gradient = Parameters(np.zeros((replicas, size), network.dtype), network.shapes)
        self._error = np.zeros((replicas, batch, network.outputs), network.dtype)

    def __call__(self, parameters: Parameters, X: Array, Y: Array) -> tuple[Array, Parameters]:
        """Loss (R,) and gradient for X (R, T, B, D) and Y (R, B, O)."""
        gradient, error, layer = self.gradient, self._error, self.forward.layer
        outputs = self.forward(parameters, X)
        loss = half_mean_squared_error(outputs, Y, error)
        h_T = layer.states[:, -1]
        np.matmul(h_T.swapaxes(1, 2), error, out=gradient["W_hy"])
        if "b_y" in gradient:
            error.sum(axis=1, out=gradient["b_y"])
        dh = np.matmul(error, parameters["W_hy"].swapaxes(1, 2))
        layer.backward(parameters, X, dh, gradient)
        return loss, gradient
