"""The one place that knows which predictor a network becomes: it depends on the data that it was trained on."""

from dataclasses import dataclass

from rnn_lab.evaluation.forecaster import Forecaster
from rnn_lab.evaluation.stream_forecaster import StreamForecaster
from rnn_lab.evaluation.text_model import TextModel
from rnn_lab.evaluation.trained_network import Trained
from rnn_lab.network import Network, Parameters
from rnn_lab.scoring.refused_data import refuse_data
from rnn_lab.sequences.dataset import Data, Dataset, SeriesDataset, StreamDataset


@dataclass(frozen=True, eq=False)
class _Predictor:
    network: Network
    parameters: Parameters

    def of_series(self, data: SeriesDataset) -> Trained:
        return Forecaster.of(self.network, self.parameters, data)

    def of_task(self, data: Dataset) -> Trained:
        return Trained.of(self.network, self.parameters, data)

    def of_stream(self, data: StreamDataset) -> Trained:
        kind = StreamForecaster if data.lags else TextModel
        return kind.of(self.network, self.parameters, data)


def make_predictor(network: Network, parameters: Parameters, data: Data) -> Trained:
    """The trained network, ready for use on data of its kind.

    Raises:
        BadInput: network, parameters and data do not fit each other.
    """
    refuse_data(network, data)
    network.refuse_parameters(parameters)
    predictor: Trained = data.accept(_Predictor(network, parameters))
    return predictor
