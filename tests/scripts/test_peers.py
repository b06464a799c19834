"""The rival does the same work as the lab: same weights, same records, same truncation, same weights afterwards."""

from typing import Any

import numpy as np
import pytest

from rnn_lab.network import Elman, Network
from rnn_lab.training import SGD, Adam, Trainer, TrainingState
from rnn_lab.training.minibatch import MiniBatches

torch = pytest.importorskip("torch", reason="the extra `peers` is not installed")


@pytest.mark.parametrize("bptt_truncate", [3, 8])
@pytest.mark.parametrize(("name", "rule"), [("sgd", SGD), ("adam", Adam)])
def test_an_epoch_of_pytorch_equals_an_epoch_of_the_lab(name: str, rule: Any, bptt_truncate: int) -> None:
    from peers import TorchElman

    rng = np.random.default_rng(0)
    X, Y = rng.standard_normal((12, 8, 1)), rng.standard_normal((12, 1))
    rival = TorchElman(5, name, learning_rate=0.1, dtype="float64")

    network = Network(Elman(hidden_dim=5), inputs=1, outputs=1, window=8)
    state = TrainingState.before(network.initial([0]))
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

    trainer = Trainer(batch_size=4, shuffle=False, bptt_truncate=bptt_truncate)
    optimizer = rule(learning_rate=0.1)
    state.moments, state.schedule = optimizer.begin(state.parameters.flat), optimizer.schedule.begin(1)
    ours = MiniBatches(network, trainer, optimizer, [0], X, Y)
    for _ in range(2):
        ours(state)
        rival.epoch(rival.batches(X, Y, 4, bptt_truncate))
    for mine, weight in pairs.items():
        np.testing.assert_allclose(state.parameters[mine][0].T, weight.detach().numpy(), rtol=1e-9, atol=1e-12)
