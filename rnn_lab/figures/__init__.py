"""Figures: arrays in, a matplotlib Figure out. Nothing here touches pyplot, a window, or a file (but for `save`)."""

from matplotlib.figure import Figure

from rnn_lab.figures.backtest import backtest
from rnn_lab.figures.curves import loss_curves
from rnn_lab.figures.forecasts import forecast
from rnn_lab.figures.free_run import of_free_runs
from rnn_lab.figures.instruments import of_instruments
from rnn_lab.figures.predictions import predictions
from rnn_lab.figures.series import data
from rnn_lab.figures.style import save, show_in_notebooks
from rnn_lab.figures.tasks import records
from rnn_lab.figures.text import surprise
from rnn_lab.figures.weights import heat_maps, histograms

show_in_notebooks()

__all__ = [
    "Figure",
    "backtest",
    "data",
    "forecast",
    "heat_maps",
    "histograms",
    "loss_curves",
    "of_free_runs",
    "of_instruments",
    "predictions",
    "records",
    "save",
    "surprise",
]
