"""The rival does the same work as the lab: same weights, same records, same truncation, same weights afterwards."""

from typing import Any

import numpy as np
import pytest
from comparisons import lab_epoch

from rnn_lab.sequences import Records
from rnn_lab.training import SGD, Adam

torch = pytest.importorskip("torch", reason="the extra `peers` is not installed")


@pytest.mark.parametrize("bptt_truncate", [3, 8])
@pytest.mark.parametrize(("name", "rule"), [("sgd", SGD), ("adam", Adam)])
def test_an_epoch_of_pytorch_equals_an_epoch_of_the_lab(name: str, rule: Any, bptt_truncate: int) -> None:
    from peers import TorchNetwork

    rng = np.random.default_rng(0)
    data = Records(rng.standard_normal((12, 8, 1)), rng.standard_normal((12, 1)), np.arange(12))
    ours = lab_epoch(5, rule, "float64", data, batch=4, k=bptt_truncate)
    (state,) = ours.args
    rival = TorchNetwork(5, name, learning_rate=1e-3, dtype="float64")
    theirs = dict(rival.layer.named_parameters())
    pairs = {
        "W_xh": theirs["weight_ih_l0"],
        "W_hh": theirs["weight_hh_l0"],
        "b_h": theirs["bias_ih_l0"],
        "W_hy": rival.readout.weight,
        "b_y": rival.readout.bias,
    }
    with torch.no_grad():
        theirs["bias_hh_l0"].zero_()
        # PyTorch's second recurrent bias would double the step of b_h.
        theirs["bias_hh_l0"].requires_grad_(False)
        for mine, weight in pairs.items():
            weight.copy_(torch.tensor(state.parameters[mine][0].T))

    for _ in range(2):
        ours()
        rival.epoch(rival.batches(data.X, data.Y, 4, bptt_truncate))
    for mine, weight in pairs.items():
        np.testing.assert_allclose(state.parameters[mine][0].T, weight.detach().numpy(), rtol=1e-9, atol=1e-12)
