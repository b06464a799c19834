"""A gradient that goes forward with the network: of windows, and of streams, step by step and never back.

    ds_t/dtheta = J_t ds_{t-1}/dtheta + M_t,    dL/dtheta = sum_t dL_t/ds_t ds_t/dtheta

What is carried of ds_t/dtheta, all of it or an approximation, is an `Influence`; J and M are those of `local`. The
state is carried across calls along a stream, and so is the influence: it then belongs to the parameters before the
last update too, as with every such rule, and is the exact one while they stand still.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic.dataclasses import dataclass as component

from rnn_lab.component import STRICT
from rnn_lab.network import Network, Parameters
from rnn_lab.network.layer import Weights
from rnn_lab.rng import named_rng
from rnn_lab.rules.local import linearise, parts, refuse_unknown
from rnn_lab.rules.rule import Reach, Rule, mean_weights
from rnn_lab.rules.step import Step, Term

Array = NDArray[Any]
Noise = Callable[[], Array]
"""Signs of the step, -1 or 1, (R, B, S); a rule that is not random never asks."""


@dataclass(frozen=True)
class Sizes:
    """R, B, S and the layer's parameters, whose n numbers are the first of all."""

    network: Network
    replicas: int
    batch: int

    @cached_property
    def state(self) -> int:
        """S."""
        return parts(self.network.model) * self.network.model.hidden_dim

    @cached_property
    def layer(self) -> dict[str, tuple[int, ...]]:
        """Name -> shape of the recurrent layer's parameters, without the replica axis."""
        return {name: shape for name, shape in self.network.shapes.items() if name not in ("W_hy", "W_xy", "b_y")}

    @cached_property
    def count(self) -> int:
        """Number of these parameters, entry by entry: n."""
        return sum(int(np.prod(shape)) for shape in self.layer.values())

    def views(self, flat: Array) -> dict[str, Array]:
        """Name the parts of an array (..., n): each (..., *shape), a view."""
        found, start = {}, 0
        for name, shape in self.layer.items():
            stop = start + int(np.prod(shape))
            found[name] = flat[..., start:stop].reshape(*flat.shape[:-1], *shape)
            start = stop
        return found


class Influence(ABC):
    """Influence ds_t/dtheta, or an approximation of it, carried from step to step."""

    @abstractmethod
    def begin(self, noise: Noise) -> None:
        """Go to the state before the first step: it depends on a learned start, and on nothing else."""

    @abstractmethod
    def advance(self, step: Step, position: int, noise: Noise) -> None:
        """Go on by a step, the one of that number in its window."""

    @abstractmethod
    def collect(self, ds: Array, gradient: Parameters) -> None:
        """Add dL/ds ds/dtheta, summed over records, to the layer's gradient; ds is (R, B, S)."""


class ForwardGradient:
    """Loss and gradient of windows, or of the next steps of a stream.

    Args:
        network: what to differentiate: one recurrent layer.
        replicas, batch: R, B.
        influence: what it carries.
        feedback: (O, H), the way of the outputs' errors to the states; None for the readout's own weights.
    """

    def __init__(
        self, network: Network, replicas: int, batch: int, influence: Influence, feedback: Array | None = None
    ) -> None:
        self.network, self.influence, self.feedback = network, influence, feedback
        self.sizes = Sizes(network, replicas, batch)
        self.gradient = network.zeros(replicas)
        self._state = np.zeros((replicas, batch, self.sizes.state), network.dtype)
        self._noise: Sequence[np.random.Generator] = [named_rng(replica, "noise") for replica in range(replicas)]
        self._position = 0

    def begin_epoch(self, noise: Sequence[np.random.Generator]) -> None:
        """Take random numbers from these streams from now on, one a replica."""
        self._noise = noise

    def signals(self) -> dict[str, Array]:
        """None: nothing is sent back."""
        return {}

    def begin(self, parameters: Parameters) -> None:
        """Go to the beginning of every record or lane."""
        starts = [name for name in self.network.model.STARTS if name in parameters]
        self._state[...] = np.concatenate([parameters[name] for name in starts], axis=1)[:, None] if starts else 0.0
        self._position = 0
        self.influence.begin(self._signs)

    def _signs(self) -> Array:
        _, B, S = self._state.shape
        drawn = np.stack([rng.integers(2, size=(B, S)) for rng in self._noise])
        return (2 * drawn - 1).astype(self._state.dtype)

    def __call__(
        self,
        parameters: Parameters,
        X: Array,
        Y: Array,
        weights: Array | None = None,
        sampled: Array | None = None,
    ) -> tuple[Array, Parameters]:
        """Loss (R,) and gradient; see `WindowGradient` and `StreamGradient`."""
        if self.network.window is not None:
            self.begin(parameters)
        X = X.astype(self.network.dtype, copy=False)  # else the state would take a stream's precision
        R, n, B = X.shape[:3]
        if not self.network.each_step:
            Y = Y[:, None]
        first = n - Y.shape[1]
        weights = mean_weights(weights, (R, Y.shape[1], B), X.dtype)
        layer, loss = parameters.layer(1), np.zeros(R)
        self.gradient.flat.fill(0.0)
        for t in range(n):
            step = linearise(self.network.model, at_position(layer, self._position), X[:, t], self._state)
            self.influence.advance(step, self._position, self._signs)
            self._state = step.state
            self._position += 1
            if t >= first:
                loss = loss + self._learn(parameters, X[:, t], Y[:, t - first], weights[:, t - first])
        return loss, self.gradient

    def _learn(self, parameters: Parameters, x: Array, y: Array, weights: Array) -> Array:
        """Add the gradient of the loss after this step."""
        h = self._state[..., : self.network.model.hidden_dim]
        loss, error = readout_error(self.network, parameters, h, x, y, weights, self.gradient)
        ds = np.zeros_like(self._state)
        feedback = parameters["W_hy"].swapaxes(1, 2) if self.feedback is None else self.feedback
        np.matmul(error, feedback, out=ds[..., : h.shape[-1]])
        self.influence.collect(ds, self.gradient)
        return loss


def readout_error(
    network: Network, parameters: Parameters, h: Array, x: Array, y: Array, weights: Array, gradient: Parameters
) -> tuple[Array, Array]:
    """Loss (R,) and dL/do (R, B, O) of one step; the readout's gradient is added to ``gradient``."""
    outputs = np.empty((*h.shape[:2], network.outputs), h.dtype)
    network.readout(parameters, h[:, None], x[:, None], outputs[:, None])
    error = np.empty_like(outputs)
    loss = network.loss(outputs, y, error, weights)
    gradient["W_hy"][...] += h.swapaxes(1, 2) @ error
    if "W_xy" in gradient:
        gradient["W_xy"][...] += x.swapaxes(1, 2) @ error
    if "b_y" in gradient:
        gradient["b_y"][...] += error.sum(axis=1)
    return loss, error


def at_position(layer: Weights, position: int) -> Weights:
    """Weights of the step of that number in its window: its own, where each position has its own."""
    W_xh = layer["W_xh"]
    return layer if W_xh.ndim == 3 else {**layer, "W_xh": W_xh[:, position]}


def block(views: Weights, term: Term, position: int, axes: int) -> Array:
    """Find a term's columns among views (.., *shape) behind ``axes`` axes; of weights by position, this step's."""
    view = views[term.name]
    if term.name == "W_xh" and view.ndim == axes + 3:
        view = view[(slice(None),) * axes + (position,)]
    return view[..., term.columns]


@component(frozen=True, kw_only=True, config=STRICT)
class ForwardRule(Rule):
    """A rule that carries an influence forward, for one recurrent layer whose derivatives are known."""

    supports_sampling: ClassVar[bool] = False
    is_gradient: ClassVar[bool] = False
    estimates_gradient: ClassVar[bool] = True

    @abstractmethod
    def influence(self, sizes: Sizes) -> Influence:
        """Allocate what is carried."""

    def carried(self, sizes: Sizes) -> int:
        """Return how many numbers the influence has for each record."""
        return sizes.count

    def memory(self, network: Network, replicas: int, batch: int, settings: Reach) -> float:
        """Return the influence's bytes."""
        return float(
            replicas * batch * self.carried(Sizes(network, replicas, batch)) * np.dtype(network.dtype).itemsize
        )

    def errors_feedback(self, network: Network) -> Array | None:
        """Weights (O, H) that lead errors back to the states; None for the readout's own."""
        return None

    def refuse(self, network: Network) -> None:
        """Refuse a stack of layers, and a cell whose derivatives nobody has written down."""
        refuse_unknown(type(self).__name__, network.model)

    def for_windows(self, network: Network, replicas: int, batch: int, settings: Reach) -> ForwardGradient:
        """Allocate what works on batches of windows of one size."""
        influence = self.influence(Sizes(network, replicas, batch))
        return ForwardGradient(network, replicas, batch, influence, self.errors_feedback(network))

    def for_stream(self, network: Network, replicas: int, lanes: int, settings: Reach) -> ForwardGradient:
        """Allocate what works along a stream's lanes."""
        return self.for_windows(network, replicas, lanes, settings)
