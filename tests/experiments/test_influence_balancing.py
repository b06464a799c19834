"""The recipe of influence balancing: its closed table to 1e-10, and descent that climbs with a short k."""

import math

import numpy as np
import pytest

from experiments.runs import run
from experiments.truncation.balancing import PRINTED, exact
from rnn_lab.errors import BadInput


@pytest.mark.parametrize(("k", "falls"), [(10, False), (100, True)])
def test_the_closed_table_and_which_way_descent_goes(tmp_path, k, falls) -> None:
    done = run(tmp_path / "run", ["study=influence_balancing", f"trainer.bptt_truncate={k}"])
    for K, printed in PRINTED.items():
        slope = done.curve(f"balancing/slope_{K}")[0, 0]
        # (A^j s)_1 by binomials: A^j moves a half of everything one place on, j times over
        by_hand = sum(
            sum(math.comb(j, i) * (1 if i < 10 else -1) for i in range(min(j, 22) + 1)) / 2**j for j in range(K)
        )
        assert slope == pytest.approx(by_hand, rel=1e-10)
        assert exact(K) == pytest.approx(by_hand, rel=1e-10)
        assert slope == pytest.approx(printed, abs=5e-4)
    losses, theta = done.curve("train/loss")[:, 0], done.curve("balancing/theta")[:, 0]
    assert losses[0] == pytest.approx(8.0, rel=1e-10)
    np.testing.assert_allclose(losses, (-6 * theta - 1) ** 2 / 2, rtol=1e-6)  # nothing but theta has moved
    assert (np.diff(losses) < 0).all() if falls else (np.diff(losses) > 0).all()


def test_another_size_is_one_sentence(tmp_path) -> None:
    with pytest.raises(BadInput, match=r"needs model\.hidden_dim=23"):
        run(tmp_path / "run", ["study=influence_balancing", "model.hidden_dim=9"])
