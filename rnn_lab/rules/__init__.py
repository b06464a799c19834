"""Rules: the ways in which a gradient is obtained."""

from rnn_lab.rules.bptt import BPTT
from rnn_lab.rules.rule import Reach, Rule, StreamGradient, WindowGradient

__all__ = ["BPTT", "Reach", "Rule", "StreamGradient", "WindowGradient"]
