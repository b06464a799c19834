"""Windows as views: what they hold is what cutting the series by hand gives, and nothing of it is copied before."""

from typing import Any

import numpy as np
import pytest

from rnn_lab.network import Elman, Network
from rnn_lab.sequences import dataset
from rnn_lab.sequences.frames import Frames
from rnn_lab.training.layout import TimeMajor

T, H = 7, 2
TABLE = np.random.default_rng(0).normal(size=(60, 3)).cumsum(axis=0)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_windows_share_one_table_and_are_gathered_scaled_in_the_network_s_order(dtype: str) -> None:
    """Every split cuts the caller's own numbers; a batch has each replica's records, time first in memory."""
    data = dataset(TABLE, window=T, horizon=H, columns=[2, 0], target=1, each_step=True)
    scaled = data.input_scaler.apply(TABLE[:, [2, 0]])
    for part in (data.train, data.validation):
        X: Any = part.X
        assert isinstance(X, Frames)
        assert np.shares_memory(X.rows, data.series)
        cut = np.stack([scaled[at - H - T + 1 : at - H + 1] for at in part.at])
        np.testing.assert_array_equal(X, cut)
        np.testing.assert_array_equal(X[2:5, 1:, 0], cut[2:5, 1:, 0])
        np.testing.assert_allclose(X.mean(axis=(0, 1)), cut.mean(axis=(0, 1)), rtol=1e-12)
        np.testing.assert_array_equal(part.first(3).X, cut[:3])
        with pytest.raises(AttributeError):
            _ = X.colour
    network = Network(Elman(hidden_dim=4), inputs=2, outputs=1, window=T, each_step=True, dtype=dtype)
    which = np.array([[3, 0, 5], [1, 1, 2]])
    X, Y, weights = TimeMajor(network, data.train).batch(which)
    assert X.shape == (2, T, 3, 2)
    assert X.swapaxes(0, 1).flags.c_contiguous
    assert X.dtype == Y.dtype == dtype
    np.testing.assert_array_equal(X[1, :, 2], np.asarray(data.train.X)[2].astype(dtype))
    np.testing.assert_array_equal(Y[0, :, 1], data.target_scaler.apply(TABLE[H : T + H, [1]]).astype(dtype))
    assert weights is None
