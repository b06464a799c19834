"""Sequences: generators and files -> windows, targets, splits, scaling -> Dataset."""

from rnn_lab.sequences.csv_file import read_csv
from rnn_lab.sequences.dataset import Dataset, Records, Series
from rnn_lab.sequences.forecasting import Forecasting, Generated
from rnn_lab.sequences.generator import Generator
from rnn_lab.sequences.scaling import Scaler, scaler_from
from rnn_lab.sequences.sine import Sine
from rnn_lab.sequences.table import Sunspots, Table

__all__ = [
    "Dataset",
    "Forecasting",
    "Generated",
    "Generator",
    "Records",
    "Scaler",
    "Series",
    "Sine",
    "Sunspots",
    "Table",
    "read_csv",
    "scaler_from",
]
