"""Learning rules: how a gradient is obtained. `rule` says what each offers; `bptt` is the default."""

from rnn_lab.rules.adaptive import Adaptive
from rnn_lab.rules.artbp import ARTBP
from rnn_lab.rules.bptt import BPTT
from rnn_lab.rules.readout import Readout
from rnn_lab.rules.rtrl import RTRL
from rnn_lab.rules.rule import Reach, Rule
from rnn_lab.rules.unit_influence import RFLO, SnAp1
from rnn_lab.rules.uoro import UORO

RULES: dict[str, Rule] = {
    "adaptive": Adaptive(),
    "artbp": ARTBP(),
    "bptt": BPTT(),
    "readout": Readout(),
    "rflo": RFLO(),
    "rtrl": RTRL(),
    "snap1": SnAp1(),
    "uoro": UORO(),
}
"""The lab's own, by the names that a config may give."""

__all__ = ["ARTBP", "BPTT", "RFLO", "RTRL", "RULES", "UORO", "Adaptive", "Reach", "Readout", "Rule", "SnAp1"]
