"""How good is a trained network: metrics, the baselines it must beat, statistics over seeds, forecasts."""

from rnn_lab.evaluation.baselines import baselines
from rnn_lab.evaluation.forecaster import Forecaster
from rnn_lab.evaluation.free_run import Evaluation, FreeRun
from rnn_lab.evaluation.metrics import mae, nrmse, rmse, scores
from rnn_lab.evaluation.replicas import Spread, spread
from rnn_lab.evaluation.stream_forecaster import StreamForecaster
from rnn_lab.evaluation.text_model import TextModel
from rnn_lab.evaluation.trained import Trained

__all__ = [
    "Evaluation",
    "Forecaster",
    "FreeRun",
    "Spread",
    "StreamForecaster",
    "TextModel",
    "Trained",
    "baselines",
    "mae",
    "nrmse",
    "rmse",
    "scores",
    "spread",
]
