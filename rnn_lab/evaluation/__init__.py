"""Evaluation of a trained network: the baselines it must beat, free runs, the report; and the network in use."""

from rnn_lab.evaluation.backtest import Backtest
from rnn_lab.evaluation.baselines import (
    BASELINES,
    Baseline,
    Problem,
    baseline_scores,
    fit_baselines,
    score_baselines,
    score_draws,
    score_each_target,
)
from rnn_lab.evaluation.evaluation import Evaluation
from rnn_lab.evaluation.forecaster import Forecaster
from rnn_lab.evaluation.free_run.plan import FreeRun
from rnn_lab.evaluation.problem import make_predictor
from rnn_lab.evaluation.stream_forecaster import StreamForecaster
from rnn_lab.evaluation.text_model import TextModel
from rnn_lab.evaluation.trained_network import Trained

__all__ = [
    "BASELINES",
    "Backtest",
    "Baseline",
    "Evaluation",
    "Forecaster",
    "FreeRun",
    "Problem",
    "StreamForecaster",
    "TextModel",
    "Trained",
    "baseline_scores",
    "fit_baselines",
    "make_predictor",
    "score_baselines",
    "score_draws",
    "score_each_target",
]
