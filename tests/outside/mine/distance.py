"""The distance that the weights have come from where they began."""

import numpy as np
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.observers import Observer, Seen


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Distance(Observer):
    """distance = |theta - theta_0| / |theta_0| of each replica, over all parameters."""

    def watch(self, training):
        """Begin to watch a run: what is remembered belongs to it."""
        first = training.network.initial(training.seeds).flat

        def seen(snapshot):
            moved = np.linalg.norm(snapshot.parameters.flat - first, axis=1)
            return Seen(metrics={"distance": moved / np.linalg.norm(first, axis=1)})

        return seen
