"""The page with a slider over the vectors that observers measured."""

import json
import re

import numpy as np
import pytest

from rnn_lab.errors import BadInput
from rnn_lab.tracking.kept_epochs import KeptEpochs
from rnn_lab.tracking.slides import instruments_page


def test_each_vector_by_epoch_on_axes_that_stay(tmp_path) -> None:
    kept = KeptEpochs(tmp_path)
    for epoch in range(3):
        arrays = {"dh_by_lag": np.array([[1.0, 1e-3], [3.0, 3e-3]]) * 10.0**epoch, "cube": np.zeros((1, 2, 2))}
        if epoch != 1:
            arrays["recall"] = np.array([[1.0, np.nan], [0.0, 0.5]])
        np.savez(tmp_path / f"{epoch}.npz", **arrays)
        kept.arrays[epoch] = f"{epoch}.npz"
    ((name, compose),) = kept.pages("a run", {})
    assert name == "instruments.html"
    assert list(kept.links("1", "ab")) == ["Instruments over the epochs"]
    content = json.loads(re.search(r'id="content">(.*?)</script>', compose(), re.S)[1])
    assert content["vectors"] == {
        "dh_by_lag": {"low": 1e-3, "high": 300.0, "logarithmic": True},
        "recall": {"low": 0.0, "high": 1.0, "logarithmic": False},
    }
    first, second, last = content["frames"]
    assert last["dh_by_lag"] == {"mean": [200.0, 0.2], "low": [100.0, 0.1], "high": [300.0, 0.3]}
    assert "recall" not in second
    assert first["recall"]["mean"] == [0.5, 0.5]


def test_a_file_outside_of_the_folder_is_not_read(tmp_path) -> None:
    with pytest.raises(BadInput, match="no file of the run folder"):
        instruments_page(tmp_path, {0: "../x.npz"}, title="")
