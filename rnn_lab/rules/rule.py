"""What every learning rule offers: a gradient of each replica, of windows or of the next steps of a stream."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Protocol

from rnn_lab.network.layer import Array
from rnn_lab.network.network import Network
from rnn_lab.network.parameters import Parameters


@dataclass(frozen=True)
class Reach:
    """How far a rule may go, as the trainer says: ``trainer.bptt_truncate`` and its companions."""

    bptt_truncate: int
    bptt_stride: int | None = None
    clip_value: float | None = None


class WindowGradient(Protocol):
    """Loss and gradient of batches of windows of one size."""

    def __call__(
        self, parameters: Parameters, X: Array, Y: Array, weights: Array | None = None, sampled: Array | None = None
    ) -> tuple[Array, Parameters]:
        """Loss (R,) and gradient."""


class StreamGradient(Protocol):
    """Loss and gradient of the next steps of a stream; the state goes on from one call to the next."""

    def begin(self, parameters: Parameters) -> None:
        """Go to the beginning of every lane."""

    def __call__(
        self, parameters: Parameters, X: Array, Y: Array, sampled: Array | None = None
    ) -> tuple[Array, Parameters]:
        """Loss (R,) and gradient."""


class Rule(ABC):
    """A learning rule: a frozen component."""

    supports_sampling: ClassVar[bool] = False
    is_gradient: ClassVar[bool] = False
    clips_itself: ClassVar[bool] = False

    def refuse(self, network: Network) -> None:  # noqa: B027 - to be overridden where there is something to refuse
        """Raise BadInput where the rule does not fit the network."""

    @abstractmethod
    def for_windows(self, network: Network, replicas: int, batch: int, reach: Reach) -> WindowGradient:
        """Allocate for batches of one size."""

    @abstractmethod
    def for_stream(self, network: Network, replicas: int, lanes: int, reach: Reach) -> StreamGradient:
        """Allocate for so many lanes."""
