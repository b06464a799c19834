"""Recurrent networks: parameters, layers, losses, the forward pass and the truncated backward pass.

Read in this order: `parameters`, `activations`, `initializers`, `elman`, `losses`, `network`; then `tutorial` for the
update rule that is no gradient.
"""

from rnn_lab.network.elman import Elman
from rnn_lab.network.network import ForwardPass, Network, Outputs, TruncatedGradient
from rnn_lab.network.parameters import Parameters

__all__ = ["Elman", "ForwardPass", "Network", "Outputs", "Parameters", "TruncatedGradient"]
