"""Contract of every first-order optimizer; each one's formula, written out; and what it does on known problems."""

import inspect
import math

import numpy as np
import pytest
from pydantic import ValidationError

from rnn_lab.testing.optimizers import OptimizerContract
from rnn_lab.training import SGD, Adam, FirstOrder, RMSprop, optimizers

OPTIMIZERS = {
    "sgd": SGD(),
    "momentum": SGD(momentum=0.9),
    "nesterov": SGD(momentum=0.9, nesterov=True),
    "rmsprop": RMSprop(decay=0.9, epsilon=1e-6),
    "adam": Adam(beta1=0.8, beta2=0.95),
    "adamw": Adam(beta1=0.8, beta2=0.95, weight_decay=0.1),
}
R, P = 3, 4


@pytest.fixture(params=OPTIMIZERS)
def name(request):
    return request.param


@pytest.fixture
def optimizer(name):
    return OPTIMIZERS[name]


def literal(name, theta, gradients, rate):
    """The rule, number by number, after all of these gradients; theta (P,), gradients (n, P)."""
    found = []
    for x, gs in zip(theta, np.transpose(gradients), strict=True):
        v = m = s = 0.0
        for n, g in enumerate(gs, 1):
            if name == "sgd":
                x -= rate * g
            elif name == "momentum":
                v = 0.9 * v + g
                x -= rate * v
            elif name == "nesterov":
                v = 0.9 * v + g
                x -= rate * (g + 0.9 * v)
            elif name == "rmsprop":
                s = 0.9 * s + 0.1 * g * g
                x -= rate * g / (math.sqrt(s) + 1e-6)
            else:
                m = 0.8 * m + 0.2 * g
                s = 0.95 * s + 0.05 * g * g
                step = rate * (m / (1 - 0.8**n)) / (math.sqrt(s / (1 - 0.95**n)) + 1e-8)
                x -= step + (rate * 0.1 * x if name == "adamw" else 0.0)
        found.append(x)
    return np.array(found)


def train(optimizer, theta, gradients, rate):
    """Theta (R, P) after gradients (n, R, P) at rates (R, 1)."""
    theta = theta.copy()
    moments = optimizer.begin(theta)
    for count, gradient in enumerate(gradients, 1):
        optimizer.update(theta, gradient.copy(), rate, moments, count)
    return theta


def problem(n, seed=0, dtype="float64"):
    rng = np.random.default_rng(seed)
    theta, gradients = rng.standard_normal((R, P)), rng.standard_normal((n, R, P))
    return theta.astype(dtype), gradients.astype(dtype), np.array([[0.1], [0.01], [0.3]], dtype)


def test_the_suite_knows_every_optimizer() -> None:
    defined = {kind for _, kind in inspect.getmembers(optimizers, inspect.isclass) if hasattr(kind, "update")}
    assert defined - {FirstOrder} == {type(optimizer) for optimizer in OPTIMIZERS.values()}


@pytest.mark.parametrize("n", [1, 2, 5])
def test_formula(name, optimizer, n) -> None:
    theta, gradients, rate = problem(n)
    found = train(optimizer, theta, gradients, rate)
    for r in range(R):
        np.testing.assert_allclose(found[r], literal(name, theta[r], gradients[:, r], rate[r, 0]), rtol=1e-12)


def test_no_gradient_no_step(name, optimizer) -> None:
    theta, _, rate = problem(0)
    found = train(optimizer, theta, np.zeros((3, R, P)), rate)
    expected = theta * (1 - 0.1 * rate) ** 3 if name == "adamw" else theta
    np.testing.assert_allclose(found, expected, rtol=1e-14)


class TestOnAQuadratic:
    """L = sum lambda x^2 / 2, whose gradient is lambda x: the linear rules have closed forms."""

    LAMBDA = np.array([[0.1, 1.0, 3.0, 10.0]])
    START = np.array([[1.0, -2.0, 0.5, 3.0]])
    RATE = 0.05

    def descend(self, optimizer, n, rate=RATE):
        theta = self.START.copy()
        moments = optimizer.begin(theta)
        for count in range(1, n + 1):
            optimizer.update(theta, self.LAMBDA * theta, np.full((1, 1), rate), moments, count)
        return theta

    @pytest.mark.parametrize("n", [1, 2, 50])
    def test_plain_descent_is_a_geometric_series(self, n) -> None:
        expected = (1 - self.RATE * self.LAMBDA) ** n * self.START
        np.testing.assert_allclose(self.descend(SGD(), n), expected, rtol=1e-12)

    @pytest.mark.parametrize("nesterov", [False, True])
    @pytest.mark.parametrize("n", [1, 2, 50])
    def test_momentum_is_a_power_of_a_matrix(self, nesterov, n) -> None:
        m, rate = 0.8, self.RATE
        for i, (eigenvalue, x) in enumerate(zip(self.LAMBDA[0], self.START[0], strict=True)):
            # (x, v) after one update is linear in (x, v) before it.
            v_row = [eigenvalue, m]
            x_row = [1 - rate * eigenvalue, -rate * m]
            if nesterov:
                x_row = [1 - rate * (eigenvalue + m * eigenvalue), -rate * m * m]
            expected, _ = np.linalg.matrix_power([x_row, v_row], n) @ [x, 0.0]
            found = self.descend(SGD(momentum=m, nesterov=nesterov), n)[0, i]
            np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-15)

    def test_descent_is_stable_up_to_two_over_the_largest_eigenvalue(self) -> None:
        assert np.abs(self.descend(SGD(), 2000, rate=1.99 / 10)).max() < 1e-3
        assert np.abs(self.descend(SGD(), 2000, rate=2.01 / 10)).max() > 1e3

    def test_every_optimizer_comes_down(self, name, optimizer) -> None:
        def loss(theta):
            return float(np.sum(self.LAMBDA * theta**2) / 2)

        found = self.descend(optimizer, 600, rate=0.02)
        assert loss(found) < 1e-3 * loss(self.START)


class TestUnderAConstantGradient:
    def steps(self, optimizer, gradient, n):
        theta = np.zeros((1, 2))
        moments, path = optimizer.begin(theta), [0.0]
        for count in range(1, n + 1):
            optimizer.update(theta, np.array([[gradient, -gradient]]), np.array([[0.1]]), moments, count)
            assert theta[0, 0] == -theta[0, 1]
            path.append(theta[0, 0])
        return -np.diff(path)

    @pytest.mark.parametrize("gradient", [1e-3, 7.0, 1e6])
    def test_adam_moves_by_the_rate_whatever_the_gradient(self, gradient) -> None:
        np.testing.assert_allclose(self.steps(Adam(), gradient, 20), 0.1, rtol=1e-4)

    @pytest.mark.parametrize("gradient", [1e-3, 7.0, 1e6])
    def test_rmsprops_steps_shrink_to_the_rate(self, gradient) -> None:
        n = np.arange(1, 21)
        expected = 0.1 / np.sqrt(1 - 0.9**n)  # s_n = (1 - decay^n) g^2
        np.testing.assert_allclose(self.steps(RMSprop(decay=0.9), gradient, 20), expected, rtol=1e-4)

    def test_momentum_speeds_up_to_its_limit(self) -> None:
        n = np.arange(1, 201)
        expected = 0.1 * (1 - 0.9**n) / (1 - 0.9)
        np.testing.assert_allclose(self.steps(SGD(momentum=0.9), 1.0, 200), expected, rtol=1e-12)


def test_against_pytorch(name, optimizer) -> None:
    torch = pytest.importorskip("torch", reason="the extra `peers` is not installed")
    make = {
        "sgd": lambda p: torch.optim.SGD(p, lr=0.03),
        "momentum": lambda p: torch.optim.SGD(p, lr=0.03, momentum=0.9),
        "nesterov": lambda p: torch.optim.SGD(p, lr=0.03, momentum=0.9, nesterov=True),
        "rmsprop": lambda p: torch.optim.RMSprop(p, lr=0.03, alpha=0.9, eps=1e-6),
        "adam": lambda p: torch.optim.Adam(p, lr=0.03, betas=(0.8, 0.95)),
        "adamw": lambda p: torch.optim.AdamW(p, lr=0.03, betas=(0.8, 0.95), weight_decay=0.1),
    }[name]
    theta, gradients, _ = problem(30)
    theirs = torch.tensor(theta, requires_grad=True)
    rival = make([theirs])
    for gradient in gradients:
        theirs.grad = torch.tensor(gradient)
        rival.step()
    found = train(optimizer, theta, gradients, np.full((R, 1), 0.03))
    np.testing.assert_allclose(found, theirs.detach().numpy(), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(
    ("kind", "key", "value"),
    [
        (SGD, "learning_rate", 0.0),
        (SGD, "learning_rate", -1.0),
        (SGD, "learning_rate", float("inf")),
        (SGD, "learning_rate", float("nan")),
        (SGD, "learning_rate", "0.1"),
        (SGD, "momentum", 1.0),
        (SGD, "momentum", -0.1),
        (SGD, "rate", 0.1),
        (RMSprop, "decay", 1.0),
        (RMSprop, "epsilon", 0.0),
        (Adam, "beta1", 1.0),
        (Adam, "beta2", -0.5),
        (Adam, "weight_decay", -0.1),
    ],
)
def test_what_is_not_allowed_is_refused_by_name(kind, key, value) -> None:
    with pytest.raises(ValidationError) as refused:
        kind(**{key: value})
    assert {str(error["loc"][0]) for error in refused.value.errors()} == {key}


def test_nesterov_without_momentum_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"optimizer\.nesterov=true needs optimizer\.momentum above 0"):
        SGD(nesterov=True)


class TestSGD(OptimizerContract):
    def make(self):
        return OPTIMIZERS["sgd"]


class TestMomentum(OptimizerContract):
    def make(self):
        return OPTIMIZERS["momentum"]


class TestNesterov(OptimizerContract):
    def make(self):
        return OPTIMIZERS["nesterov"]


class TestRMSprop(OptimizerContract):
    def make(self):
        return OPTIMIZERS["rmsprop"]


class TestAdam(OptimizerContract):
    def make(self):
        return OPTIMIZERS["adam"]


class TestAdamW(OptimizerContract):
    def make(self):
        return OPTIMIZERS["adamw"]
