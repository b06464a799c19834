"""Behaviour of every loss: `each` says what it is, and calling it gives the same with its gradient."""

from abc import ABC, abstractmethod
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pydantic import ValidationError

from rnn_lab.evaluation.trained_network import Trained
from rnn_lab.network import Elman, Network
from rnn_lab.network.losses import Loss
from rnn_lab.sequences import Data, DelayedRecall, Parity, TaskData
from rnn_lab.training import Adam, Trainer, fit

Array = NDArray[Any]
SHAPES = [(1, 1, 1), (3, 4, 2), (2, 3, 4, 2)]
"""(R, B, O), and (R, T, B, O) with a loss at each step."""
CLOSE = 1e-6


class LossContract(ABC):
    """Tests of a loss: derive ``TestMine`` from it and define `make`."""

    @abstractmethod
    def make(self) -> Loss:
        """The loss to be tested."""

    def drawn(self, shape: tuple[int, ...], seed: int = 0) -> tuple[Array, Array]:
        """Outputs and targets: numbers, or classes."""
        rng = np.random.default_rng(seed)
        outputs = rng.standard_normal(shape)
        if self.make().of_classes:
            return outputs, rng.integers(0, shape[-1], shape[:-1])
        return outputs, rng.standard_normal(shape)

    def data(self) -> Data:
        """A task whose targets it fits."""
        task = Parity(length=4) if self.make().of_classes else DelayedRecall(length=4, delay=1)
        return TaskData(name="mine", task=task, train=20, validation=10).dataset()

    @pytest.mark.parametrize("weighted", [False, True])
    @pytest.mark.parametrize("shape", SHAPES)
    def test_is_the_weighted_sum_of_each_and_gives_its_gradient(self, shape: tuple[int, ...], weighted: bool) -> None:
        """Without weights their mean; the gradient is compared with central differences."""
        loss, error = self.make(), np.full(shape, np.nan)
        for seed in range(2):  # the second into what the first left
            outputs, targets = self.drawn(shape, seed)
            weights = np.random.default_rng(9).random(shape[:-1]) if weighted else None
            shares = np.full(shape[:-1], 1 / np.prod(shape[1:-1])) if weights is None else weights

            def each(outputs: Array, targets: Array = targets, shares: Array = shares) -> Array:
                return np.asarray(loss.each(outputs, targets)) * shares

            found = loss(outputs.copy(), targets, error, weights)
            assert found.shape == shape[:1]
            np.testing.assert_allclose(found, each(outputs).reshape(len(found), -1).sum(axis=1), rtol=1e-12)
            slopes = np.zeros(shape)
            for o in range(shape[-1]):  # a prediction's loss depends on no other prediction
                step = np.where(np.arange(shape[-1]) == o, 1e-6, 0.0)
                slopes[..., o] = (each(outputs + step) - each(outputs - step)) / 2e-6
            np.testing.assert_allclose(error, slopes, rtol=CLOSE, atol=CLOSE)

    def test_what_has_no_weight_does_not_count(self) -> None:
        """Masked steps have the weight 0, and get no gradient."""
        (outputs, targets), loss = self.drawn((2, 6, 3)), self.make()
        counted = np.array([True, False, True, True, False, False])
        weights = np.tile(counted / counted.sum(), (2, 1))
        error, few = np.empty((2, 6, 3)), np.empty((2, 3, 3))
        found = loss(outputs, targets, error, weights)
        np.testing.assert_allclose(found, loss(outputs[:, counted], targets[:, counted], few), rtol=1e-12)
        np.testing.assert_allclose(error[:, counted], few, rtol=1e-12)
        assert not error[:, ~counted].any()

    def test_a_replica_among_others_is_as_it_is_alone(self) -> None:
        """Even beside one that diverges."""
        (outputs, targets), loss = self.drawn((3, 5, 2)), self.make()
        outputs[1] = np.nan
        error = np.empty_like(outputs)
        with np.errstate(invalid="ignore"):
            found = loss(outputs, targets, error)
        for r in (0, 2):
            alone, own = np.empty((1, 5, 2)), slice(r, r + 1)
            np.testing.assert_allclose(found[r], loss(outputs[own], targets[own], alone)[0], rtol=1e-12)
            np.testing.assert_allclose(error[r], alone[0], rtol=1e-12)

    def test_leaves_outputs_targets_and_weights_alone(self) -> None:
        """The error alone is written."""
        outputs, targets = self.drawn((2, 5, 3))
        weights = np.full((2, 5), 0.2)
        given = (outputs, targets, weights)
        before = [array.copy() for array in given]
        self.make()(outputs, targets, np.empty_like(outputs), weights)
        for array, copy in zip(given, before, strict=True):
            np.testing.assert_array_equal(array, copy)

    def test_a_perfect_answer_costs_least(self) -> None:
        """No other answer costs less than the targets themselves, or of classes all but certain logits."""
        (outputs, targets), loss = self.drawn((2, 50, 3)), self.make()
        perfect = 50.0 * (np.arange(3) == targets[..., None]) if loss.of_classes else targets
        assert (loss.each(perfect, targets) <= loss.each(outputs, targets) + 1e-12).all()

    def test_outputs_say_numbers_or_probabilities(self) -> None:
        """`link`: of classes they are not negative and add up to 1."""
        (outputs, _), loss = self.drawn((2, 5, 3)), self.make()
        said = loss.link(outputs)
        assert said.shape == outputs.shape
        assert np.isfinite(said).all()
        if loss.of_classes:
            assert (said >= 0).all()
            np.testing.assert_allclose(said.sum(axis=-1), 1.0, rtol=1e-12)

    @pytest.mark.parametrize("weighted", [False, True])
    def test_float32_stays_float32_and_close(self, weighted: bool) -> None:
        """Loss and error alike."""
        (outputs, targets), loss = self.drawn((2, 40, 5)), self.make()
        weights = np.full((2, 40), 0.025) if weighted else None
        error, short = np.empty_like(outputs), np.empty(outputs.shape, "float32")
        expected = loss(outputs, targets, error, weights)
        whole, half = targets.dtype.kind == "i", np.float32
        single = outputs.astype(half), targets if whole else targets.astype(half)
        found = loss(*single, short, None if weights is None else weights.astype(half))
        assert short.dtype == found.dtype == "float32"
        np.testing.assert_allclose(found, expected, rtol=1e-5)
        np.testing.assert_allclose(short, error, rtol=1e-4, atol=1e-7)

    def test_a_network_learns_by_it(self) -> None:
        """Training brings it down."""
        data = self.data()
        network = Network.for_data(data, Elman(hidden_dim=6), loss=self.make())
        state = fit(network, data, Trainer(epochs=20, keep="last"), Adam(learning_rate=0.02), [0])
        losses = state.curves["train/loss"][:, 0]
        assert losses[-1] < 0.98 * losses[0]

    def test_it_travels_with_the_trained_network(self, tmp_path: Path) -> None:
        """Saved and loaded, it has the same arguments, and the network says the same."""
        data = self.data()
        network = Network.for_data(data, Elman(hidden_dim=3), loss=self.make())
        trained = Trained.of(network, network.initial([0]), data)
        trained.save(tmp_path)
        again = Trained.load(tmp_path, trusted=None)
        assert again.network.loss == network.loss
        np.testing.assert_array_equal(again.predict(data.validation.X), trained.predict(data.validation.X))

    def test_an_unknown_argument_is_refused_by_name(self) -> None:
        """None is ignored."""
        loss = self.make()
        with pytest.raises(ValidationError, match="wobble"):
            type(loss)(**{**asdict(loss), "wobble": 1})
