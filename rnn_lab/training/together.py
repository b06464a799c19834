"""Replicas that are updated together, so that they share NumPy's calls and a cache."""

import numpy as np

from rnn_lab.network import Network

BUSY = 10**5
"""Multiplications of a step's states by W_hh from which on they outweigh the calls of NumPy that replicas share."""
THIRD_LEVEL, SECOND_LEVEL = 2**23, 2**20
"""Bytes of a cache that replicas updated together may fill: where the calls count, and where they do not."""


def blocks(replicas: int, network: Network, parameters: int, batch: int, k: int) -> list[slice]:
    """Blocks of replicas, each as large as fits a cache; at least one replica each.

    A replica touches its P parameters, their gradient and two moments, and the states and slopes of k steps. The
    smaller a step, the more there is to gain by sharing calls; the larger, the more by keeping a replica's own numbers
    near. Replicas are independent of each other, so that no bit depends on it.

    Args:
        replicas: R.
        network: of the replicas.
        parameters: P, of each.
        batch: records of an update.
        k: steps that the gradient goes back.

    Example:
        >>> from rnn_lab.network import Elman
        >>> blocks(3, Network(Elman(hidden_dim=32), 1, 1, 50), 1153, 10, 50)
        [slice(0, 3, None)]
        >>> blocks(3, Network(Elman(hidden_dim=100), 1, 1, 50), 10401, 10, 50)
        [slice(0, 1, None), slice(1, 2, None), slice(2, 3, None)]
    """
    model = network.model
    states = k * batch * model.layers * model.GATES * model.hidden_dim
    each = np.dtype(network.dtype).itemsize * (4 * parameters + 2 * states)
    busy = batch * model.GATES * model.hidden_dim**2 >= BUSY
    size = max((SECOND_LEVEL if busy else THIRD_LEVEL) // each, 1)
    return [slice(first, min(first + size, replicas)) for first in range(0, replicas, size)]
