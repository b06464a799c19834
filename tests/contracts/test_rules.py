"""Every rule of the lab's own passes the suite that is shipped for those of others."""

from rnn_lab.network import GRU, LSTM, Network
from rnn_lab.rules import ARTBP, BPTT, RFLO, RTRL, RULES, UORO, Adaptive, Reach, Readout, SnAp1
from rnn_lab.testing.rules import WINDOW, RuleContract


class TestBPTT(RuleContract):
    is_exact_at_full_reach = True

    def make(self):
        return BPTT()


class TestReadout(RuleContract):
    def make(self):
        return Readout()


class TestRTRL(RuleContract):
    is_exact_at_full_reach = True

    def make(self):
        return RTRL()

    def network(self):
        return Network(LSTM(hidden_dim=3), inputs=1, outputs=1, window=WINDOW)


class TestSnAp1(RuleContract):
    def make(self):
        return SnAp1()


class TestRFLO(RuleContract):
    def make(self):
        return RFLO()

    def network(self):
        return Network(GRU(hidden_dim=3), inputs=1, outputs=1, window=WINDOW)


class TestUORO(RuleContract):
    def make(self):
        return UORO()


class TestARTBP(RuleContract):
    reach = Reach(bptt_truncate=3)

    def make(self):
        return ARTBP()


class TestAdaptive(RuleContract):
    def make(self):
        return Adaptive()


def test_none_is_left_out() -> None:
    assert {type(rule).__name__ for rule in RULES.values()} == {
        name.removeprefix("Test") for name in globals() if name.startswith("Test")
    }
