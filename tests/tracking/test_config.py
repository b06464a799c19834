import pytest
from pydantic import ValidationError

from rnn_lab.tracking.config import Tracking


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
