"""Learning rules: how a gradient is obtained. `rule` says what each offers; `bptt` is the default."""

from rnn_lab.rules.artbp import ARTBP
from rnn_lab.rules.bptt import BPTT
from rnn_lab.rules.readout import Readout
from rnn_lab.rules.rtrl import RTRL
from rnn_lab.rules.rule import Reach, Rule
from rnn_lab.rules.unit_influence import RFLO, SnAp1
from rnn_lab.rules.uoro import UORO

__all__ = ["ARTBP", "BPTT", "RFLO", "RTRL", "UORO", "Reach", "Readout", "Rule", "SnAp1"]
