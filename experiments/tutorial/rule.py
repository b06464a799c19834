"""The tutorial's network and its update rule, which is *no gradient*.

"RNN from scratch in Python" (Analytics Vidhya, 2019) trains a sigmoid network with positional inputs record by record.
With e = o - y, m_t = min(t, k), t counted from 0, u_t = x_t W_xh[t] and w_t = h_{t-1} W_hh, its update is

    g_U += m_t u_t        g_W += m_t w_t        g_V = e h_t
    dU = clip(dU + g_U)   dW = clip(dW + g_W)   dV = clip(dV + g_V)      after every time step t

where dU and dW are the same for every input of a unit. **Neither contains the error e**: the back-propagated signal is
computed and thrown away, so only the readout learns; and since dV adds up all states though only the last reaches
the output, not even that is the loss's gradient. It is reproduced here to be measured, not to be used.
"""

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.errors import BadInput
from rnn_lab.network import Architecture, Elman, ForwardPass, Network, Parameters
from rnn_lab.network.activations import ACTIVATIONS
from rnn_lab.network.losses import HalfMeanSquaredError
from rnn_lab.network.parameters import Shapes
from rnn_lab.observers import Observer, Seen, Snapshot, Training, Watcher
from rnn_lab.rules import Reach, Rule
from rnn_lab.rules.rule import StreamGradient
from rnn_lab.scoring.metrics import rmse

Array = NDArray[Any]
NEEDS = {
    "activation": ACTIVATIONS["sigmoid"],
    "encoding": "positional",
    "bias": False,
    "layers": 1,
    "input_skip": False,
    "initial_state": "zero",
}


@dataclass(frozen=True, kw_only=True, config=STRICT)
class TutorialElman(Elman):
    """An `Elman` layer whose weights are the tutorial's own draws.

    U (H, T), W (H, H) and V (1, H) are uniform on [0, 1), drawn in that order by NumPy's legacy ``RandomState(seed)``
    (42 gives the published figures), and transposed to the lab's orientation: W_xh[t] = U[:, t], W_hh = W^T,
    W_hy = V^T.
    """

    def __post_init__(self) -> None:
        _require_tutorial(self, "the tutorial's network")

    def initial(self, seed: int, shapes: Shapes) -> dict[str, Array]:
        """Draw one replica's parameters."""
        T, D, H = shapes["W_xh"]
        rng = np.random.RandomState(seed)  # legacy: the published figures come from it
        U, W, V = (
            rng.uniform(0, 1, (H, T * D)),
            rng.uniform(0, 1, (H, H)),
            rng.uniform(0, 1, (shapes["W_hy"][1], H)),
        )
        return {"W_xh": U.T.reshape(T, D, H), "W_hh": W.T, "W_hy": V.T}


def _require_tutorial(model: Architecture, who: str) -> None:
    if any(getattr(model, name, None) != value for name, value in NEEDS.items()):
        spelled = {**NEEDS, "activation": "sigmoid"}
        values = ", ".join(f"model.{name}={str(value).lower()}" for name, value in spelled.items())
        raise BadInput(f"{who} needs {values} (study=tutorial has these).")


@dataclass(frozen=True, kw_only=True, config=STRICT)
class TutorialRule(Rule):
    """The tutorial's rule, for a sigmoid network with positional inputs, no biases, one input and one output."""

    supports_sampling: ClassVar[bool] = False
    is_gradient: ClassVar[bool] = False
    clips_itself: ClassVar[bool] = True

    def refuse(self, network: Network) -> None:
        """Refuse every network but the tutorial's."""
        _require_tutorial(network.model, "the tutorial's rule")
        if (network.inputs, network.outputs) != (1, 1):
            raise BadInput(
                "the tutorial's rule is defined for one input and one target column, "
                f"and the data has {network.inputs} and {network.outputs}."
            )
        if network.each_step or network.window is None or network.loss != HalfMeanSquaredError():
            raise BadInput("the tutorial's rule is defined for windows with one target number after the last step.")

    def for_windows(self, network: Network, replicas: int, batch: int, settings: Reach) -> "TutorialDirection":
        """Allocate; the rule goes record by record."""
        if batch != 1:
            raise BadInput("the tutorial's rule goes record by record: it needs trainer.batch_size=1.")
        return TutorialDirection(network, replicas, settings)

    def for_stream(self, network: Network, replicas: int, lanes: int, settings: Reach) -> StreamGradient:
        """Refuse: a stream has no windows."""
        raise BadInput("the tutorial's rule is defined for windows, and the data is a stream.")


class TutorialDirection:
    """The tutorial's update direction, record by record.

    Args:
        network: the tutorial's.
        replicas: R.
        settings: k, the cap on the weights m_t, and c: after every time step each entry is clipped to [-c, c].

    Attributes:
        gradient: the direction that the update subtracts (named so for its place, not for what it is).
    """

    def __init__(self, network: Network, replicas: int, settings: Reach) -> None:
        assert network.window is not None
        T, H = network.window, network.model.hidden_dim
        self.forward = ForwardPass(network, replicas, 1, history=T)
        self.loss = network.loss
        self.clip_value = np.inf if settings.clip_value is None else settings.clip_value
        self.gradient = network.zeros(replicas)
        self._m = np.minimum(np.arange(T, dtype=network.dtype), settings.bptt_truncate)[:, None]
        self._error = np.zeros((replicas, 1, 1), network.dtype)
        self._increments = np.zeros((T, replicas, 3, H), network.dtype)

    def signals(self) -> dict[str, Array]:
        """None: nothing is sent back."""
        return {}

    def __call__(
        self,
        parameters: Parameters,
        X: Array,
        Y: Array,
        weights: Array | None = None,
        sampled: Array | None = None,
    ) -> tuple[Array, Parameters]:
        """Loss (R,) and direction for X (R, T, 1, 1) and Y (R, 1, 1); there are no steps to weigh."""
        loss = self.loss(self.forward(parameters, X), Y, self._error)
        states = self.forward.recurrence.layers[0].states[:, :, 0]  # (R, T+1, H)
        u = X[:, :, 0] * parameters["W_xh"][:, :, 0]  # (R, T, H)
        w = states[:, :-1] @ parameters["W_hh"]
        increments = self._increments
        np.cumsum(self._m * u, axis=1, out=increments[:, :, 0].swapaxes(0, 1))
        np.cumsum(self._m * w, axis=1, out=increments[:, :, 1].swapaxes(0, 1))
        np.multiply(self._error, states[:, 1:], out=increments[:, :, 2].swapaxes(0, 1))
        # dU, dW and dV side by side: clipping after every step makes this sum sequential.
        direction = np.zeros_like(increments[0])
        for increment in increments:
            np.add(direction, increment, out=direction)
            np.minimum(direction, self.clip_value, out=direction)
            np.maximum(direction, -self.clip_value, out=direction)
        self.gradient["W_xh"][...] = direction[:, None, None, 0]
        self.gradient["W_hh"][...] = direction[:, None, 1]
        self.gradient["W_hy"][...] = direction[:, 2, :, None]
        return loss, self.gradient


def full_window_outputs(parameters: Parameters, X: Array) -> Array:
    """The forward pass behind the tutorial's published predictions, which is not the one it trained.

        h_t = sigmoid(sum_j x_j W_xh[j] + h_{t-1} W_hh)    with the *whole* window x at every step

    Args:
        parameters: W_xh (R, T, 1, H), W_hh, W_hy.
        X: (N, T, 1).

    Returns:
        (R, N, 1).
    """
    drive = X[:, :, 0] @ parameters["W_xh"][:, :, 0]
    h = np.zeros_like(drive)
    for _ in range(X.shape[1]):
        h = 0.5 + 0.5 * np.tanh(0.5 * (drive + h @ parameters["W_hh"]))
    return np.asarray(h @ parameters["W_hy"])


@dataclass(frozen=True, kw_only=True, config=STRICT)
class FullWindow(Observer):
    """The error by the forward pass behind the tutorial's published predictions: ``val/rmse_full_window``."""

    def watch(self, training: Training) -> Watcher:
        """Begin to watch a run on windows of one column."""
        records, undo = training.data.validation, training.data.target_scaler.undo
        true = undo(records.Y)

        def measure(snapshot: Snapshot) -> Seen:
            outputs = undo(full_window_outputs(snapshot.parameters, records.X))
            return Seen(metrics={"val/rmse_full_window": rmse(outputs, true)})

        return measure
