"""Echo-state network: a random recurrent layer that is never trained, and a linear readout fitted in one step.

It answers what training the recurrent weights is worth: it has the Elman network's equation, size and windows, and
costs less than one epoch of that network's training.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnn_lab.evaluation.ridge import Ridge
from rnn_lab.network.activations import TANH, Activation

Array = NDArray[np.float64]

INPUT_SCALES = (0.1, 1.0)
"""A reservoir that is almost linear, with a long memory, and one that is not."""
SUMMED, READ = 2**20, 2**18
"""Numbers of windows held at a time where they are summed up, 8 MB, and where a reservoir reads them, 2 MB."""


@dataclass(frozen=True, eq=False)
class Reservoir:
    """A recurrent layer with fixed random weights.

        h_t = (1 - leak) h_{t-1} + leak f(x_t W_xh + h_{t-1} W_hh + b_h)

    Args:
        W_xh: (D, H).
        W_hh: (H, H).
        b_h: (H,).
        leak: in (0, 1]; 1 is the Elman network's layer, less a slower one.
        activation: f.

    Example:
        >>> reservoir = Reservoir.draw(np.random.default_rng(0), inputs=1, hidden_dim=20, spectral_radius=0.5)
        >>> float(np.abs(np.linalg.eigvals(reservoir.W_hh)).max().round(12))
        0.5
        >>> reservoir.states(np.ones((7, 1))).shape, reservoir.last_states(np.ones((3, 7, 1))).shape
        ((7, 20), (3, 20))

    References:
        Jaeger, "The 'echo state' approach to analysing and training recurrent neural networks" (2001); Lukoševičius,
        "A practical guide to applying echo state networks" (2012), which also advises on the settings.
    """

    W_xh: Array
    W_hh: Array
    b_h: Array
    leak: float = 1.0
    activation: Activation = TANH

    @classmethod
    def draw(
        cls,
        rng: np.random.Generator,
        inputs: int,
        hidden_dim: int,
        *,
        spectral_radius: float = 0.9,
        input_scale: float = 0.1,
        bias_scale: float = 0.5,
        leak: float = 1.0,
        activation: Activation = TANH,
    ) -> "Reservoir":
        """Draw a reservoir.

        Args:
            rng: the only source of randomness.
            inputs: D.
            hidden_dim: H.
            spectral_radius: largest absolute eigenvalue of W_hh, whose entries are drawn from N(0, 1) first. Below 1
                the start is forgotten in practice (it is neither necessary nor sufficient), near 1 slowly.
            input_scale: W_xh ~ U[-1, 1] input_scale / sqrt(D), so that inputs of unit variance drive the units alike
                however many there are.
            bias_scale: b_h ~ U[-1, 1] bias_scale: without it tanh would make odd functions of the input only.
            leak, activation: as above.
        """
        W_hh = rng.standard_normal((hidden_dim, hidden_dim))
        W_hh *= spectral_radius / np.abs(np.linalg.eigvals(W_hh)).max()
        W_xh = rng.uniform(-1.0, 1.0, (inputs, hidden_dim)) * input_scale / np.sqrt(inputs)
        return cls(W_xh, W_hh, rng.uniform(-1.0, 1.0, hidden_dim) * bias_scale, leak, activation)

    def step(self, state: Array, x: Array) -> Array:
        """Advance states (..., H) by one step with inputs (..., D)."""
        drive = state @ self.W_hh
        drive += x @ self.W_xh
        drive += self.b_h
        self.activation.apply(drive)
        return drive if self.leak == 1.0 else (1.0 - self.leak) * state + self.leak * drive

    def last_states(self, X: Array) -> Array:
        """State after each window (N, T, D), started from zero: (N, H)."""
        state = np.zeros((len(X), len(self.b_h)))
        for t in range(X.shape[1]):
            state = self.step(state, X[:, t])
        return state

    def states(self, series: Array, start: Array | None = None) -> Array:
        """All states along one series (L, D), started from ``start`` (H,), or zero: (L, H).

        The first states still remember the start. Leave as many out of a fit (the washout) as it takes.
        """
        states = np.empty((len(series), len(self.b_h)))
        state = np.zeros(len(self.b_h)) if start is None else start
        for t, x in enumerate(series):
            states[t] = state = self.step(state, x)
        return states


@dataclass(frozen=True, eq=False)
class EchoState:
    """A reservoir run over exactly the windows that the network reads, and a ridge readout of its last state.

        o = c + h_T W,    h_0 = 0

    Windows rather than the series: then it knows no more of the past than the network does, and as every window starts
    from the same state, in training and after it, none has to be left out. T is the washout.

    Args:
        reservoir: of H units, for standardised inputs.
        readout: from h_T to the targets.
        mean, deviation: (D,) of each input over the training windows; their scaling before does not matter.
    """

    reservoir: Reservoir
    readout: Ridge
    mean: Array
    deviation: Array

    @classmethod
    def fit(
        cls,
        X: Array,
        Y: Array,
        hidden_dim: int,
        rng: np.random.Generator,
        *,
        spectral_radius: float = 0.9,
        bias_scale: float = 0.5,
        leak: float = 1.0,
        input_scales: Sequence[float] = INPUT_SCALES,
    ) -> "EchoState":
        """Fit on training records only.

        The scale of the inputs, which decides how nonlinear the reservoir is, is chosen together with the penalty by
        the same generalised cross-validation. The other settings are the literature's usual ones, and not tuned.

        Args:
            X: windows (N, T, D).
            Y: targets (N, O), in any units.
            hidden_dim: H.
            rng: the only source of randomness; the reservoirs differ in their scale alone.
            spectral_radius, bias_scale, leak: see `Reservoir.draw`.
            input_scales: what to choose from.

        Example:
            >>> sine = np.lib.stride_tricks.sliding_window_view(np.sin(np.arange(200.0)), 50)[:, :, None]
            >>> network = EchoState.fit(sine[:100], sine[1:101, -1], hidden_dim=32, rng=np.random.default_rng(0))
            >>> bool(np.abs(network.predict(sine[100:150]) - sine[101:, -1]).max() < 1e-5)
            True
        """
        mean, deviation = _moments(X)
        unit = Reservoir.draw(
            rng, X.shape[2], hidden_dim,
            spectral_radius=spectral_radius, input_scale=1.0, bias_scale=bias_scale, leak=leak,
        )  # fmt: skip
        candidates = []
        for scale in input_scales:
            reservoir = Reservoir(scale * unit.W_xh, unit.W_hh, unit.b_h, leak)
            states, start = np.empty((len(X), hidden_dim)), 0
            for block in _last_states(reservoir, X, mean, deviation):
                states[start : (start := start + len(block))] = block
            readout = Ridge.fit(states, Y)
            candidates.append(cls(reservoir, readout, mean, deviation))
        return min(candidates, key=lambda network: network.readout.score)

    def predict(self, X: Array) -> Array:
        """Forecast (N, O) from windows (N, T, D), in the units of those it was fitted on."""
        return np.concatenate(
            [self.readout.predict(states) for states in _last_states(self.reservoir, X, self.mean, self.deviation)]
        )


def _blocks(X: Array, numbers: int) -> Iterator[Array]:
    """Yield copies of windows (N, T, D), some at a time, so that no more than so many numbers of them are held."""
    most = max(1, numbers // max(1, X.shape[1] * X.shape[2]))
    for start in range(0, len(X), most):
        block = np.asarray(X[start : start + most], np.float64)
        yield block.copy() if block.base is not None else block


def _moments(X: Array) -> tuple[Array, Array]:
    """Mean and standard deviation (D,) of each input over windows; 1 as that of a constant."""
    blocks = [(block.mean(axis=(0, 1)), block.size) for block in _blocks(X, SUMMED)]
    if len(blocks) == 1:
        whole = np.asarray(X)
        mean, deviation = blocks[0][0], whole.std(axis=(0, 1))
    else:
        mean = sum(part * size for part, size in blocks) / sum(size for _, size in blocks)
        squares = sum(_square_about(mean, block).sum(axis=(0, 1)) for block in _blocks(X, SUMMED))
        deviation = np.sqrt(squares / (len(X) * X.shape[1]))
    extremes = [(block.min(axis=(0, 1)), block.max(axis=(0, 1))) for block in _blocks(X, SUMMED)]
    low, high = (np.array(each) for each in zip(*extremes, strict=True))
    deviation[low.min(axis=0) == high.max(axis=0)] = 1.0
    return mean, deviation


def _square_about(mean: Array, block: Array) -> Array:
    block -= mean
    return np.square(block, out=block)


def _last_states(reservoir: Reservoir, X: Array, mean: Array, deviation: Array) -> Iterator[Array]:
    for block in _blocks(X, READ):
        block -= mean
        block /= deviation
        yield reservoir.last_states(block)
