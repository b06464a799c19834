"""Largest Lyapunov exponents against closed forms, published numbers, and a differentiation done another way."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from rnn_lab.sequences import (
    ARMA,
    Generated,
    Henon,
    Logistic,
    Lorenz63,
    Lorenz96,
    MackeyGlass,
    Rossler,
    Sine,
    Stream,
    Sunspots,
)
from rnn_lab.sequences.lyapunov import largest_lyapunov, longest_step, lyapunov_of, system


def test_the_logistic_map_doubles_an_angle():
    found = largest_lyapunov(Logistic(length=1, r=4.0))
    assert found.exponent == pytest.approx(np.log(2), abs=1e-3)
    assert found.positive
    assert (found.step, found.time) == (1.0, 2000.0)


@pytest.mark.parametrize("r", [2.5, 3.2])
def test_stable_orbits_of_the_logistic_map_have_their_multiplier(r):
    """A fixed point x = 1 - 1/r has the slope 2 - r; the orbit of period two the product 4 + 2 r - r^2."""
    expected = np.log(abs(2 - r)) if r < 3 else np.log(abs(4 + 2 * r - r**2)) / 2
    found = largest_lyapunov(Logistic(length=1, r=r))
    assert found.exponent == pytest.approx(expected, abs=2e-3)
    assert not found.positive


@pytest.mark.slow
@pytest.mark.parametrize(
    ("generator", "published", "relative"),
    [
        (Henon(length=1), 0.4192, 0.01),  # Sprott, Chaos and Time-Series Analysis (2003)
        (Lorenz63(length=1), 0.9056, 0.02),  # the same
        (Lorenz63(length=1, sigma=16.0, rho=45.92, beta=4.0), 1.50, 0.02),  # Wolf et al. (1985)
        (Rossler(length=1, substeps=1), 0.0714, 0.08),  # Sprott (2003)
        (Lorenz96(length=1), 1.67, 0.04),  # Lorenz & Emanuel (1998): errors double in 2.1 days, 0.42 units
    ],
    ids=["henon", "lorenz63", "lorenz63 of wolf", "rossler", "lorenz96"],
)
def test_published_exponents(generator, published, relative):
    found = largest_lyapunov(generator)
    assert found.exponent == pytest.approx(published, rel=relative)
    assert abs(found.exponent - published) < max(5 * found.error, relative * published)
    assert found.positive


def tangent_exponent(tau, h, time, settle, walkers):
    """The exponent of the Mackey-Glass equation from its tangent equation, both by Heun's method."""
    n = round(tau / h)
    rng = np.random.default_rng(1)
    y, v = 1.2 + 0.3 * rng.uniform(-1, 1, (n + 1, walkers)), rng.standard_normal((n + 1, walkers))
    growth, delays = np.zeros(walkers), round((settle + time) / tau)
    for delay in range(delays):
        feed, tangent = 0.2 * y / (1 + y**10), 0.2 * (1 - 9 * y**10) / (1 + y**10) ** 2 * v
        y, v = heun(y[-1], feed, h), heun(v[-1], tangent, h)
        growth += np.log(np.linalg.norm(v, axis=0)) * (delay * tau >= settle)
        v /= np.linalg.norm(v, axis=0)
    return growth.mean() / time


def heun(now, feed, h):
    path = [now]
    for before, after in pairwise(feed):
        slope = before - 0.1 * now
        now = now + h / 2 * (slope + after - 0.1 * (now + h * slope))
        path.append(now)
    return np.array(path)


@pytest.mark.slow
@pytest.mark.parametrize("tau", [17.0, 30.0])
def test_the_delay_equation_against_its_tangent_equation(tau):
    found = largest_lyapunov(MackeyGlass(length=1, tau=tau))
    assert found.exponent == pytest.approx(tangent_exponent(tau, 0.5, 4000, 1500, 48), rel=0.12)
    assert 0.0045 < found.exponent < 0.0085
    assert found.positive


def test_the_delay_equation_advances_like_the_generator():
    equation = MackeyGlass(length=200, transient=0, substeps=20)
    orbit = equation(np.random.default_rng(0))[:, 0]
    dynamics = system(equation)
    history = dynamics.start[:, None]
    n = len(history) // 2 - 1
    for row in range(17, 200, 17):
        history = dynamics.advance(history)
        assert history[n, 0] == pytest.approx(orbit[row], abs=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize(
    "periodic",
    [MackeyGlass(length=1, tau=10.0), Rossler(length=1, c=2.5), Lorenz63(length=1, rho=10.0)],
    ids=["mackey-glass", "rossler", "lorenz63"],
)
def test_what_is_not_chaotic_has_no_lyapunov_time(periodic):
    found = largest_lyapunov(periodic)
    assert found.exponent < 0.01
    assert not found.positive


@pytest.mark.slow
def test_a_point_that_attracts_has_the_largest_real_part_of_its_eigenvalues():
    """x = F of Lorenz-96, stable below F = 8/9, grows at F max_k(cos a - cos 2a) - 1 with a = 2 pi k / J."""
    angles = 2 * np.pi * np.arange(40) / 40
    expected = 0.5 * np.max(np.cos(angles) - np.cos(2 * angles)) - 1
    found = largest_lyapunov(Lorenz96(length=1, forcing=0.5))
    assert found.exponent == pytest.approx(expected, abs=0.01)
    assert not found.positive


@pytest.mark.slow
@pytest.mark.parametrize("step", [0.001, 0.01, 0.04])
def test_the_sampling_does_not_matter(step):
    flow = Lorenz63(length=1, step=step)
    found = largest_lyapunov(flow)
    assert found.exponent == pytest.approx(0.906, rel=0.025)
    assert found.step == step
    assert step <= longest_step(flow) <= 0.06


@pytest.mark.slow
def test_what_runs_away_has_none():
    assert largest_lyapunov(Logistic(length=1, r=5.0)) is None
    assert largest_lyapunov(Lorenz63(length=1, step=1.0)) is None


def test_what_is_no_dynamical_system_has_none():
    assert largest_lyapunov(Sine(length=9)) is None
    assert largest_lyapunov(ARMA(length=9, ar=[0.5])) is None
    assert lyapunov_of(Sunspots(name="sunspots", window=12, train=0.7, validation=0.3)) is None


def test_a_stream_of_a_table_has_none_whatever_its_generator_would_have():
    stream = Stream(name="henon", series=Henon(length=99), train=0.7, validation=0.3)
    assert lyapunov_of(stream).positive
    assert lyapunov_of(replace(stream, path="table.csv")) is None


def test_the_same_generator_gives_the_same_bits():
    data = Generated(name="henon", series=Henon(length=99, noise=0.1), window=5, train=0.7, validation=0.3)
    assert lyapunov_of(data) == largest_lyapunov(Henon(length=5))
