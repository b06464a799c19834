"""Recurrent networks: parameters, layers, losses, the forward pass and the truncated backward pass.

Read in this order: `parameters`, `activations`, `initializers`, `layer`, `elman`, `recurrence`, `losses`, `network`,
`gradient`; then `gru` and `lstm`, and `tutorial` for the update rule that is no gradient.
"""

from rnn_lab.network.architecture import Architecture
from rnn_lab.network.elman import Elman
from rnn_lab.network.gru import GRU
from rnn_lab.network.lstm import LSTM
from rnn_lab.network.network import ForwardPass, Network, Outputs
from rnn_lab.network.parameters import Parameters

__all__ = [
    "GRU",
    "LSTM",
    "Architecture",
    "Elman",
    "ForwardPass",
    "Network",
    "Outputs",
    "Parameters",
]
