"""Every score of the lab's own passes the suite that is shipped for those of others."""

from rnn_lab.scoring.scores import MAE, MASE, NRMSE, RMSE, SCORES, Accuracy, Bits, Perplexity
from rnn_lab.testing.scores import ScoreContract


def test_the_suite_knows_every_score():
    assert {type(score) for score in SCORES.values()} == {RMSE, MAE, MASE, NRMSE, Accuracy, Bits, Perplexity}


class TestRMSE(ScoreContract):
    def make(self):
        return RMSE()


class TestMAE(ScoreContract):
    def make(self):
        return MAE()


class TestNRMSE(ScoreContract):
    def make(self):
        return NRMSE()


class TestAccuracy(ScoreContract):
    def make(self):
        return Accuracy()


class TestBits(ScoreContract):
    def make(self):
        return Bits()


class TestPerplexity(ScoreContract):
    def make(self):
        return Perplexity()


class TestMASE(ScoreContract):
    def make(self):
        return MASE()
