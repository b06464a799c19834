import itertools

import pytest
from pydantic import ValidationError

from rnn_lab.tracking.config import Tracking, kept_epochs


@pytest.mark.parametrize("epochs", [1, 2, 49, 50, 51, 52, 75, 99, 100, 101, 1000, 12345])
def test_auto_keeps_first_last_and_fifty_evenly_spaced(epochs):
    kept = sorted(kept_epochs("auto", epochs))
    assert (kept[0], kept[-1]) == (0, epochs)
    assert len(kept) == min(epochs, 50) + 1
    gaps = {after - before for before, after in itertools.pairwise(kept)}
    assert max(gaps) - min(gaps) <= 1


def test_every_nth_epoch_and_the_last():
    assert kept_epochs(1, 4) == {0, 1, 2, 3, 4}
    assert kept_epochs(3, 7) == {0, 3, 6, 7}
    assert kept_epochs(100, 7) == {0, 7}


def test_no_epoch_at_all_keeps_the_initial_weights():
    assert kept_epochs("auto", 0) == kept_epochs(5, 0) == {0}


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("weights_every", 0, "'auto' or a whole number of epochs >= 1"),
        ("weights_every", True, "'auto' or a whole number of epochs >= 1"),
        ("plots_every", "often", "'auto' or a whole number of epochs >= 1"),
        ("uri", "mlruns", "must start with one of http, https, sqlite"),
        ("uri", "file:///tmp/mlruns", "must start with one of http, https, sqlite"),
        ("uri", "sqlite://", "must name a file"),
        ("uri", 5000, "it must be null or an address"),
        ("uri", "https://ada:secret@host", "holds a password"),
        ("experiment", "", "at least 1 character"),
        ("wait", "yes", "valid boolean"),
        ("tags", {"a": 1}, "valid string"),
        ("url", "x", "unexpected keyword argument|Unexpected keyword argument"),
    ],
)
def test_a_wrong_value_is_one_error_that_names_the_key(key, value, says):
    with pytest.raises(ValidationError, match=says) as refusal:
        Tracking(**{key: value})
    assert len(refusal.value.errors()) == 1
    assert refusal.value.errors()[0]["loc"][0] == key


@pytest.mark.parametrize("uri", [None, "http://127.0.0.1:5000", "sqlite:///mlflow.db", "postgresql+psycopg2://u@h/db"])
def test_addresses_that_mlflow_keeps_runs_at(uri):
    assert Tracking(uri=uri).uri == uri
