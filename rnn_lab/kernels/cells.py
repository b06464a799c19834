"""Cells that have kernels, by the module that holds them."""

from rnn_lab.network import GRU, LSTM, Architecture, Elman

CELLS: dict[type[Architecture], str] = {
    Elman: "rnn_lab.kernels.elman",
    GRU: "rnn_lab.kernels.gru",
    LSTM: "rnn_lab.kernels.lstm",
}
"""The very class, and not what derives from it, whose equations may be others. To give a cell of your own kernels, add
it here before training; its module has ``describe``, ``KEPT_ARRAYS`` and the three kernels of `layers`."""
