"""How good is a trained network: metrics, the baselines it must beat, statistics over seeds, forecasts."""

from rnn_lab.evaluation.baselines import baselines
from rnn_lab.evaluation.forecaster import Forecaster
from rnn_lab.evaluation.free_run.plan import Evaluation, FreeRun
from rnn_lab.evaluation.stream_forecaster import StreamForecaster
from rnn_lab.evaluation.text_model import TextModel
from rnn_lab.evaluation.trained_network import Trained
from rnn_lab.scoring.metrics import mae, nrmse, rmse, scores
from rnn_lab.scoring.spread import Spread, spread

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
