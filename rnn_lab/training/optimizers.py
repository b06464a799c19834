"""First-order optimizers: rules that turn a gradient into an update, in place, on flat parameters (R, P)."""

from dataclasses import field
from typing import Annotated

import numpy as np
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT, short_repr
from rnn_lab.errors import BadInput
from rnn_lab.training.optimizer import Array, FirstOrder, Moments
from rnn_lab.training.schedules import Constant, Cosine, Schedule

Rate = Annotated[float, Field(gt=0)]
Decay = Annotated[float, Field(ge=0, lt=1)]
Small = Annotated[float, Field(gt=0)]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class SGD(FirstOrder):
    """Stochastic gradient descent, with momentum and Nesterov's look-ahead as options.

        v <- momentum v + g,    theta <- theta - rate v                    (momentum)
                                theta <- theta - rate (g + momentum v)     (Nesterov)

    Args:
        learning_rate: rate before its schedule.
        momentum: 0 for plain descent.
        nesterov: needs momentum > 0.
        schedule: factor on the rate.

    Example:
        >>> theta, optimizer = np.array([[1.0]]), SGD(learning_rate=0.1)
        >>> optimizer.update(theta, np.array([[2.0]]), np.array([[0.1]]), optimizer.begin(theta), count=1)
        >>> theta
        array([[0.8]])

    Reference: Sutskever, Martens, Dahl & Hinton, "On the importance of initialization and momentum in deep learning"
    (2013); Nesterov's rule in the form that deep-learning libraries use.
    """

    __repr__ = short_repr

    learning_rate: Rate = 0.01
    momentum: Decay = 0.0
    nesterov: bool = False
    schedule: Schedule = field(default_factory=Constant)

    def __post_init__(self) -> None:
        if self.nesterov and self.momentum == 0:
            raise BadInput("optimizer.nesterov=true needs optimizer.momentum above 0.")

    def begin(self, theta: Array) -> Moments:
        """The moments before the first update."""
        return {"velocity": np.zeros_like(theta)} if self.momentum else {}

    def update(self, theta: Array, gradient: Array, rate: Array, moments: Moments, count: int) -> None:
        """Apply the rule above, in place."""
        if self.momentum:
            velocity = moments["velocity"]
            velocity *= self.momentum
            velocity += gradient
            gradient = gradient + self.momentum * velocity if self.nesterov else velocity
        theta -= rate * gradient


@dataclass(frozen=True, kw_only=True, config=STRICT)
class RMSprop(FirstOrder):
    """Divide the gradient by a running root mean square of itself.

        s <- decay s + (1 - decay) g^2,    theta <- theta - rate g / (sqrt(s) + epsilon)

    Args:
        learning_rate: rate before its schedule.
        decay: of the running mean.
        epsilon: keeps the division finite.
        schedule: factor on the rate.

    Example:
        >>> theta, optimizer = np.array([[1.0]]), RMSprop(decay=0.75)
        >>> optimizer.update(theta, np.array([[4.0]]), np.array([[0.1]]), optimizer.begin(theta), count=1)
        >>> theta.round(6)
        array([[0.8]])

    Reference: Tieleman & Hinton, "Lecture 6.5: RMSprop" (2012).
    """

    __repr__ = short_repr

    learning_rate: Rate = 0.001
    decay: Decay = 0.99
    epsilon: Small = 1e-8
    schedule: Schedule = field(default_factory=Constant)

    def begin(self, theta: Array) -> Moments:
        """The moments before the first update."""
        return {"square": np.zeros_like(theta), "scratch": np.zeros_like(theta)}

    def update(self, theta: Array, gradient: Array, rate: Array, moments: Moments, count: int) -> None:
        """Apply the rule above, in place."""
        square, scratch = moments["square"], moments["scratch"]
        _running_mean(square, np.multiply(gradient, gradient, out=scratch), self.decay)
        np.sqrt(square, out=scratch)
        scratch += self.epsilon
        gradient /= scratch
        gradient *= rate
        theta -= gradient


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Adam(FirstOrder):
    """Adam; with ``weight_decay`` above 0 it is AdamW, whose decay is decoupled from the gradient.

        m <- beta1 m + (1 - beta1) g,    v <- beta2 v + (1 - beta2) g^2
        theta <- theta - rate (m / (1 - beta1^n)) / (sqrt(v / (1 - beta2^n)) + epsilon) - rate weight_decay theta

    with n the number of updates, this one included.

    Args:
        learning_rate: rate before its schedule.
        beta1, beta2: decays of the running means. beta2 is lower than the usual 0.999: with a few hundred updates in a
            run, a shorter memory serves better.
        epsilon: keeps the division finite.
        weight_decay: of all parameters, biases too.
        schedule: factor on the rate.

    Example:
        >>> theta, optimizer = np.array([[1.0]]), Adam()
        >>> optimizer.update(theta, np.array([[5.0]]), np.array([[0.1]]), optimizer.begin(theta), count=1)
        >>> theta.round(6)
        array([[0.9]])

    Reference: Kingma & Ba, "Adam: a method for stochastic optimization" (2015); Loshchilov & Hutter, "Decoupled weight
    decay regularization" (2019).
    """

    __repr__ = short_repr

    learning_rate: Rate = 0.01
    beta1: Decay = 0.9
    beta2: Decay = 0.95
    epsilon: Small = 1e-8
    weight_decay: Annotated[float, Field(ge=0)] = 0.0
    schedule: Schedule = field(default_factory=Cosine)

    def begin(self, theta: Array) -> Moments:
        """The moments before the first update."""
        return {"mean": np.zeros_like(theta), "square": np.zeros_like(theta), "scratch": np.zeros_like(theta)}

    def update(self, theta: Array, gradient: Array, rate: Array, moments: Moments, count: int) -> None:
        """Apply the rule above, in place."""
        mean, square, scratch = moments["mean"], moments["square"], moments["scratch"]
        _running_mean(square, np.multiply(gradient, gradient, out=scratch), self.beta2)
        _running_mean(mean, gradient, self.beta1)
        np.multiply(square, 1 / (1 - self.beta2**count), out=scratch)
        np.sqrt(scratch, out=scratch)
        scratch += self.epsilon
        np.divide(mean, scratch, out=scratch)
        if self.weight_decay:
            theta *= 1 - rate * self.weight_decay
        scratch *= rate / (1 - self.beta1**count)
        theta -= scratch


def _running_mean(mean: Array, value: Array, decay: float) -> None:
    """Overwrite mean with decay mean + (1 - decay) value; value is scratch afterwards."""
    mean *= decay
    value *= 1 - decay
    mean += value
