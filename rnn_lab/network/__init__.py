"""Recurrent networks: parameters, layers, losses, the forward pass.

Read in this order: `reference`, then `parameters`, `activations`, `initializers`, `architecture`, `layer`, `elman`,
`gated`, `gru`, `lstm`, `recurrence`, `losses`, `network`; and then `rnn_lab.rules.bptt`.
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
