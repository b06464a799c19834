"""Runge-Kutta by its order of convergence, and flows by what they promise of time."""

from collections.abc import Callable

import numpy as np
import pytest
from pydantic import ValidationError

from rnn_lab.errors import BadInput
from rnn_lab.sequences import Lorenz63, Lorenz96, Rossler
from rnn_lab.sequences.runge_kutta import Flow, rk4_step
from rnn_lab.sequences.scaling import Array

RNG = np.random.default_rng(0)
FLOWS = [Lorenz63, Rossler, Lorenz96]


def integrate(derivative: Callable[[Array], Array], state: Array, time: float, steps: int) -> Array:
    for _ in range(steps):
        state = rk4_step(derivative, state, time / steps)
    return state


def orders(errors: list[float]) -> Array:
    return np.log2(np.array(errors[:-1]) / errors[1:])


def test_order_four_on_a_rotation() -> None:
    """dx/dt = i x turns the unit circle: x(1) = (cos 1, sin 1)."""
    turn = np.array([[0.0, -1.0], [1.0, 0.0]])
    exact = np.array([np.cos(1.0), np.sin(1.0)])
    errors = [
        float(np.linalg.norm(integrate(lambda x: turn @ x, np.array([1.0, 0.0]), 1.0, steps) - exact))
        for steps in (8, 16, 32, 64)
    ]
    np.testing.assert_allclose(orders(errors), 4.0, atol=0.05)


def test_order_four_on_a_nonlinear_equation() -> None:
    """The logistic equation dx/dt = x (1 - x) has the solution 1 / (1 + 9 e^-t) from 0.1."""
    errors = [
        float(abs(integrate(lambda x: x * (1 - x), np.array([0.1]), 2.0, steps)[0] - 1 / (1 + 9 * np.exp(-2.0))))
        for steps in (8, 16, 32)
    ]
    np.testing.assert_allclose(orders(errors), 4.0, atol=0.15)


def test_one_step_of_a_linear_equation_is_its_taylor_polynomial() -> None:
    z = -0.7
    step = rk4_step(lambda x: z * x, np.array([1.0]), 1.0)
    np.testing.assert_allclose(step, 1 + z + z**2 / 2 + z**3 / 6 + z**4 / 24, rtol=1e-15)


@pytest.mark.parametrize("kind", FLOWS)
def test_flows_converge_with_order_four(kind: type[Flow]) -> None:
    """From the attractor over half a unit of time, against a solution sixteen times finer than the finest."""
    start = kind(length=1, step=0.01, transient=1500)(RNG)[0]

    def end(substeps: int) -> Array:
        return integrate(kind(length=1).derivative, start, 0.5, substeps)

    exact = end(1024)
    errors = [float(np.linalg.norm(end(substeps) - exact)) for substeps in (16, 32, 64)]
    np.testing.assert_allclose(orders(errors), 4.0, atol=0.35)


@pytest.mark.parametrize("kind", FLOWS)
def test_flows_agree_with_another_integrator(kind: type[Flow]) -> None:
    """SciPy's DOP853 on the flow's own start: rows lie at 0, step, 2 step, ... exactly."""
    from scipy.integrate import solve_ivp

    flow = kind(length=11, transient=0, step=0.1, substeps=40)
    exact = solve_ivp(
        lambda _, x: flow.derivative(x),
        (0.0, 1.0),
        flow.initial(),
        method="DOP853",
        t_eval=np.arange(11) * 0.1,
        rtol=1e-12,
        atol=1e-12,
    )
    np.testing.assert_allclose(flow(RNG), exact.y.T, atol=2e-5, rtol=1e-5)


@pytest.mark.parametrize("kind", FLOWS)
def test_substeps_change_accuracy_and_no_time(kind: type[Flow]) -> None:
    fine = kind(length=21, transient=0, step=0.01, substeps=1)(RNG)
    coarse = kind(length=11, transient=0, step=0.02, substeps=2)(RNG)
    np.testing.assert_allclose(coarse, fine[::2], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("kind", FLOWS)
def test_a_step_that_is_too_long_is_refused_when_it_blows_up(kind: type[Flow]) -> None:
    with pytest.raises(BadInput, match=rf"data\.series \({kind.__name__}\) diverges at step \d+:"):
        kind(length=200, step=2.0)(RNG)


@pytest.mark.parametrize("kind", FLOWS)
@pytest.mark.parametrize("option", [{"step": 0.0}, {"step": -0.1}, {"substeps": 0}, {"transient": -1}])
def test_time_runs_forward(kind: type[Flow], option: dict[str, float]) -> None:
    with pytest.raises(ValidationError, match=next(iter(option))):
        kind(length=10, **option)  # type: ignore[arg-type]
