"""Observers: what is watched each epoch. `observer` says what each offers; `SpectralRadius` is on by default."""

from rnn_lab.observers.observer import Observer, Seen, Snapshot, Training, Watcher
from rnn_lab.observers.spectral_radius import SpectralRadius

__all__ = ["Observer", "Seen", "Snapshot", "SpectralRadius", "Training", "Watcher"]
