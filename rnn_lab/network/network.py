"""A recurrent network for records of one shape: recurrent layers, a linear readout, and what it says of records."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_lab.component import by_name
from rnn_lab.errors import BadInput, refuse_what_is_no_data
from rnn_lab.network.architecture import Architecture
from rnn_lab.network.losses import LOSSES, Loss
from rnn_lab.network.parameters import Parameters, Shapes
from rnn_lab.network.recurrence import Recurrence
from rnn_lab.rng import refuse_seeds

Array = NDArray[Any]
DTYPES = ("float64", "float32")


@dataclass(frozen=True)
class Network:
    """A model applied to windows (T, D), or to a stream without an end.

        h_1, h_2, .. = layers(x_1, x_2, ..),    o_t = h_t W_hy + b_y

    Args:
        model: the recurrent layers' description, such as `Elman`.
        inputs, outputs: D, O.
        window: T; None for a stream.
        dtype: ``"float64"`` or ``"float32"``, of parameters and arithmetic.
        each_step: whether o_t is wanted for every t, (T, O), or for the last one, (O,).
        loss: what a learning rule differentiates, a component or its name; with ``cross_entropy`` the outputs are
            logits of O classes.

    Example:
        >>> from rnn_lab.network import Elman
        >>> network = Network(Elman(hidden_dim=4), inputs=1, outputs=1, window=10)
        >>> network.predict(network.initial([0, 1, 2]), np.zeros((5, 10, 1))).shape
        (3, 5, 1)
    """

    model: Architecture
    inputs: int
    outputs: int
    window: int | None
    dtype: str = "float64"
    each_step: bool = False
    loss: Loss = LOSSES["half_mean_squared_error"]

    def __post_init__(self) -> None:
        given = {"inputs": self.inputs, "outputs": self.outputs, "window": 1 if self.window is None else self.window}
        for name, value in given.items():
            if not isinstance(value, int) or value is True or value < 1:
                raise BadInput(f"{name}={value!r} is not allowed: it should be a whole number from 1 on.")
        if self.dtype not in DTYPES:
            raise BadInput(f"dtype={self.dtype!r} is not allowed: it should be {' or '.join(DTYPES)}.")
        object.__setattr__(self, "loss", by_name(LOSSES, Loss)(self.loss))

    @classmethod
    def for_data(
        cls, data: Any, model: Architecture, *, dtype: str = "float64", loss: Loss | str | None = None
    ) -> "Network":
        """The network that fits some data.

        Args:
            data: a `rnn_lab.sequences.Dataset`: its inputs, targets and windows decide the shapes.
            model: the recurrent layers.
            dtype: of parameters and arithmetic.
            loss: None for the cross-entropy of classes, and half the mean squared error of numbers.

        Example:
            >>> from rnn_lab.network import Elman
            >>> from rnn_lab.sequences import Copying, TaskData
            >>> data = TaskData(name="copying", task=Copying(delay=5), train=10, validation=10).dataset()
            >>> network = Network.for_data(data, Elman(hidden_dim=4))
            >>> network.inputs, network.outputs, network.window, network.each_step, network.loss
            (10, 9, 25, True, CrossEntropy())
        """
        refuse_what_is_no_data(data)
        usual = "cross_entropy" if data.classes else "half_mean_squared_error"
        sizes = len(data.inputs), len(data.targets), data.window
        found: Any = usual if loss is None else loss
        return cls(model, *sizes, dtype=dtype, each_step=data.each_step, loss=found)

    @property
    def shapes(self) -> Shapes:
        """Name -> shape of every parameter, without the replica axis."""
        return self.model.shapes(self.inputs, self.outputs, self.window)

    def initial(self, seeds: Sequence[int]) -> Parameters:
        """Parameters before any update, one replica a seed.

        Raises:
            BadInput: seeds are no whole numbers from 0, or none is given.
        """
        refuse_seeds(seeds)
        drawn = [self.model.initial(seed, self.shapes) for seed in seeds]
        return Parameters.from_arrays(
            {name: np.stack([d[name] for d in drawn]).astype(self.dtype) for name in self.shapes}
        )

    def zeros(self, replicas: int) -> Parameters:
        """Parameters that are all zero: room for a gradient."""
        size = sum(int(np.prod(shape)) for shape in self.shapes.values())
        return Parameters(np.zeros((replicas, size), self.dtype), self.shapes)

    def unroll(self, replicas: int, batch: int, history: int) -> Recurrence:
        """Allocate the recurrent layers' passes for batches of one size."""
        return Recurrence(self.model, self.inputs, replicas, batch, history, self.dtype)

    def readout(self, parameters: Parameters, h: Array, X: Array, out: Array) -> None:
        """Write o = h W_hy + b_y, and + x W_xy if the model skips, for h (R, n, B, H) and X (R, n, B, D)."""
        np.matmul(h, parameters["W_hy"][:, None], out=out)
        if "W_xy" in parameters:
            out += X @ parameters["W_xy"][:, None]
        if "b_y" in parameters:
            out += parameters["b_y"][:, None, None]

    def time_major(self, X: Array, replicas: int) -> Array:
        """Records (N, T, ...), the same for each replica, in the order that the passes read: (R, T, N, ...)."""
        dtype = self.dtype if X.dtype.kind == "f" else X.dtype  # classes stay whole numbers
        ordered = np.ascontiguousarray(X.swapaxes(0, 1), dtype)
        return np.broadcast_to(ordered, (replicas, *ordered.shape))

    def predict(self, parameters: Parameters, X: Array) -> Array:
        """Outputs (R, N, O), or (R, N, T, O) if there is one at each step, for records X (N, T, D)."""
        self.refuse(parameters, X)
        return Outputs(self, parameters.replicas, X)(parameters)

    def refuse(self, parameters: Parameters, X: Array) -> None:
        """Refuse parameters of another network and records of another shape, which NumPy would broadcast.

        Raises:
            BadInput: it names both shapes.
        """
        self.refuse_parameters(parameters)
        fixed = self.each_step or any(len(shape) > 2 for shape in self.shapes.values())  # weights of each step's own
        steps = self.window if fixed else None
        wanted = f"(records, {steps or 'steps'}, {self.inputs})"
        found: Any = getattr(X, "dtype", type(X))  # windows that are cut as they are read have one too
        if getattr(found, "kind", "") not in ("f", "i", "u", "b"):
            raise BadInput(f"records must be an array {wanted} of real numbers, and are of type {found}.")
        if X.ndim != 3 or X.shape[2] != self.inputs or steps not in (None, X.shape[1]):
            raise BadInput(f"records of shape {X.shape} do not fit a network that reads {wanted}.")

    def refuse_parameters(self, parameters: Parameters) -> None:
        """Refuse what are not this network's parameters.

        Raises:
            BadInput: they are another network's, or none.
        """
        if not isinstance(parameters, Parameters):
            raise BadInput(f"parameters are needed, such as fit(...).parameters, not a {type(parameters).__name__}.")
        if parameters.shapes != dict(self.shapes) or parameters.flat.dtype != self.dtype:
            raise BadInput("these are another network's parameters: their names, shapes or dtype differ.")


class ForwardPass:
    """Outputs for batches of one size: (R, T, B, D) -> (R, B, O), or (R, T, B, O) if there is one at each step.

    Args:
        network: what to compute.
        replicas, batch: R, B.
        history: k, steps that are computed in one block, and remembered at the end; None: as many as go fast.
    """

    STEPS = 10  # in one block: the more, the fewer calls, as long as the states stay in the cache
    STATES = 2**17  # in such a block at most: 1 MB

    def __init__(self, network: Network, replicas: int, batch: int, history: int | None = None) -> None:
        self.network = network
        numbers = max(1, replicas * batch * network.model.hidden_dim)
        fast = max(1, min(self.STEPS, network.window or self.STEPS, self.STATES // numbers))
        self.recurrence = network.unroll(replicas, batch, history or fast)
        steps = network.window if network.each_step and network.window else 1
        self.outputs = np.zeros((replicas, steps, batch, network.outputs), network.dtype)

    def __call__(self, parameters: Parameters, X: Array) -> Array:
        """Outputs: a buffer that the next call overwrites."""
        readout, each_step = self.network.readout, self.network.each_step
        for block, h in self.recurrence.iter_blocks(parameters, X):
            if each_step:
                readout(parameters, h, X[:, block], self.outputs[:, block])
        if each_step:
            return self.outputs
        readout(parameters, h[:, -1:], X[:, -1:], self.outputs)
        return self.outputs[:, 0]


class Outputs:
    """Outputs for all records of a split, block by block, so that the states' memory does not grow with N.

    Args:
        network: what to compute.
        replicas: R.
        X: (N, T, D), the same for each replica; of windows that are cut out of a series, one block at a time is.

    Example:
        >>> from rnn_lab.network import Elman
        >>> network = Network(Elman(hidden_dim=4), inputs=1, outputs=1, window=10)
        >>> outputs_of = Outputs(network, replicas=1, X=np.zeros((3000, 10, 1)))
        >>> [block.shape for block in outputs_of.blocks()]
        [(1, 10, 1024, 1), (1, 10, 1024, 1), (1, 10, 952, 1)]
        >>> outputs_of(network.initial([0])).shape
        (1, 3000, 1)
    """

    BLOCK = 1024  # records: enough that the loop over blocks costs nothing
    NUMBERS = 2**18  # of X in a block at most: 2 MB

    def __init__(self, network: Network, replicas: int, X: Array) -> None:
        self.network, self.replicas, self.each_step, self.X = network, replicas, network.each_step, X
        steps = (X.shape[1],) if network.each_step else ()
        self.shape = (replicas, X.shape[0], *steps, network.outputs)
        self.size = max(1, min(self.BLOCK, self.NUMBERS // max(1, X.shape[1] * X.shape[2])))
        starts = range(0, X.shape[0], self.size)
        sizes = {min(self.size, X.shape[0] - start) for start in starts}  # the usual one, perhaps a smaller last one
        self._first = network.time_major(X[: self.size], replicas) if len(starts) == 1 else None
        self.forward = {size: ForwardPass(network, replicas, size) for size in sizes}

    def blocks(self) -> Iterator[Array]:
        """Yield the records in blocks (R, T, n, D), in the order that the passes read."""
        if self._first is not None:
            yield self._first
            return
        for start in range(0, self.shape[1], self.size):
            yield self.network.time_major(self.X[start : start + self.size], self.replicas)

    def __call__(self, parameters: Parameters) -> Array:
        """Outputs (R, N, O) or (R, N, T, O), in memory of their own."""
        outputs = np.empty(self.shape, parameters.flat.dtype)
        start = 0
        for block in self.blocks():
            with np.errstate(over="ignore", invalid="ignore"):  # a network that diverged says so in its outputs
                found = self.forward[block.shape[2]](parameters, block)
            place = outputs[:, start : start + self.size]
            place[...] = found.swapaxes(1, 2) if self.each_step else found
            start += self.size
            del block  # before the next one is cut out: never two at a time
        return outputs
