"""Largest Lyapunov exponent: the rate at which a chaotic system forgets, from the system itself.

Two neighbouring orbits are followed, their distance is set back before it leaves the linear regime, and the logarithms
of its growth are averaged (Benettin's method). Many pairs side by side cost hardly more than one, so a fraction of a
second of arithmetic covers thousands of units of time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import singledispatch
from typing import Any

import numpy as np

from rnn_lab.sequences.generator import Generator
from rnn_lab.sequences.mackey_glass import MackeyGlass
from rnn_lab.sequences.maps import Henon, Logistic
from rnn_lab.sequences.runge_kutta import Flow, rk4_step
from rnn_lab.sequences.scaling import Array

NUMBERS = 8192
"""Of all states together: the more variables a system has, the fewer pairs are followed, from 64 down to 8."""
APART = 1e-7
"""Distance of two neighbours in units of the states' size: far above rounding, far below the attractor."""
SCATTER = 1e-2
"""Scatter of the pairs about the system's own start, in units of |start| + 1: small enough to stay in its basin."""
TOLERANCE = 2e-3
"""Error of a Runge-Kutta step, relative to how far it goes, that the exponent of a flow forgives."""
FOLDS = 4.0
"""An exponent is taken for positive if the distance grew by so many powers of e in all: a periodic orbit's does not."""


@dataclass(frozen=True, eq=False)
class System:
    """A dynamical system that advances K states side by side.

    Attributes:
        start: (C,) its initial state.
        advance: (C, K) states to the states a stretch of time later.
        stretch: that time, in the system's units.
        settle, measure: stretches to follow before the exponent is measured, and while it is.
    """

    start: Array
    advance: Callable[[Array], Array]
    stretch: float
    settle: int
    measure: int


@dataclass(frozen=True)
class Lyapunov:
    """The largest Lyapunov exponent of a generator.

    Attributes:
        exponent: per unit of the system's time: neighbours separate like e^(exponent t).
        error: its standard error, from the differences between the pairs.
        step: time between two rows of the series; 1 for a map.
        time: how long each pair was followed.
    """

    exponent: float
    error: float
    step: float
    time: float

    @property
    def positive(self) -> bool:
        """True if it can be told from zero, so that 1 / exponent is a time scale: the Lyapunov time."""
        return self.exponent * self.time > FOLDS


def largest_lyapunov(generator: Generator) -> Lyapunov | None:
    """Estimate the largest Lyapunov exponent of a generator without its noise; None where none is defined.

        lambda = mean over pairs and time of log(|d(t + stretch)| / |d(t)|) / stretch

    Defined for every `Flow`, for the Logistic and the Henon map, and for MackeyGlass, whose state is its history over
    one delay. A system of your own that is none of these joins by ``system.register``. It takes some tenths of a
    second; the same generator gives the same bits. Pairs that run away are left out; None if all do.

    Example:
        >>> found = largest_lyapunov(Logistic(length=1, r=4.0))
        >>> bool(abs(found.exponent - np.log(2)) < 0.01), found.positive
        (True, True)

    References:
        Benettin, Galgani, Giorgilli & Strelcyn, "Lyapunov characteristic exponents for smooth dynamical systems and for
        Hamiltonian systems" (1980); Farmer, "Chaotic attractors of an infinite-dimensional dynamical system" (1982),
        on the delay equation.
    """
    rng = np.random.default_rng(0)
    with np.errstate(all="ignore"):  # a pair that runs away is dropped below, once
        dynamics = system(generator)
        if dynamics is None:
            return None
        start = dynamics.start[:, None]
        pairs = int(np.clip(NUMBERS // len(start), 8, 64))
        states = start + SCATTER * (np.abs(start) + 1.0) * rng.standard_normal((len(start), pairs))
        for _ in range(dynamics.settle):
            states = dynamics.advance(states)
        apart = APART * (np.sqrt(np.mean(states**2, axis=0)) + APART)
        away = rng.standard_normal(states.shape)
        growth = np.zeros(pairs)
        for stretch in range(-(dynamics.measure // 8), dynamics.measure):  # first, the difference finds its direction
            neighbours = states + away * (apart / np.linalg.norm(away, axis=0))
            both = dynamics.advance(np.concatenate([states, neighbours], axis=1))
            states, away = both[:, :pairs], both[:, pairs:] - both[:, :pairs]
            if stretch >= 0:
                growth += np.log(np.linalg.norm(away, axis=0) / apart)
    kept = growth[np.isfinite(states).all(axis=0) & ~np.isnan(growth)]
    if not len(kept):
        return None
    time = dynamics.measure * dynamics.stretch
    error = kept.std() / np.sqrt(len(kept)) if np.isfinite(kept).all() else 0.0
    return Lyapunov(float(kept.mean() / time), float(error / time), float(getattr(generator, "step", 1.0)), time)


def lyapunov_of(data: Any) -> Lyapunov | None:
    """Return the exponent of the generator behind a component such as `Generated` or `Stream`; None: it has none.

    A stream of a table has a generator too, which is not asked.
    """
    series = getattr(data, "series", None) if getattr(data, "path", None) is None else None
    return largest_lyapunov(series) if isinstance(series, Generator) else None


@singledispatch
def system(generator: Generator) -> System | None:
    """Return the dynamical system behind a generator; None if there is none here."""
    del generator
    return None


@system.register
def _(generator: Logistic) -> System:
    return System(np.array([generator.start]), lambda x: generator.r * x * (1.0 - x), 1.0, 500, 2000)


@system.register
def _(generator: Henon) -> System:
    def advance(states: Array) -> Array:
        x, y = states
        return np.array([1.0 - generator.a * x * x + y, generator.b * x])

    return System(np.array(generator.start), advance, 1.0, 500, 2000)


@system.register
def _(flow: Flow) -> System:
    h = longest_step(flow)
    return System(flow.initial(), lambda states: rk4_step(flow.derivative, states, h), h, 800, 4000)


def longest_step(flow: Flow) -> float:
    """Double the Runge-Kutta step while that stays accurate: the exponent is the equation's, however it is sampled."""
    h, state = flow.step / flow.substeps, flow.initial()
    while True:
        worst = 0.0
        for _ in range(200):
            before, half = state, rk4_step(flow.derivative, state, h)
            once, state = rk4_step(flow.derivative, state, 2 * h), rk4_step(flow.derivative, half, h)
            moved = np.linalg.norm(state - before)
            worst = max(worst, float(np.linalg.norm(once - state) / moved) if moved else np.inf)
        if not worst < TOLERANCE:
            return h
        h *= 2


@system.register
def _(equation: MackeyGlass) -> System:
    """Advance the history, y and y' on a grid over one delay, by one delay: all of its feed is known before.

        y(t + h) = E y(t) + h/6 (E F(t) + 4 sqrt(E) F(t + h/2) + F(t + h)),    E = e^(-gamma h)

    is Simpson's rule for the variation of constants, F the production from the delayed y; between grid points that is
    the cubic Hermite polynomial. Both are accurate to O(h^4).
    """
    n = max(64, int(np.ceil(20 * equation.gamma * equation.tau)))
    h = equation.tau / n
    decay = np.exp(-equation.gamma * h)
    powers = decay ** np.arange(n + 1)[:, None]

    def production(y: Array) -> Array:
        return equation.beta * y / (1.0 + y**equation.exponent)

    def advance(states: Array) -> Array:
        y, slope = states[: n + 1], states[n + 1 :]
        halfway = 0.5 * (y[:-1] + y[1:]) + 0.125 * h * (slope[:-1] - slope[1:])
        feed = production(y)
        added = h / 6 * (decay * feed[:-1] + 4 * np.sqrt(decay) * production(halfway) + feed[1:])
        after = powers * np.concatenate([y[-1:], y[-1] + np.cumsum(added / powers[1:], axis=0)])
        return np.concatenate([after, feed - equation.gamma * after])

    start = np.concatenate([np.full(n + 1, equation.start), np.zeros(n + 1)])
    return System(start, advance, equation.tau, 150, 800)
