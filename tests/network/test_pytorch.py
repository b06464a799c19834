"""Outputs and gradients against PyTorch's modules with the same weights; needs the extra ``peers``."""

import numpy as np
import pytest

from rnn_lab.network import GRU, LSTM, Elman, Network
from rnn_lab.network.parameters import numbered
from rnn_lab.rules.bptt import TruncatedGradient

T, D, H, O, B = 6, 2, 4, 3, 5  # noqa: E741 - the symbols of the equations
MODELS = {"elman": Elman, "gru": GRU, "lstm": LSTM}
ORDER = {"elman": [0], "gru": [0, 1, 2], "lstm": [0, 1, 3, 2]}  # PyTorch's gates of an LSTM are i, f, g, o


@pytest.mark.parametrize("each_step", [False, True], ids=["last step", "each step"])
@pytest.mark.parametrize("loss", ["half_mean_squared_error", "cross_entropy"])
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("name", MODELS)
def test_outputs_and_gradients_equal_pytorchs(name, layers, loss, each_step):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    network = Network(MODELS[name](hidden_dim=H, layers=layers), D, O, T, each_step=each_step, loss=loss)
    parameters = network.initial([0])
    parameters.flat[...] += 0.2 * rng.standard_normal(parameters.flat.shape)
    X, order = rng.standard_normal((B, T, D)), ORDER[name]
    shape = (T, B) if each_step else (B,)
    Y = rng.integers(0, O, shape) if loss == "cross_entropy" else rng.standard_normal((*shape, O))
    mask = rng.random((T, B)) < 0.6
    weights = (mask / mask.sum())[None] if each_step else None
    value, gradient = TruncatedGradient(network, 1, B, T)(parameters, network.time_major(X, 1), Y[None], weights)

    def rows(source, parameter):  # (in, G H) -> PyTorch's (G H, in), in its order of gates
        blocks = np.split(source[parameter][0], len(order), axis=-1)
        return np.concatenate([blocks[g].T for g in order])

    kind = {"elman": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}[name]
    module = kind(D, H, num_layers=layers, dtype=torch.float64)
    readout = torch.nn.Linear(H, O, dtype=torch.float64)
    with torch.no_grad():
        for layer in range(1, layers + 1):
            theirs = {part: getattr(module, f"{part}_l{layer - 1}") for part in ("weight_ih", "weight_hh", "bias_ih")}
            for ours, part in (("W_xh", "weight_ih"), ("W_hh", "weight_hh"), ("b_h", "bias_ih")):
                theirs[part].copy_(torch.tensor(rows(parameters, numbered(ours, layer))))
            b_hh = np.zeros(len(order) * H)
            if name == "gru":
                b_hh[2 * H :] = parameters[numbered("b_hn", layer)][0]
            getattr(module, f"bias_hh_l{layer - 1}").copy_(torch.tensor(b_hh))
        readout.weight.copy_(torch.tensor(parameters["W_hy"][0].T.copy()))
        readout.bias.copy_(torch.tensor(parameters["b_y"][0]))
    outputs = readout(module(torch.tensor(X.swapaxes(0, 1).copy()))[0])
    found = network.predict(parameters, X)[0]
    expected = outputs.detach().numpy()
    np.testing.assert_allclose(found, expected.swapaxes(0, 1) if each_step else expected[-1], rtol=1e-10, atol=1e-13)

    chosen = outputs[torch.tensor(mask)] if each_step else outputs[-1]
    targets = torch.tensor(Y[mask] if each_step else Y)
    functional = torch.nn.functional
    total = (
        functional.cross_entropy(chosen, targets)
        if loss == "cross_entropy"
        else functional.mse_loss(chosen, targets) / 2
    )
    total.backward()
    assert value[0] == pytest.approx(total.item(), rel=1e-12)
    for layer in range(1, layers + 1):
        for ours, part in (("W_xh", "weight_ih"), ("W_hh", "weight_hh"), ("b_h", "bias_ih")):
            expected = getattr(module, f"{part}_l{layer - 1}").grad.numpy()
            np.testing.assert_allclose(rows(gradient, numbered(ours, layer)), expected, rtol=1e-10, atol=1e-13)
        if name == "gru":
            expected = getattr(module, f"bias_hh_l{layer - 1}").grad.numpy()[2 * H :]
            np.testing.assert_allclose(gradient[numbered("b_hn", layer)][0], expected, rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(gradient["W_hy"][0].T, readout.weight.grad.numpy(), rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(gradient["b_y"][0], readout.bias.grad.numpy(), rtol=1e-10, atol=1e-13)
