"""Every baseline of the lab's own passes the suite that is shipped for those of others."""

from rnn_lab.evaluation.baselines import (
    BASELINES,
    EchoStateNetwork,
    Frequencies,
    LinearModel,
    Mean,
    NGrams,
    Persistence,
    SeasonalNaive,
    Yardsticks,
)
from rnn_lab.testing.baselines import BaselineContract


def test_the_suite_knows_every_baseline():
    assert {type(baseline) for baseline in BASELINES.values()} == {
        Yardsticks,
        Mean,
        Frequencies,
        Persistence,
        SeasonalNaive,
        LinearModel,
        NGrams,
        EchoStateNetwork,
    }


class TestYardsticks(BaselineContract):
    def make(self):
        return Yardsticks()


class TestMean(BaselineContract):
    def make(self):
        return Mean()


class TestFrequencies(BaselineContract):
    def make(self):
        return Frequencies()


class TestPersistence(BaselineContract):
    def make(self):
        return Persistence()


class TestSeasonalNaive(BaselineContract):
    def make(self):
        return SeasonalNaive(season=3)


class TestLinearModel(BaselineContract):
    def make(self):
        return LinearModel()


class TestNGrams(BaselineContract):
    def make(self):
        return NGrams()


class TestEchoStateNetwork(BaselineContract):
    def make(self):
        return EchoStateNetwork()
