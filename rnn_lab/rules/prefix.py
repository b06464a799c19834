"""Steps of a window before those that its gradient reaches: in longer blocks, of which the state alone is kept."""

from rnn_lab.network import Network, Parameters
from rnn_lab.network.gated import IN_CACHE
from rnn_lab.network.layer import Array
from rnn_lab.network.recurrence import Recurrence

LONGEST = 64
"""Steps of a block: more save nothing."""


def make_prefix(network: Network, replicas: int, batch: int, history: int) -> Recurrence | None:
    """Allocate layers for the steps before the last ``history`` ones; None where longer blocks are not faster.

    Example:
        >>> from rnn_lab.network import Elman
        >>> network = Network(Elman(hidden_dim=32), inputs=1, outputs=1, window=100)
        >>> prefix = make_prefix(network, 1, 10, history=5)
        >>> None if prefix is None else prefix.history
        64
    """
    before = (network.window or 0) - history
    width = replicas * batch * network.model.GATES * network.model.hidden_dim
    block = min(before, LONGEST, IN_CACHE // width)
    return network.unroll(replicas, batch, block) if block > history else None


def go_through(recurrence: Recurrence, prefix: Recurrence | None, parameters: Parameters, X: Array) -> None:
    """Go through whole windows X (R, T, B, D) from the beginning; the last k steps are remembered."""
    if prefix is None:
        for _ in recurrence.iter_blocks(parameters, X):
            pass
        return
    before = X.shape[1] - recurrence.history
    for _ in prefix.iter_blocks(parameters, X[:, :before]):
        pass
    recurrence.time = prefix.time
    for layer, earlier in zip(recurrence.layers, prefix.layers, strict=True):
        layer.n_steps = 0
        for name, states in layer.carried.items():
            states[:, -1] = earlier.carried[name][:, -1]
    recurrence.forward_steps(parameters, X[:, before:])
