"""Sequences: generators and files -> windows, targets, splits, scaling -> Dataset; tasks -> records -> Dataset."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from rnn_lab.sequences.dataset import Data, Dataset, SeriesDataset, StreamDataset
from rnn_lab.sequences.forecasting import Forecasting, Generated
from rnn_lab.sequences.generator import Generator
from rnn_lab.sequences.given import dataset
from rnn_lab.sequences.records import Records
from rnn_lab.sequences.rows import Rows
from rnn_lab.sequences.scaling import Scaler, scaler_from
from rnn_lab.sequences.series import Series

if TYPE_CHECKING:
    from rnn_lab.sequences.adding import Adding, AddingOriginal
    from rnn_lab.sequences.alphabet import Alphabet
    from rnn_lab.sequences.arma import ARMA
    from rnn_lab.sequences.composition import Product, Sum
    from rnn_lab.sequences.copying import Copying
    from rnn_lab.sequences.csv_file import read_csv
    from rnn_lab.sequences.delayed_recall import DelayedRecall
    from rnn_lab.sequences.lorenz63 import Lorenz63
    from rnn_lab.sequences.lorenz96 import Lorenz96
    from rnn_lab.sequences.mackey_glass import MackeyGlass
    from rnn_lab.sequences.maps import Henon, Logistic
    from rnn_lab.sequences.modulated import AmplitudeModulated, Chirp
    from rnn_lab.sequences.narma import NARMA
    from rnn_lab.sequences.parity import FinalParity, Parity
    from rnn_lab.sequences.random_walk import RandomWalk
    from rnn_lab.sequences.reber import EmbeddedReber, Reber
    from rnn_lab.sequences.rossler import Rossler
    from rnn_lab.sequences.sine import MSO, DampedSine, Sine
    from rnn_lab.sequences.stream import Stream
    from rnn_lab.sequences.symbols import TextDataset
    from rnn_lab.sequences.table import Sunspots, Table
    from rnn_lab.sequences.task import Task
    from rnn_lab.sequences.task_data import TaskData, TaskDataset
    from rnn_lab.sequences.temporal_order import TemporalOrder
    from rnn_lab.sequences.text import Text
    from rnn_lab.sequences.two_lags import TwoLags
    from rnn_lab.sequences.waveforms import Sawtooth, Square, Triangle

_FROM = {
    "adding": ("Adding", "AddingOriginal"),
    "alphabet": ("Alphabet",),
    "arma": ("ARMA",),
    "composition": ("Product", "Sum"),
    "copying": ("Copying",),
    "csv_file": ("read_csv",),
    "delayed_recall": ("DelayedRecall",),
    "lorenz63": ("Lorenz63",),
    "lorenz96": ("Lorenz96",),
    "mackey_glass": ("MackeyGlass",),
    "maps": ("Henon", "Logistic"),
    "modulated": ("AmplitudeModulated", "Chirp"),
    "narma": ("NARMA",),
    "parity": ("FinalParity", "Parity"),
    "random_walk": ("RandomWalk",),
    "reber": ("EmbeddedReber", "Reber"),
    "rossler": ("Rossler",),
    "sine": ("MSO", "DampedSine", "Sine"),
    "stream": ("Stream",),
    "symbols": ("TextDataset",),
    "table": ("Sunspots", "Table"),
    "task": ("Task",),
    "task_data": ("TaskData", "TaskDataset"),
    "temporal_order": ("TemporalOrder",),
    "text": ("Text",),
    "two_lags": ("TwoLags",),
    "waveforms": ("Sawtooth", "Square", "Triangle"),
}

__all__ = [
    "ARMA",
    "MSO",
    "NARMA",
    "Adding",
    "AddingOriginal",
    "Alphabet",
    "AmplitudeModulated",
    "Chirp",
    "Copying",
    "DampedSine",
    "Data",
    "Dataset",
    "DelayedRecall",
    "EmbeddedReber",
    "FinalParity",
    "Forecasting",
    "Generated",
    "Generator",
    "Henon",
    "Logistic",
    "Lorenz63",
    "Lorenz96",
    "MackeyGlass",
    "Parity",
    "Product",
    "RandomWalk",
    "Reber",
    "Records",
    "Rossler",
    "Rows",
    "Sawtooth",
    "Scaler",
    "Series",
    "SeriesDataset",
    "Sine",
    "Square",
    "Stream",
    "StreamDataset",
    "Sum",
    "Sunspots",
    "Table",
    "Task",
    "TaskData",
    "TaskDataset",
    "TemporalOrder",
    "Text",
    "TextDataset",
    "Triangle",
    "TwoLags",
    "dataset",
    "read_csv",
    "scaler_from",
]


def __getattr__(name: str) -> Any:
    """Import a generator, a task or a reader when it is asked for: a run needs one of them."""
    for module, names in _FROM.items():
        if name in names:
            return getattr(import_module(f"rnn_lab.sequences.{module}"), name)
    raise AttributeError(f"module 'rnn_lab.sequences' has no attribute {name!r}")
