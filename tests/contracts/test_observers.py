"""Every observer of the lab's own passes the suite that is shipped for those of others."""

from rnn_lab.observers import Alignment, GradientByLag, Memory, RecurrentMatrix, SpectralRadius, Units
from rnn_lab.rules import RFLO, UORO, SnAp1
from rnn_lab.testing.observers import ObserverContract


class TestSpectralRadius(ObserverContract):
    def make(self):
        return SpectralRadius()


class TestGradientByLag(ObserverContract):
    def make(self):
        return GradientByLag(every=2)


class TestAlignment(ObserverContract):
    def make(self):
        return Alignment(every=2, rules={"snap1": SnAp1(), "rflo": RFLO(), "uoro": UORO()})


class TestRecurrentMatrix(ObserverContract):
    def make(self):
        return RecurrentMatrix()


class TestUnits(ObserverContract):
    def make(self):
        return Units()


class TestMemory(ObserverContract):
    def make(self):
        return Memory(every=1, delays=3, steps=100)
