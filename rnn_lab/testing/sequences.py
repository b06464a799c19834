"""Behaviour of every generator of a series."""

import json
import pickle
from abc import ABC, abstractmethod
from dataclasses import asdict, replace

import numpy as np
import pytest
from hydra.utils import instantiate
from pydantic import ValidationError

from rnn_lab.sequences import Generated, Generator
from rnn_lab.sequences.forecasting import describe
from rnn_lab.sequences.scaling import Array, Scaling


class GeneratorContract(ABC):
    """Tests of a generator: derive ``TestMine`` from it and define `make`, of some 60 steps without noise.

    Attributes:
        random: whether chance plays a part in the series itself.
    """

    random = False

    @abstractmethod
    def make(self) -> Generator:
        """The generator to be tested."""

    def draw(self, seed: int = 0, noise: float = 0.0) -> Array:
        """Its series (L, C) by a seed."""
        return replace(self.make(), noise=noise)(np.random.default_rng(seed))

    def test_shape_and_dtype(self) -> None:
        """(L, C) finite float64, of which no column is constant, each with a name of its own."""
        series, values = self.make(), self.draw()
        assert values.shape == (series.length, len(series.columns))
        assert values.dtype == np.float64
        assert np.isfinite(values).all()
        assert np.ptp(values, axis=0).min() > 0
        assert len(set(series.columns)) == len(series.columns)

    def test_seeding_by_the_generator_it_is_given(self) -> None:
        """The same seed gives the same bits; another seed others, if chance plays a part at all."""
        values = self.draw(seed=3)
        assert values.tobytes() == self.draw(seed=3).tobytes()
        assert np.array_equal(values, self.draw(seed=4)) != self.random

    def test_the_global_random_state_is_left_alone(self) -> None:
        """NumPy's own."""
        before = pickle.dumps(np.random.get_state())  # noqa: NPY002 - it is what is watched
        self.draw()
        assert pickle.dumps(np.random.get_state()) == before  # noqa: NPY002

    @pytest.mark.parametrize("noise", [0.0, 0.5])
    @pytest.mark.parametrize("rows", [1, 7, 59, 60, 61])
    def test_its_blocks_joined_are_the_series_to_the_bit(self, rows: int, noise: float) -> None:
        """However long they are, with noise and without."""
        series = replace(self.make(), noise=noise)
        blocks = list(series.blocks(np.random.default_rng(2), rows))
        assert [len(block) for block in blocks] == [min(rows, series.length - s) for s in range(0, series.length, rows)]
        assert np.concatenate(blocks).tobytes() == self.draw(2, noise).tobytes()

    @pytest.mark.parametrize("scaling", ["none", "standard", "minmax"])
    def test_round_trip_through_the_scaler(self, scaling: Scaling) -> None:
        """Targets and windows, scaled and back, are the rows of the series."""
        data = Generated(
            name="mine", series=self.make(), window=5, train=0.6, validation=0.4, scaling=scaling, seed=1
        ).dataset()
        for records in (data.train, data.validation):
            true = data.series[records.at]
            np.testing.assert_allclose(data.target_scaler.undo(records.Y), true, rtol=1e-10, atol=1e-10)
            windows = np.stack([data.series[at - 5 : at] for at in records.at])
            np.testing.assert_allclose(data.input_scaler.undo(records.X), windows, rtol=1e-10, atol=1e-10)

    def test_its_recipe_makes_it_again(self) -> None:
        """Through JSON and Hydra: what the journal says of a run's data is enough to repeat it."""
        again = instantiate(json.loads(json.dumps(describe(self.make()))), _convert_="all")
        assert asdict(again) == asdict(self.make())
        assert again(np.random.default_rng(0)).tobytes() == self.draw().tobytes()

    @pytest.mark.parametrize(("key", "value"), [("length", 0), ("length", 3.0), ("noise", -0.1), ("wobble", 1.0)])
    def test_wrong_arguments_are_refused_by_name(self, key: str, value: float) -> None:
        """None is rounded, cut or ignored."""
        series = self.make()
        arguments = {field: getattr(series, field) for field in asdict(series)}
        with pytest.raises(ValidationError, match=key):
            type(series)(**{**arguments, key: value})
