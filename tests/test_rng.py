"""Named streams of random numbers: independent of each other, of order, and of the process."""

import subprocess
import sys

import numpy as np
import pytest

from rnn_lab.rng import STREAMS, named_rng


def test_the_same_seed_name_and_key_give_the_same_numbers() -> None:
    for name in STREAMS:
        np.testing.assert_array_equal(named_rng(3, name, 7).random(10), named_rng(3, name, 7).random(10))


def test_all_streams_of_all_seeds_differ() -> None:
    """Neighbours too: the stream itself and its key 0, seed 1 of one name and seed 0 of the next."""
    first = {
        tuple(named_rng(seed, name, *key).integers(2**63, size=2))
        for seed in range(20)
        for name in STREAMS
        for key in ((), (0,), (1,), (0, 0))
    }
    assert len(first) == 20 * len(STREAMS) * 4


def test_drawing_from_one_stream_never_shifts_another() -> None:
    undisturbed = named_rng(0, "shuffle", 2).random(5)
    one, other = named_rng(0, "initialisation"), named_rng(0, "shuffle", 2)
    one.random(1000)
    np.testing.assert_array_equal(other.random(5), undisturbed)


def test_the_global_state_is_neither_read_nor_written() -> None:
    state = np.random.get_state()  # noqa: NPY002 - what must not matter
    expected = named_rng(0, "noise").random(5)
    np.testing.assert_array_equal(np.random.get_state()[1], state[1])  # noqa: NPY002
    np.random.seed(123)  # noqa: NPY002
    np.testing.assert_array_equal(named_rng(0, "noise").random(5), expected)
    np.random.set_state(state)  # noqa: NPY002


def test_another_process_draws_the_same() -> None:
    program = "from rnn_lab.rng import STREAMS, named_rng; print([named_rng(5, n, 9).random().hex() for n in STREAMS])"
    drawn = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert drawn.strip() == str([named_rng(5, name, 9).random().hex() for name in STREAMS])


def test_the_recipe_of_a_stream_is_fixed() -> None:
    """A child of SeedSequence(seed) by the stream's place in the list: recorded seeds must mean the same for ever."""
    assert STREAMS[:4] == ("data", "initialisation", "shuffle", "noise")
    for place, name in enumerate(STREAMS):
        child = np.random.SeedSequence(11).spawn(len(STREAMS))[place]
        np.testing.assert_array_equal(named_rng(11, name).random(3), np.random.default_rng(child).random(3))


def test_streams_are_uncorrelated() -> None:
    names = [named_rng(seed, name).standard_normal(10_000) for seed in range(3) for name in STREAMS]
    off_diagonal = np.corrcoef(names) - np.eye(len(names))
    assert np.abs(off_diagonal).max() < 5 / np.sqrt(10_000)


def test_an_unknown_stream_is_an_error() -> None:
    with pytest.raises(ValueError, match="not in tuple"):
        named_rng(0, "weights")
