"""Learning rules: how a gradient is obtained. `rule` says what each offers; `bptt` is the default."""

from rnn_lab.rules.bptt import BPTT
from rnn_lab.rules.readout import Readout
from rnn_lab.rules.rtrl import RTRL
from rnn_lab.rules.rule import Reach, Rule

__all__ = ["BPTT", "RTRL", "Reach", "Readout", "Rule"]
