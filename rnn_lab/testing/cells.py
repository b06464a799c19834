"""Behaviour of every recurrent cell: its passes are what its equation says, whatever surrounds it.

A cell's `reference` is its equation. Outputs are compared with it, and gradients with its derivative by complex steps.
"""

import tracemalloc
from abc import ABC, abstractmethod
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pydantic import ValidationError

from rnn_lab.evaluation.trained_network import Trained
from rnn_lab.network import Architecture, ForwardPass, Network, Parameters
from rnn_lab.network.reference import start, step
from rnn_lab.rules.bptt import TruncatedGradient, TruncatedStreamGradient
from rnn_lab.rules.rule import StreamGradient, WindowGradient
from rnn_lab.sequences import DelayedRecall, TaskData
from rnn_lab.testing.oracle import complex_step

Array = NDArray[Any]
T, B, R, D, O = 6, 3, 2, 2, 2  # noqa: E741 - the symbols of the equations
VARIANTS: dict[str, dict[str, Any]] = {
    "plain": {},
    "no bias": {"bias": False},
    "learned start": {"initial_state": "learned"},
    "two layers, skipping": {"layers": 2, "input_skip": True},
    "positional": {"encoding": "positional"},
}
"""Arguments that every `Architecture` has."""

every_variant = pytest.mark.parametrize("variant", VARIANTS)
along_streams = pytest.mark.parametrize("variant", [name for name in VARIANTS if name != "positional"])


class CellContract(ABC):
    """Tests of a cell: derive ``TestMine`` from it and define `make`, of some four units."""

    @abstractmethod
    def make(self) -> Architecture:
        """The cell to be tested."""

    def vary(self, **options: Any) -> Architecture:
        """It, with other options of `Architecture`; for a cell of which some of them need another argument too."""
        return replace(self.make(), **options)

    def network(self, variant: str = "plain", window: int | None = T, **options: Any) -> Network:
        """A network of two inputs and two outputs."""
        return Network(self.vary(**VARIANTS[variant]), D, O, window, **options)

    def drawn(self, network: Network, replicas: int = R, batch: int = B) -> tuple[Parameters, Array, Array]:
        """Parameters, moved off their start, and a batch: X (R, T, B, D) and Y (R, T, B, O)."""
        rng, steps = np.random.default_rng(0), network.window or T
        parameters = network.initial(range(replicas))
        parameters.flat += (0.2 * rng.standard_normal(parameters.flat.shape)).astype(network.dtype)
        X, Y = (rng.standard_normal((replicas, steps, batch, width)).astype(network.dtype) for width in (D, O))
        return parameters, X, Y

    def windows(self, network: Network, replicas: int, batch: int, k: int) -> WindowGradient:
        """Back-propagation through k steps of windows, at work."""
        return TruncatedGradient(network, replicas, batch, k)

    def stream(self, network: Network, replicas: int, lanes: int, k: int) -> StreamGradient:
        """Back-propagation through k steps of a stream, at work."""
        return TruncatedStreamGradient(network, replicas, lanes, k)

    def gradient(self, network: Network, parameters: Parameters, X: Array, Y: Array, k: int = T) -> tuple[Array, Array]:
        """Losses (R,) and gradient (R, P) of the last step, from buffers of their own."""
        loss, found = self.windows(network, len(X), X.shape[2], k)(parameters, X, Y[:, -1])
        return loss, found.flat

    @every_variant
    def test_parameters_are_as_described(self, variant: str) -> None:
        """Their shapes; and the block that proposes the new state, (R, H, H)."""
        network = self.network(variant)
        parameters, H = network.initial(range(R)), network.model.hidden_dim
        assert parameters.shapes == network.shapes
        assert network.model.candidate(parameters.layer(1)).shape == (R, H, H)

    @every_variant
    def test_a_seed_means_the_same_weights_among_others(self, variant: str) -> None:
        """Another seed means others."""
        network = self.network(variant)
        together = network.initial([7, 8, 9])
        np.testing.assert_array_equal(together.flat[1], network.initial([8]).flat[0])
        assert not np.array_equal(together.flat[1], together.flat[2])

    @every_variant
    def test_outputs_are_those_of_the_equation(self, variant: str) -> None:
        """At every step, whole or in blocks of any length."""
        network = self.network(variant, each_step=True)
        parameters, X, _ = self.drawn(network)
        theta, expected = parameters.arrays(), []
        state = start(network.model, theta, B)
        for t in range(T):
            state, o = step(network.model, theta, t, X[:, t], state)
            expected.append(o)
        for k in range(1, T + 1):
            found = ForwardPass(network, R, B, k)(parameters, X)
            np.testing.assert_allclose(found, np.stack(expected, axis=1), rtol=1e-12, atol=1e-14)

    @every_variant
    @pytest.mark.parametrize("k", [1, 3, T + 2])
    def test_two_consecutive_gradients_are_those_of_the_equation(self, variant: str, k: int) -> None:
        """Of the loss at the last step, sent back through k steps; the second with the buffers as the first left them.

        After an update, so that nothing of the first can pass for the second's.
        """
        network = self.network(variant)
        parameters, X, Y = self.drawn(network)
        rule = self.windows(network, R, B, k)
        for _ in range(2):
            _, found = rule(parameters, X, Y[:, -1])
            self.agree(network, parameters, found, X, Y, max(T - k, 0), range(T - 1, T))
            parameters.flat[...] -= 0.3 * found.flat
            X, Y = 0.5 - X, 0.5 - Y

    @along_streams
    def test_along_a_stream_gradients_are_those_of_the_equation(self, variant: str) -> None:
        """Chunk after chunk, the losses of each reach back k steps from its end, or to the stream's beginning."""
        network, k, chunk = self.network(variant, None, each_step=True), 3, 2
        parameters, X, Y = self.drawn(network)
        rule = self.stream(network, R, B, k)
        rule.begin(parameters)
        for first in range(0, T, chunk):
            end = first + chunk
            _, found = rule(parameters, X[:, first:end], Y[:, first:end])
            self.agree(network, parameters, found, X, Y, max(end - k, 0), range(first, end))

    def agree(
        self, network: Network, parameters: Parameters, found: Parameters, X: Array, Y: Array, reach: int, losses: range
    ) -> None:
        """Compare the last replica's gradient with the equation's: of ``losses``, back to step ``reach``."""
        own = {name: values[-1].copy() for name, values in parameters.arrays().items()}
        weights = np.full((T, B), 1 / (len(losses) * B))
        expected = complex_step(network.model, network.loss, own, X[-1], Y[-1], weights, reach, losses)
        for name, slopes in expected.items():
            scale = max(float(np.linalg.norm(slopes)), 1e-3)
            assert np.linalg.norm(found[name][-1] - slopes) <= 1e-10 * scale, name

    @every_variant
    def test_buffers_left_by_one_batch_do_not_reach_the_next(self, variant: str) -> None:
        """Nor does what an optimizer writes into the gradient."""
        network = self.network(variant)
        parameters, X, Y = self.drawn(network)
        for k in (1, 2, T):
            used = self.windows(network, R, B, k)
            used(parameters, 10 * X, 1 - Y[:, -1])[1].flat[...] = 7.0
            loss, found = used(parameters, X, Y[:, -1])
            fresh_loss, fresh = self.gradient(network, parameters, X, Y, k)
            np.testing.assert_array_equal(loss, fresh_loss)
            np.testing.assert_array_equal(found.flat, fresh)

    @every_variant
    def test_truncation_changes_the_gradient_alone(self, variant: str) -> None:
        """The loss is the same for every k, and beyond the window there is nothing to reach."""
        network = self.network(variant)
        setup = network, *self.drawn(network)
        losses = [self.gradient(*setup, k=k)[0] for k in range(1, T + 1)]
        np.testing.assert_allclose(losses, np.broadcast_to(losses[-1], (T, R)), rtol=1e-13)
        np.testing.assert_array_equal(self.gradient(*setup, k=T)[1], self.gradient(*setup, k=1000)[1])

    @every_variant
    def test_replicas_do_not_see_each_other(self, variant: str) -> None:
        """Each is as it is alone, even beside one that diverges."""
        network = self.network(variant)
        parameters, X, Y = self.drawn(network, replicas=3)
        expected = self.gradient(network, parameters, X, Y, k=4)[1]
        for r in range(3):
            alone = self.gradient(network, parameters.select(r), X[r : r + 1], Y[r : r + 1], k=4)[1]
            np.testing.assert_allclose(expected[r], alone[0], rtol=1e-12, atol=1e-16)
        parameters.flat[1] = np.nan
        with np.errstate(invalid="ignore"):
            found = self.gradient(network, parameters, X, Y, k=4)[1]
        assert np.isnan(found[1]).any()
        np.testing.assert_array_equal(found[[0, 2]], expected[[0, 2]])

    @every_variant
    def test_a_batch_is_the_mean_over_its_records(self, variant: str) -> None:
        """Loss and gradient."""
        network = self.network(variant)
        parameters, X, Y = self.drawn(network)
        loss, whole = self.gradient(network, parameters, X, Y, k=4)
        parts = [self.gradient(network, parameters, X[:, :, [b]], Y[:, :, [b]], k=4) for b in range(B)]
        np.testing.assert_allclose(loss, np.mean([part[0] for part in parts], axis=0), rtol=1e-12)
        np.testing.assert_allclose(whole, np.mean([part[1] for part in parts], axis=0), rtol=1e-11, atol=1e-15)

    def test_memory_layout_of_a_batch_does_not_matter(self) -> None:
        """Shared by all replicas, gathered in another order, or strided."""
        network = self.network()
        parameters, X, Y = self.drawn(network)
        shared = np.broadcast_to(X[:1], X.shape)
        strided = np.zeros((R, T, 2 * B, 2 * D))[:, :, ::2, ::2]
        strided[...] = shared
        gathered = np.ascontiguousarray(shared.swapaxes(0, 1)).swapaxes(0, 1)
        _, expected = self.gradient(network, parameters, np.ascontiguousarray(shared), Y, k=4)
        for same in (shared, gathered, strided):
            found = self.gradient(network, parameters, same, Y, k=4)[1]
            np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-16)

    def test_memory_does_not_grow_with_the_window(self) -> None:
        """The loops over time leave nothing behind but the last k steps, and a block of those before."""
        k, peaks = 4, []
        for window in (100, 484):  # the same share of a block to begin with
            network = self.network(window=window)
            parameters, X, Y = self.drawn(network, batch=16)
            tracemalloc.start()
            rule = self.windows(network, R, 16, k)
            for _ in range(2):
                rule(parameters, X, Y[:, -1])
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
        one_step = R * 16 * network.model.hidden_dim * network.model.GATES * 8
        assert peaks[1] < peaks[0] + 3 * one_step

    @every_variant
    def test_deltas_by_lag_add_up_to_the_gradient(self, variant: str) -> None:
        """``deltas`` is dL/da_t, so that dL/dW_xh = sum_t x_t^T delta_t: what is shown of the reach is what is done."""
        network, k = self.network(variant), 4
        parameters, X, Y = self.drawn(network)
        rule = TruncatedGradient(network, R, B, k)
        _, found = rule(parameters, X, Y[:, -1])
        deltas, inputs = rule.recurrence.layers[0].deltas, np.zeros_like(found["W_xh"])
        for t in range(T - k, T):
            share = np.einsum("rbd,rbg->rdg", X[:, t], deltas[:, t - (T - k)])
            (inputs[:, t] if inputs.ndim == 4 else inputs)[...] += share
        np.testing.assert_allclose(found["W_xh"], inputs, rtol=1e-12, atol=1e-16)

    @every_variant
    @pytest.mark.parametrize("k", [2, T])
    def test_float32_is_float64_with_fewer_digits(self, variant: str, k: int) -> None:
        """Losses, gradients, and what they are made of."""
        high, low = self.network(variant), self.network(variant, dtype="float32")
        parameters, X, Y = self.drawn(high)
        loss, expected = self.gradient(high, parameters, X, Y, k)
        single = parameters.like(parameters.flat.astype("float32"))
        low_loss, found = self.gradient(low, single, X.astype("float32"), Y.astype("float32"), k)
        assert low_loss.dtype == found.dtype == "float32"
        np.testing.assert_allclose(low_loss, loss, rtol=1e-5)
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5 * np.abs(expected).max())

    def test_it_travels_with_the_trained_network(self, tmp_path: Path) -> None:
        """Saved and loaded, all its arguments are what they were, and so are its outputs."""
        data = TaskData(name="mine", task=DelayedRecall(length=T, delay=2), train=3, validation=3).dataset()
        network = Network.for_data(data, self.make())
        trained = Trained.of(network, network.initial([0]), data)
        trained.save(tmp_path)
        again = Trained.load(tmp_path, trusted=None)
        assert again.network.model == network.model
        windows = data.validation.X
        np.testing.assert_array_equal(again.predict(windows), trained.predict(windows))

    @pytest.mark.parametrize(("key", "value"), [("hidden_dim", 0), ("hidden_dim", 3.0), ("gain", -1.0), ("wobble", 1)])
    def test_wrong_arguments_are_refused_by_name(self, key: str, value: float) -> None:
        """None is rounded, cut or ignored."""
        cell = self.make()
        arguments = {name: getattr(cell, name) for name in asdict(cell)}
        with pytest.raises(ValidationError, match=key):
            type(cell)(**{**arguments, key: value})
