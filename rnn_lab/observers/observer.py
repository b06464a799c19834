"""Interface of observers: each is told about every epoch, and says what it measured."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from rnn_lab.network import Network, Parameters
from rnn_lab.rules import Reach, Rule
from rnn_lab.sequences import Data

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Training:
    """Setup of a training run, known before the first epoch.

    Attributes:
        network, data: what is trained, on what.
        rule, reach: how its gradient is obtained, and how far it goes back.
        seeds: one for each replica.
        epochs: the most that there will be.
    """

    network: Network
    data: Data
    rule: Rule
    reach: Reach
    seeds: Sequence[int]
    epochs: int


@dataclass(frozen=True, eq=False)
class Snapshot:
    """An epoch, as observers see it; its arrays are live, so copy what you keep.

    Attributes:
        epoch: 0 is before any update.
        parameters: the weights as they are, (R, ...).
        metrics: name -> (R,), of those weights.
    """

    epoch: int
    parameters: Parameters
    metrics: Mapping[str, Array]


@dataclass(frozen=True, eq=False)
class Seen:
    """Measurements of an observer after an epoch.

    Attributes:
        metrics: name -> (R,): they go to the journal, and from there to MLflow, as curves.
        arrays: name -> (R, ...): they are kept in the run folder.
        stop: asks the run to stop, and says why; None lets it go on.
    """

    metrics: Mapping[str, Array] = field(default_factory=dict)
    arrays: Mapping[str, Array] = field(default_factory=dict)
    stop: str | None = None


Watcher = Callable[[Snapshot], Seen]
"""An observer at work in one run; it may remember what it saw."""


class Observer(ABC):
    """Something that is watched each epoch: a frozen component, one YAML in ``conf/observers``. It never steers.

    One that raises is left out from then on: the run goes on, says so once, and the journal has the reason.
    """

    @abstractmethod
    def watch(self, training: Training) -> Watcher:
        """Begin to watch a run.

        Raises:
            BadInput: it does not fit what is trained; nothing has been written yet.
        """
