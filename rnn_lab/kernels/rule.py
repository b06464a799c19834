"""Truncated back-propagation by compiled kernels: a rule as any other, of windows and of streams."""

from typing import ClassVar

import numpy as np
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.kernels.program import Program
from rnn_lab.kernels.update_rule import Update
from rnn_lab.network import Network, Parameters
from rnn_lab.network.layer import Array
from rnn_lab.rules import Reach, Rule
from rnn_lab.rules.rule import mean_weights


class CompiledWindows:
    """Loss and gradient of windows; arguments as of `rnn_lab.rules.bptt.TruncatedGradient`."""

    def __init__(
        self,
        network: Network,
        replicas: int,
        batch: int,
        bptt_truncate: int,
        bptt_stride: int | None = None,
        *,
        frozen: bool = False,
    ) -> None:
        assert network.window is not None
        k = min(bptt_truncate, network.window)
        self.stride = network.window if k == network.window else bptt_stride or k
        self.each_step, self.window = network.each_step, network.window
        self.program = Program(network, replicas, batch, k, frozen=frozen)
        self._total = network.zeros(replicas) if self.each_step and self.stride < network.window else None

    def __call__(
        self,
        parameters: Parameters,
        X: Array,
        Y: Array,
        weights: Array | None = None,
        sampled: Array | None = None,
    ) -> tuple[Array, Parameters]:
        """Loss (R,) and gradient; see `WindowGradient`. There are no sampled steps."""
        assert sampled is None
        program, total = self.program, self._total
        program.begin()
        if total is None:
            loss = program.step(parameters, X, Y if self.each_step else Y[:, None], weights)
            return loss, program.gradient
        weights = mean_weights(weights, X.shape[:3], X.dtype)
        total.flat.fill(0.0)
        loss = np.zeros(len(X))
        for start in range(0, self.window, self.stride):
            part = slice(start, start + self.stride)
            loss = loss + program.step(parameters, X[:, part], Y[:, part], weights[:, part])
            total.flat += program.gradient.flat
        return loss, total

    @property
    def updates_at_once(self) -> bool:
        """True where `updates` can be asked: the gradient goes back once a window."""
        return self._total is None

    def updates(
        self,
        parameters: Parameters,
        rule: Update,
        moments: tuple[Array | None, Array | None],
        records: tuple[Array, Array, Array | None],
        rates: Array,
        count: int,
    ) -> tuple[Array, Array]:
        """Update by one batch after the other; see `Program.updates`."""
        self.program.begin()
        return self.program.updates(parameters, rule, moments, records, rates, count)

    def signals(self) -> dict[str, Array]:
        """None."""
        return {}


class CompiledStream:
    """Loss and gradient of a stream, chunk by chunk; arguments as of `rnn_lab.rules.bptt.TruncatedStreamGradient`."""

    def __init__(
        self, network: Network, replicas: int, lanes: int, bptt_truncate: int, *, frozen: bool = False
    ) -> None:
        self.program = Program(network, replicas, lanes, bptt_truncate, frozen=frozen)

    def begin(self, parameters: Parameters) -> None:
        """Go to the beginning of every lane."""
        self.program.begin()

    def __call__(
        self,
        parameters: Parameters,
        X: Array,
        Y: Array,
        weights: Array | None = None,
        sampled: Array | None = None,
    ) -> tuple[Array, Parameters]:
        """Loss (R,) and gradient of the next n <= k steps; see `StreamGradient`."""
        assert sampled is None
        return self.program.step(parameters, X, Y, weights), self.program.gradient

    def signals(self) -> dict[str, Array]:
        """None."""
        return {}


@dataclass(frozen=True, kw_only=True, config=STRICT)
class CompiledBPTT(Rule):
    """The rule that ``rule=bptt`` becomes with ``trainer.backend=numba``.

    Args:
        readout_alone: whether the recurrent layers have no gradient, as with ``rule=readout``.
    """

    supports_sampling: ClassVar[bool] = False
    is_gradient: ClassVar[bool] = True

    readout_alone: bool = False

    def for_windows(self, network: Network, replicas: int, batch: int, settings: Reach) -> CompiledWindows:
        """Allocate what works on batches of windows of one size."""
        k, stride = settings.bptt_truncate, settings.bptt_stride
        return CompiledWindows(network, replicas, batch, k, stride, frozen=self.readout_alone)

    def for_stream(self, network: Network, replicas: int, lanes: int, settings: Reach) -> CompiledStream:
        """Allocate what works along a stream's lanes."""
        return CompiledStream(network, replicas, lanes, settings.bptt_truncate, frozen=self.readout_alone)
