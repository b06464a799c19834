"""Random guessing: draw all weights anew until a network happens to solve the task.

Nobody would train so; but a task that guessing solves does not show that another method is good at learning.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnn_lab.errors import BadInput
from rnn_lab.network import Network, Parameters
from rnn_lab.sequences import Records

AT_ONCE = 64
"""Networks tried in lockstep: more would only take more memory."""


@dataclass(frozen=True, eq=False)
class Guess:
    """The best of the networks that were tried.

    Attributes:
        tries: networks that were tried.
        first: number of the first that got every target right, from 1; None: none did.
        accuracy: share of the targets that the best one got right.
        parameters: the best one's, R = 1.
    """

    tries: int
    first: int | None
    accuracy: float
    parameters: Parameters


def guess(network: Network, records: Records, tries: int, rng: np.random.Generator, *, scale: float = 100.0) -> Guess:
    """Try networks whose every parameter is uniform on [-scale, scale), until one gets every target right.

    Args:
        network: of a size to guess; few weights are guessed soonest.
        records: with classes as targets. Score the best network on others: it was chosen by these.
        tries: the most networks to try, >= 1.
        rng: the only source of randomness; the same seed tries the same networks in the same order.
        scale: the paper's by default. Large weights saturate the units, which makes automata of networks.

    Raises:
        BadInput: the targets are numbers.

    Example:
        >>> from rnn_lab.network import Elman
        >>> from rnn_lab.sequences import FinalParity
        >>> records = FinalParity(length=8).draw(np.random.default_rng(0), 100)
        >>> network = Network(Elman(hidden_dim=2), inputs=1, outputs=2, window=8)
        >>> found = guess(network, records, 5000, np.random.default_rng(0))
        >>> found.accuracy, found.first == found.tries
        (1.0, True)

    Reference: Schmidhuber, Hochreiter & Bengio, "Evaluating benchmark problems by random guessing" (2001).
    """
    if records.Y.dtype.kind != "i":
        raise BadInput("random guessing needs a task with classes as targets: numbers are never guessed exactly")
    size = sum(int(np.prod(shape)) for shape in network.shapes.values())
    best, accuracy, first, tried = np.zeros((1, size), network.dtype), -1.0, None, 0
    while first is None and tried < tries:
        flat = rng.uniform(-scale, scale, (AT_ONCE, size))[: tries - tried].astype(network.dtype)
        scores = accuracies(network.predict(Parameters(flat, network.shapes), records.X), records)
        top = int(np.argmax(scores))  # the first, if several are perfect
        if scores[top] > accuracy:
            accuracy, best = float(scores[top]), flat[top : top + 1].copy()
        if accuracy == 1.0:
            first = tried + top + 1
        tried = first or tried + len(flat)
    return Guess(tried, first, accuracy, Parameters(best, network.shapes))


def accuracies(logits: NDArray[np.float64], records: Records) -> NDArray[np.float64]:
    """Share of the targets that count whose class has the largest logit: (R, N, [T,] O) -> (R,).

    Example:
        >>> records = Records(np.zeros((2, 5, 1)), np.array([0, 1]), np.arange(2))
        >>> accuracies(np.array([[[1.0, 0.0], [1.0, 0.0]]]), records)
        array([0.5])
    """
    right = logits.argmax(axis=-1) == records.Y
    counted = right.reshape(len(right), -1) if records.mask is None else right[:, records.mask]
    return np.asarray(counted.mean(axis=1))
