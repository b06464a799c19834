"""Records laid out in the order in which the passes read them, and batches of them."""

from typing import Any

from numpy.typing import NDArray

from rnn_lab.network import Network
from rnn_lab.sequences import Records
from rnn_lab.sequences.frames import gatherer

Array = NDArray[Any]


class TimeMajor:
    """Scaled records with time before records, in the network's precision; classes stay whole numbers.

    Args:
        network: what reads them.
        records: N of them. Windows of a series are cut out of it batch by batch, and never laid out as a whole.

    Attributes:
        steps: T.

    Example:
        >>> import numpy as np
        >>> from rnn_lab.network import Elman
        >>> network = Network(Elman(), inputs=1, outputs=1, window=3)
        >>> records = Records(np.zeros((5, 3, 1)), np.zeros((5, 1)), np.arange(5))
        >>> X, Y, weights = TimeMajor(network, records).batch(np.array([[0, 1], [4, 2]]))
        >>> X.shape, Y.shape, weights
        ((2, 3, 2, 1), (2, 2, 1), None)
    """

    def __init__(self, network: Network, records: Records) -> None:
        self.each_step, self.steps, self._count = network.each_step, int(records.X.shape[1]), len(records)
        self._inputs = gatherer(records.X, network.dtype)
        if self.each_step:
            self._targets = gatherer(records.Y, network.dtype)
        else:
            self.Y = records.Y.astype(network.dtype) if records.Y.dtype.kind == "f" else records.Y
        self.mask = None if records.mask is None else records.mask.T.astype(network.dtype)  # (T, N)

    def __len__(self) -> int:
        return self._count

    def batch(self, which: Array) -> tuple[Array, Array, Array | None]:
        """Gather records ``which`` (R, B) of each replica: X (R, T, B, D), Y, and the weights of their losses.

        Y is (R, B, O), or (R, T, B, O) with targets at each step; of classes (R, B) or (R, T, B). The weights (R, T, B)
        are 1 over the number of steps that count where one counts, else 0; None where all count.
        """
        X = self._inputs(which).swapaxes(0, 1)
        if not self.each_step:
            return X, self.Y[which], None
        Y = self._targets(which).swapaxes(0, 1)
        if self.mask is None:
            return X, Y, None
        counted = self.mask[:, which].swapaxes(0, 1)
        return X, Y, counted / counted.sum(axis=(1, 2), keepdims=True)
