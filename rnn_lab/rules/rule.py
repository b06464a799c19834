"""The interface of a rule: losses and a gradient of each replica, from windows or from the next steps of a stream.

A rule may go back through the remembered steps (back-propagation), or give a gradient at each step without going back,
or give a direction that is no gradient; who calls it sees no difference.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.errors import BadInput
from rnn_lab.network import Network, Parameters

Array = NDArray[Any]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Reach:
    """Settings of the trainer that a rule may need.

    Args:
        bptt_truncate: k, steps that a loss's gradient is sent back through.
        bptt_stride: k' <= k, steps between two ways back; None for k.
        clip_value: limit on an entry's size, for a rule that clips by itself; None for none.
    """

    bptt_truncate: Annotated[int, Field(ge=1)]
    bptt_stride: Annotated[int, Field(ge=1)] | None = None
    clip_value: Annotated[float, Field(gt=0)] | None = None


class WindowGradient(Protocol):
    """A rule at work on batches of windows of one size."""

    def __call__(
        self,
        parameters: Parameters,
        X: Array,
        Y: Array,
        weights: Array | None = None,
        sampled: Array | None = None,
    ) -> tuple[Array, Parameters]:
        """Losses (R,) and a gradient, which the next call overwrites.

        Args:
            parameters: of R networks.
            X: (R, T, B, D).
            Y: (R, B, O), or (R, T, B, O) with a loss at each step; of classes (R, B) or (R, T, B).
            weights: (R, T, B), of the losses at each step; None for their mean.
            sampled: (R, T, B), steps that read the network's last output instead of X.
        """

    def signals(self) -> Mapping[str, Array]:
        """Named arrays (R, ...) that describe the last call; empty if the rule has none or does not record them."""


class StreamGradient(Protocol):
    """A rule at work along the lanes of a stream; the state goes on from one call to the next."""

    def begin(self, parameters: Parameters) -> None:
        """Go to the beginning of every lane."""

    def __call__(
        self,
        parameters: Parameters,
        X: Array,
        Y: Array,
        weights: Array | None = None,
        sampled: Array | None = None,
    ) -> tuple[Array, Parameters]:
        """Losses (R,) and a gradient of the next n steps: X (R, n, B, D), Y (R, n, B, O) or classes (R, n, B)."""

    def signals(self) -> Mapping[str, Array]:
        """Named arrays (R, ...) that describe the last call; empty if the rule has none or does not record them."""


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Rule(ABC):
    """The way in which a gradient is obtained: a frozen component that makes what works on batches of one size."""

    supports_sampling: ClassVar[bool]
    """True if steps can read the network's own last output: the mask ``sampled``."""
    is_gradient: ClassVar[bool]
    """True if its result is the (truncated) gradient of the loss, so that a line search may rely on it."""
    estimates_gradient: ClassVar[bool] = False
    """True if its result estimates the gradient and can be compared with it, though no line search may rely on it."""
    clips_itself: ClassVar[bool] = False
    """True if it applies ``clip_value`` by itself, so that the trainer must not."""
    told_of_epochs: ClassVar[bool] = False
    """True if what it makes has ``begin_epoch(noise)``: it is then told of each epoch before the first batch, with
    generators to draw from, one a replica. What it draws or remembers lies within an epoch, so a run that resumes goes
    on as it would have."""

    def refuse(self, network: Network) -> None:  # noqa: B027 - most rules fit every network
        """Raise BadInput, with one sentence, if the rule does not fit the network's cell, window or loss."""

    def memory(self, network: Network, replicas: int, batch: int, settings: Reach) -> float:
        """Return the bytes that it needs beyond what back-propagation through k steps does."""
        return 0.0

    @abstractmethod
    def for_windows(self, network: Network, replicas: int, batch: int, settings: Reach) -> WindowGradient:
        """Allocate what works on batches of windows of one size."""

    @abstractmethod
    def for_stream(self, network: Network, replicas: int, lanes: int, settings: Reach) -> StreamGradient:
        """Allocate what works along a stream's lanes."""


@dataclass(frozen=True, kw_only=True, config=STRICT)
class WindowRule(Rule):
    """A rule that is defined for windows, and refuses a stream."""

    no_stream: ClassVar[str]
    """The reason, and another rule to take, as the end of a sentence whose subject is "a stream"."""

    def refuse(self, network: Network) -> None:
        """Refuse a stream."""
        if network.window is None:
            raise BadInput(
                f"the rule {type(self).__name__} is defined for windows, and the data is a stream, {self.no_stream}."
            )

    def for_stream(self, network: Network, replicas: int, lanes: int, settings: Reach) -> StreamGradient:
        """Refuse."""
        self.refuse(network)
        raise AssertionError("a stream's network has no window")


def memory_of_steps(network: Network, replicas: int, batch: int, steps: int) -> float:
    """Return the bytes of the layers' states and gates, and of the gradients at them, over so many steps."""
    H = network.model.hidden_dim
    gates = max(shape[-1] for name, shape in network.shapes.items() if name.startswith("W_hh"))
    numbers = float(replicas) * batch * steps * network.model.layers * (3 * gates + 2 * H)
    return numbers * np.dtype(network.dtype).itemsize


def mean_weights(weights: Array | None, shape: tuple[int, ...], dtype: Any) -> Array:
    """Weights (R, n, B) of losses as they are given, or those of the mean over n B losses.

    Example:
        >>> mean_weights(None, (1, 2, 2), float)
        array([[[0.25, 0.25],
                [0.25, 0.25]]])
    """
    return np.full(shape, 1.0 / (shape[1] * shape[2]), dtype) if weights is None else weights


def begin_epoch(at_work: Any, rule: Rule, noise: Sequence[np.random.Generator]) -> None:
    """Tell a rule at work that an epoch begins, and from which generators to draw, one a replica; if it asks for it."""
    if rule.told_of_epochs:
        at_work.begin_epoch(noise)
