"""What kind of data a network was trained on decides what it is compared with, and what it is good for afterwards."""

from rnn_lab.evaluation.baselines import Scores, baselines
from rnn_lab.evaluation.forecaster import Forecaster
from rnn_lab.evaluation.stream_baselines import stream_baselines
from rnn_lab.evaluation.stream_forecaster import StreamForecaster
from rnn_lab.evaluation.task_baselines import task_baselines
from rnn_lab.evaluation.text_model import TextModel
from rnn_lab.evaluation.trained_network import Trained
from rnn_lab.network import Network, Parameters
from rnn_lab.sequences import Data, SeriesDataset, StreamDataset, TaskDataset


def rivals(data: Data, hidden_dim: int) -> dict[str, Scores]:
    """Each baseline's scores on each split: ``{"train": {"mean": {"rmse": ..., ...}, ...}, ...}``.

    Args:
        data: what the network is trained and scored on.
        hidden_dim: H, for an echo-state network of the same size.
    """
    match data:
        case SeriesDataset():
            return baselines(data, hidden_dim)
        case TaskDataset():
            return task_baselines(data, hidden_dim)
        case StreamDataset():
            return stream_baselines(data)
        case _:
            raise TypeError(f"there are no baselines for {type(data).__name__}")


def ready(network: Network, parameters: Parameters, data: Data) -> Trained:
    """The trained network, ready for use on data of its kind."""
    if isinstance(data, SeriesDataset):
        return Forecaster.of(network, parameters, data)
    if isinstance(data, StreamDataset):
        kind = TextModel if data.classes else StreamForecaster
        return kind.of(network, parameters, data)
    return Trained.of(network, parameters, data)
