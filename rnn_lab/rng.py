"""Named streams of random numbers: the same seed gives the same bits, whatever else a run draws."""

from collections.abc import Sequence

import numpy as np

from rnn_lab.errors import BadInput

STREAMS = ("data", "initialisation", "shuffle", "noise")


def named_rng(seed: int, name: str, *key: int) -> np.random.Generator:
    """A generator of its own for one purpose of one seed.

    Each stream is a child of ``SeedSequence(seed)``, so drawing more from one never shifts another. ``key`` numbers
    the draws within a stream (say, the epoch of a shuffle): a run that resumes at epoch 7 asks for the seventh
    directly and need not store a generator's state.

    Args:
        seed: the run's or the replica's seed, >= 0.
        name: one of ``STREAMS``.
        key: further numbers, each >= 0.

    Example:
        >>> named_rng(0, "shuffle", 3).permutation(5).tolist() == named_rng(0, "shuffle", 3).permutation(5).tolist()
        True

    Reference: NumPy's parallel random number generation, ``SeedSequence(spawn_key=...)``.
    """
    spawn_key = (STREAMS.index(name), *key)
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=spawn_key)))


def refuse_seeds(seeds: Sequence[int]) -> None:
    """Refuse what is no list of seeds.

    Raises:
        BadInput: none is given, or one is no whole number from 0.
    """
    listed = not isinstance(seeds, str) and isinstance(seeds, Sequence | np.ndarray) and len(seeds) > 0
    looked_at = (seeds[0], seeds[-1]) if listed and isinstance(seeds, range) else seeds  # of any number, at once
    if not listed or not all(isinstance(seed, int | np.integer) and seed >= 0 for seed in looked_at):
        raise BadInput(f"seeds={seeds!r} is not allowed: a list of whole numbers from 0 is, such as [0, 1, 2].")
