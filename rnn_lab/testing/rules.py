"""Behaviour of every rule: shapes, replicas that know nothing of each other, the loss, and runs that resume."""

from abc import ABC, abstractmethod
from pathlib import Path

import numpy as np

from rnn_lab.network import Elman, Network, Parameters
from rnn_lab.rng import named_rng
from rnn_lab.rules import BPTT, Reach, Rule
from rnn_lab.rules.rule import Array, WindowGradient, begin_epoch
from rnn_lab.sequences import Data, Generated, Sine
from rnn_lab.training import Adam, Epoch, Trainer, TrainingState, fit

SEEDS = (3, 4)
BATCH, WINDOW = 5, 6


class RuleContract(ABC):
    """Tests of a rule: derive ``TestMine`` from it and define `make`; `network` is what it is tried on, for windows.

    Attributes:
        reach: k, for the rules that have one.
        is_exact_at_full_reach: whether its gradient is that of back-propagation where k reaches all of the window.
    """

    reach = Reach(bptt_truncate=WINDOW)
    is_exact_at_full_reach = False

    @abstractmethod
    def make(self) -> Rule:
        """The rule to be tested."""

    def network(self) -> Network:
        """A network that it fits."""
        return Network(Elman(hidden_dim=4), inputs=1, outputs=1, window=WINDOW)

    def data(self) -> Data:
        """Data that the network fits."""
        return Generated(name="sine", series=Sine(length=60), window=WINDOW, train=22, validation=10).dataset()

    def batch(self) -> tuple[Parameters, Array, Array]:
        """Parameters and a batch of windows."""
        network, rng = self.network(), np.random.default_rng(0)
        Y = rng.standard_normal((2, BATCH, network.outputs))
        return network.initial(SEEDS), rng.standard_normal((2, WINDOW, BATCH, network.inputs)), Y

    def at_work(self, seeds: tuple[int, ...] = SEEDS) -> WindowGradient:
        """The rule at work, at the beginning of an epoch."""
        rule = self.make()
        rule.refuse(self.network())
        made = rule.for_windows(self.network(), len(seeds), BATCH, self.reach)
        begin_epoch(made, rule, [named_rng(seed, "noise", 1) for seed in seeds])
        return made

    def test_gives_the_loss_and_a_gradient_of_every_parameter(self) -> None:
        """The loss is that of back-propagation, and the gradient has the parameters' names and shapes."""
        parameters, X, Y = self.batch()
        loss, gradient = self.at_work()(parameters, X, Y)
        back = BPTT().for_windows(self.network(), len(SEEDS), BATCH, Reach(bptt_truncate=WINDOW))
        expected, whole = back(parameters, X, Y)
        np.testing.assert_allclose(loss, expected, rtol=1e-12)
        assert gradient.shapes == parameters.shapes
        assert np.isfinite(gradient.flat).all()
        if self.is_exact_at_full_reach:
            np.testing.assert_allclose(gradient.flat, whole.flat, rtol=1e-9, atol=1e-13)

    def test_changes_neither_parameters_nor_batch(self) -> None:
        """No argument is changed."""
        parameters, X, Y = self.batch()
        before = [array.copy() for array in (parameters.flat, X, Y)]
        self.at_work()(parameters, X, Y)
        for one, other in zip(before, (parameters.flat, X, Y), strict=True):
            np.testing.assert_array_equal(other, one)

    def test_each_replica_is_a_run_of_its_own(self) -> None:
        """Another replica's parameters, batch and noise do not matter to it."""
        parameters, X, Y = self.batch()
        loss, gradient = self.at_work()(parameters, X, Y)
        for r, seed in enumerate(SEEDS):
            own_loss, own = self.at_work((seed,))(parameters.select(r), X[r : r + 1], Y[r : r + 1])
            np.testing.assert_allclose(own_loss, loss[r : r + 1], rtol=1e-12)
            np.testing.assert_allclose(own.flat[0], gradient.flat[r], rtol=1e-9, atol=1e-14)

    def test_a_batch_leaves_nothing_behind_in_windows(self) -> None:
        """After another batch, the same one has the same gradient, if the noise is the same."""
        parameters, X, Y = self.batch()
        _, expected = self.at_work()(parameters, X, Y)
        rule, made = self.make(), self.at_work()
        made(parameters, 1.0 - X, 1.0 - Y)
        begin_epoch(made, rule, [named_rng(seed, "noise", 1) for seed in SEEDS])
        _, found = made(parameters, X, Y)
        np.testing.assert_array_equal(found.flat, expected.flat)

    def test_a_run_resumes_to_the_bit(self, tmp_path: Path) -> None:
        """Interrupted after the second epoch, it ends with the same weights."""
        network, data, path = self.network(), self.data(), tmp_path / "state.npz"
        trainer = Trainer(epochs=4, batch_size=BATCH, bptt_truncate=self.reach.bptt_truncate, keep="last")

        def save(epoch: Epoch) -> None:
            if epoch.epoch == 2:
                epoch.state.save(path)

        whole = fit(network, data, trainer, Adam(), SEEDS, [save], rule=self.make())
        again = fit(network, data, trainer, Adam(), SEEDS, state=TrainingState.load(path)[0], rule=self.make())
        np.testing.assert_array_equal(again.parameters.flat, whole.parameters.flat)
