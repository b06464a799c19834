"""Recurrent networks: parameters, layers, losses, the forward pass and the truncated backward pass.

Read in this order: `parameters`, `activations`, `initializers`, `layer`, `elman`, `gru`, `lstm`,
`losses`, `network`; then `tutorial` for the
update rule that is no gradient.
"""

from rnn_lab.network.elman import Elman
from rnn_lab.network.gru import GRU
from rnn_lab.network.layer import Layer
from rnn_lab.network.lstm import LSTM
from rnn_lab.network.network import ForwardPass, Network, Outputs, TruncatedGradient
from rnn_lab.network.parameters import Parameters

__all__ = ["GRU", "LSTM", "Elman", "Layer", "ForwardPass", "Network", "Outputs", "Parameters", "TruncatedGradient"]
