"""The loop's settings: what is allowed."""

import pytest
from pydantic import ValidationError

from rnn_lab.errors import BadInput
from rnn_lab.training import Trainer


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("epochs", -1),
        ("epochs", 1.5),
        ("epochs", "10"),
        ("epochs", True),
        ("batch_size", 0),
        ("bptt_truncate", 0),
        ("shuffle", 1),
        ("clip_value", 0.0),
        ("clip_norm", -1.0),
        ("clip_norm", float("nan")),
        ("clip_norm", float("inf")),
        ("patience", 0),
        ("keep", "first"),
        ("explode", 1.0),
        ("explode", float("nan")),
        ("dtype", "float16"),
        ("checkpoint_seconds", -1.0),
        ("learning_rate", 0.1),
    ],
)
def test_what_is_not_allowed_is_refused_by_name(key, value) -> None:
    with pytest.raises(ValidationError) as refused:
        Trainer(**{key: value})
    assert {str(error["loc"][0]) for error in refused.value.errors()} == {key}


@pytest.mark.parametrize(("batch_size", "expected"), [(1, 1), (7, 7), (8, 8), (None, 8)])
def test_batch(batch_size, expected) -> None:
    assert Trainer(batch_size=batch_size).batch(8) == expected


def test_a_batch_larger_than_the_data_is_refused() -> None:
    with pytest.raises(BadInput, match=r"trainer\.batch_size=9 is more than the 8 training records; use 1 to 8, or"):
        Trainer(batch_size=9).batch(8)
