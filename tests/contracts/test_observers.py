"""Every observer of the lab's own passes the suite that is shipped for those of others."""

from rnn_lab.observers import SpectralRadius
from rnn_lab.testing.observers import ObserverContract


class TestSpectralRadius(ObserverContract):
    def make(self):
        return SpectralRadius()
