"""Behaviour of every initialiser."""

import pickle
from abc import ABC, abstractmethod
from dataclasses import asdict

import numpy as np
import pytest
from pydantic import ValidationError

from rnn_lab.network.initializers import Initializer
from rnn_lab.rng import named_rng

SHAPES = [(1, 1), (1, 6), (6, 1), (4, 4), (3, 7), (7, 3)]


class InitializerContract(ABC):
    """Tests of an initialiser: derive ``TestMine`` from it and define `make`.

    Attributes:
        random: whether chance plays a part.
    """

    random = True

    @abstractmethod
    def make(self) -> Initializer:
        """The initialiser to be tested."""

    def rng(self, seed: int = 0) -> np.random.Generator:
        """The stream that weights are drawn from."""
        return named_rng(seed, "initialisation")

    @pytest.mark.parametrize("shape", SHAPES)
    def test_shape_and_type(self, shape: tuple[int, int]) -> None:
        """(fan_in, fan_out), finite float64, in memory of its own."""
        W = self.make()(self.rng(), *shape)
        assert W.shape == shape
        assert W.dtype == "float64"
        assert W.flags.c_contiguous
        assert W.flags.writeable
        assert np.isfinite(W).all()

    def test_draws_come_from_the_stream_that_is_handed_in(self) -> None:
        """The same stream gives the same weights, another others."""
        one, same, other = (self.make()(self.rng(seed), 4, 5) for seed in (0, 0, 1))
        np.testing.assert_array_equal(one, same)
        assert np.array_equal(one, other) != self.random

    def test_the_global_random_state_is_left_alone(self) -> None:
        """NumPy's own."""
        before = pickle.dumps(np.random.get_state())  # noqa: NPY002 - it is what is watched
        self.make()(self.rng(), 4, 5)
        assert pickle.dumps(np.random.get_state()) == before  # noqa: NPY002

    def test_an_unknown_argument_is_refused_by_name(self) -> None:
        """None is ignored."""
        initializer = self.make()
        with pytest.raises(ValidationError, match="wobble"):
            type(initializer)(**{**asdict(initializer), "wobble": 1})
