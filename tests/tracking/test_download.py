"""A network that MLflow keeps, brought back."""

import pytest

from rnn_lab.errors import BadInput
from rnn_lab.evaluation import Forecaster
from rnn_lab.network import Elman, Network
from rnn_lab.sequences import Generated, Sine
from rnn_lab.tracking.download import download_network
from rnn_lab.tracking.packaging import log_model
from rnn_lab.tracking.store import experiment, open_store

pytestmark = pytest.mark.filterwarnings("ignore")  # MLflow warns of itself and of its libraries

UNKNOWN = 32 * "a"


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A store with a run that keeps a network, and a run that keeps none."""
    folder = tmp_path_factory.mktemp("store")
    data = Generated(name="sine", series=Sine(length=60), window=8, train=30, validation=10).dataset()
    network = Network(Elman(hidden_dim=3), inputs=1, outputs=1, window=8)
    forecaster = Forecaster.of(network, network.initial([0, 1]), data)
    forecaster.save(folder / "run")
    uri = f"sqlite:///{folder / 'mlflow.db'}"
    client = open_store(uri)
    place = experiment(client, "test", uri)
    run, empty = (client.create_run(place).info.run_id for _ in range(2))
    log_model(client, run, place, folder / "run", {"val/rmse": 0.5}, time=0.0)
    return uri, run, empty, forecaster, data.series


def test_it_forecasts_as_the_one_that_was_logged(kept, tmp_path):
    uri, run, _, forecaster, series = kept
    download_network(run, uri, tmp_path)
    assert sorted(path.name for path in (tmp_path / "weights").iterdir()) == ["kept.npz", "model.json"]
    assert (Forecaster.load(tmp_path).free_run(series, 9) == forecaster.free_run(series, 9)).all()


def test_what_is_not_there_is_said(kept, tmp_path):
    uri, run, empty, _, _ = kept
    with pytest.raises(BadInput, match=f"run={UNKNOWN} cannot be read from MLflow at .*not found"):
        download_network(UNKNOWN, uri, tmp_path)
    with pytest.raises(BadInput, match=f"the MLflow run {empty} keeps no network"):
        download_network(empty, uri, tmp_path)
    with pytest.raises(BadInput, match="there is no MLflow store sqlite:"):
        download_network(run, f"sqlite:///{tmp_path / 'none.db'}", tmp_path)
    with pytest.raises(BadInput, match="does not answer"):
        download_network(run, "http://127.0.0.1:9", tmp_path)
    assert list(tmp_path.iterdir()) == []
