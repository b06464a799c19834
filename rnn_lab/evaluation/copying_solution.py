"""The copying problem solved by hand: an orthogonal network that nobody has trained."""

import numpy as np

from rnn_lab.network import Elman, Network, Parameters
from rnn_lab.network.activations import Identity
from rnn_lab.network.losses import CrossEntropy
from rnn_lab.sequences import Copying


def copying_solution(task: Copying, sharpness: float = 40.0) -> tuple[Network, Parameters]:
    """Write the explicit solution of the copying problem into a linear network; its loss is about 0.

    H = T x symbols units, T the window: T places in a ring. A symbol enters at place 0 and moves on by one place a
    step, for W_hh is a cyclic shift, which is orthogonal; it is read at place delay + count, where it passes when it is
    asked for. The ring is as long as the window, so nothing comes round. The blank's logit is a constant half as high.

    Args:
        task: the problem.
        sharpness: the logit of a symbol that is due.

    Returns:
        The network and its parameters, R = 1.

    Example:
        >>> network, parameters = copying_solution(task := Copying(delay=5, count=3, symbols=4))
        >>> records = task.draw(np.random.default_rng(0), 100)
        >>> bool(task.success(network.predict(parameters, records.X), records).all())
        True

    Reference: Henaff, Szlam & LeCun, "Recurrent orthogonal networks and long-memory tasks" (2016).
    """
    T, symbols = task.window, task.symbols
    model = Elman(hidden_dim=T * symbols, activation=Identity())
    network = Network(model, len(task.inputs), len(task.targets), T, each_step=True, loss=CrossEntropy())
    parameters = network.zeros(1)
    each, place = np.arange(symbols), task.delay + task.count
    parameters["W_xh"][0, each, each] = 1.0
    parameters["W_hh"][0] = np.kron(np.roll(np.eye(T), 1, axis=1), np.eye(symbols))
    parameters["W_hy"][0, place * symbols + each, each] = sharpness
    parameters["b_y"][0, symbols] = sharpness / 2
    return network, parameters
