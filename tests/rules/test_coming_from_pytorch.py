"""The page for those who come from PyTorch: each of its numbers, of x_{t+1} = w x_t with w = .2 and x_0 = .9."""

import re
from pathlib import Path

import numpy as np
import pytest

from rnn_lab.network import Elman, Network
from rnn_lab.rules import BPTT, RTRL, Reach

FOLDER = Path(__file__).parents[2] / "rnn_lab" / "rules"
PAGE = FOLDER / "truncated_bptt.md"
ABSENT = "PyTorch is not installed: pip install -c constraints.txt -e '.[peers]'"
W, START = 0.2, 0.9
REACHED = {1: 0.036, 2: 0.072, 3: 0.108, 9: 0.108}
MODEL = Elman(hidden_dim=1, activation="identity", bias=False, initial_state="learned")


def setting(window):
    network = Network(MODEL, 1, 1, window, each_step=window is None)
    parameters = network.zeros(1)
    parameters["W_hh"][...], parameters["h_0"][...], parameters["W_hy"][...] = W, START, 1.0
    return network, parameters


@pytest.mark.parametrize("k", REACHED)
def test_windows(k) -> None:
    network, parameters = setting(3)
    target = np.array([[[W**3 * START - 1.0]]])  # so that dL/dx_3 = 1
    _, gradient = BPTT().for_windows(network, 1, 1, Reach(bptt_truncate=k))(parameters, np.zeros((1, 3, 1, 1)), target)
    assert gradient["W_hh"].item() == pytest.approx(REACHED[k], rel=1e-12)


@pytest.mark.parametrize("k", REACHED)
def test_step_by_step_along_a_stream(k) -> None:
    """k1 = 1: each way back starts from zero, whatever the ones before have left."""
    network, parameters = setting(None)
    rule = BPTT().for_stream(network, 1, 1, Reach(bptt_truncate=k, bptt_stride=1))
    rule.begin(parameters)
    found = []
    for t in (1, 2, 3):
        _, gradient = rule(parameters, np.zeros((1, 1, 1, 1)), np.full((1, 1, 1, 1), W**t * START - 1.0))
        found.append(gradient["W_hh"].item())
    assert found == pytest.approx([min(t, k) * W ** (t - 1) * START for t in (1, 2, 3)], rel=1e-12)
    assert found[2] == pytest.approx(REACHED[k], rel=1e-12)


def test_by_finite_differences_and_forward() -> None:
    slope = ((W + 1e-6) ** 3 - (W - 1e-6) ** 3) * START / 2e-6
    assert slope == pytest.approx(0.108, rel=1e-9)
    network, parameters = setting(3)
    rule = RTRL().for_windows(network, 1, 1, Reach(bptt_truncate=1))
    _, gradient = rule(parameters, np.zeros((1, 3, 1, 1)), np.array([[[W**3 * START - 1.0]]]))
    assert gradient["W_hh"].item() == pytest.approx(0.108, rel=1e-12)


def copied_loop(*, clear: bool) -> float:
    """dx_3/dw by a loop whose detached states keep what was added to their gradients, or do not."""
    x = [START]
    for _ in range(3):
        x.append(W * x[-1])
    grad = [0.0] * 4
    for newest in (1, 2, 3):
        slope, arriving = 0.0, 1.0
        for t in range(newest, 0, -1):
            slope += arriving * x[t - 1]
            grad[t - 1] += arriving * W  # what a backward pass does to .grad: it adds
            arriving = grad[t - 1]
        if clear:
            grad = [0.0] * 4
    return slope


def test_gradients_that_add_up_are_the_wrong_one() -> None:
    assert copied_loop(clear=False) == pytest.approx(0.288, rel=1e-12)
    assert copied_loop(clear=True) == pytest.approx(0.108, rel=1e-12)


def test_the_pages_have_these_numbers_and_every_rule() -> None:
    text = PAGE.read_text()
    assert "(.2 + .04) .9 = .288" in text
    assert "with k2 = 1: .036, with 2: .072, with 3 and more: .108" in text
    named = set(re.findall(r"^\| \[`(\w+)`\]\((\w+)\.py\)", (FOLDER / "README.md").read_text(), re.M))
    rules = {path.stem for path in (FOLDER.parents[1] / "conf" / "rule").glob("*.yaml")}
    assert {name for name, _ in named} == rules
    assert all((FOLDER / f"{module}.py").is_file() for _, module in named)


def test_pytorch_says_the_same_by_the_loop_of_the_page() -> None:
    torch = pytest.importorskip("torch", reason=ABSENT)
    found = {"torch": torch}
    exec(re.search(r"```python\n(def dx3_dw.*?)```", PAGE.read_text(), re.S)[1], found)
    assert found["dx3_dw"](9, clear=False) == pytest.approx(0.288, rel=1e-12)
    for k, expected in REACHED.items():
        assert found["dx3_dw"](k, clear=True) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("k1", "k2"), [(1, 1), (1, 3), (2, 3), (3, 3), (2, 9)])
def test_k1_and_k2_on_a_stream_are_pytorchs_graph_detached_where_k2_says(k1, k2) -> None:
    torch = pytest.importorskip("torch", reason=ABSENT)
    network, steps = Network(Elman(hidden_dim=3), 2, 1, None, each_step=True), 6
    parameters, rng = network.initial([0]), np.random.default_rng(0)
    X, Y = rng.standard_normal((1, steps, 1, 2)), rng.standard_normal((1, steps, 1, 1))
    rule = BPTT().for_stream(network, 1, 1, Reach(bptt_truncate=k2, bptt_stride=k1))
    rule.begin(parameters)
    weights = {name: torch.tensor(values[0], requires_grad=True) for name, values in parameters.arrays().items()}
    for start in range(0, steps, k1):
        _, gradient = rule(parameters, X[:, start : start + k1], Y[:, start : start + k1])
        state, loss = torch.zeros(1, 3, dtype=torch.float64), 0.0
        for t in range(start + k1):
            if t == start + k1 - k2:
                state = state.detach()
            pre = torch.tensor(X[0, t]) @ weights["W_xh"] + state @ weights["W_hh"] + weights["b_h"]
            state = torch.tanh(pre)
            if t < start + k1 - k2:
                state = state.detach()
            if t >= start:
                error = state @ weights["W_hy"] + weights["b_y"] - torch.tensor(Y[0, t])
                loss = loss + 0.5 * (error**2).sum() / k1
        expected = dict(zip(weights, torch.autograd.grad(loss, weights.values()), strict=True))
        for name, values in expected.items():
            np.testing.assert_allclose(gradient[name][0], values.numpy(), rtol=1e-10, atol=1e-14)
