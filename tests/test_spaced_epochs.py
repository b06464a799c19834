"""Epochs that are kept: the first, the last, and evenly spaced ones between them."""

import itertools

import pytest

from rnn_lab.spaced_epochs import kept_epochs


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
