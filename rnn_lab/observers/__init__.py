"""Observers: what is watched each epoch. `observer` says what each offers; `SpectralRadius` is on by default."""

from rnn_lab.observers.alignment import Alignment
from rnn_lab.observers.gradient_by_lag import GradientByLag
from rnn_lab.observers.memory import Memory
from rnn_lab.observers.observer import Observer, Seen, Snapshot, Training, Watcher
from rnn_lab.observers.recurrent_matrix import RecurrentMatrix
from rnn_lab.observers.spectral_radius import SpectralRadius
from rnn_lab.observers.units import Units

__all__ = [
    "Alignment",
    "GradientByLag",
    "Memory",
    "Observer",
    "RecurrentMatrix",
    "Seen",
    "Snapshot",
    "SpectralRadius",
    "Training",
    "Units",
    "Watcher",
]
