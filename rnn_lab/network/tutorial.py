"""The tutorial's network and its update rule, which is *no gradient*.

"RNN from scratch in Python" (Analytics Vidhya, 2019) trains a sigmoid network with positional inputs record by record.
With e = o - y, m_t = min(t, k), t counted from 0, u_t = x_t W_xh[t] and w_t = h_{t-1} W_hh, its update is

    g_U += m_t u_t        g_W += m_t w_t        g_V = e h_t
    dU = clip(dU + g_U)   dW = clip(dW + g_W)   dV = clip(dV + g_V)      after every time step t

where dU and dW are the same for every input of a unit. **Neither contains the error e**: the back-propagated signal is
computed and thrown away, so only the readout learns; and since dV adds up all states though only the last reaches
the output, not even that is the loss's gradient. It is reproduced here to be measured, not to be used.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.errors import BadInput
from rnn_lab.network.architecture import Architecture
from rnn_lab.network.elman import Elman
from rnn_lab.network.losses import half_mean_squared_error
from rnn_lab.network.network import ForwardPass, Network
from rnn_lab.network.parameters import Parameters, Shapes

Array = NDArray[Any]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class TutorialElman(Elman):
    """An `Elman` layer whose weights are the tutorial's own draws.

    U (H, T), W (H, H) and V (1, H) are uniform on [0, 1), drawn in that order by NumPy's legacy ``RandomState(seed)``
    (42 gives the published figures), and transposed to the lab's orientation: W_xh[t] = U[:, t], W_hh = W^T,
    W_hy = V^T.
    """

    def __post_init__(self) -> None:
        _require_tutorial(self, "model=tutorial")

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
    needs = {
        "activation": "sigmoid",
        "encoding": "positional",
        "bias": False,
        "layers": 1,
        "input_skip": False,
        "initial_state": "zero",
    }
    if not isinstance(model, Elman) or any(getattr(model, name) != value for name, value in needs.items()):
        values = ", ".join(f"model.{name}={str(value).lower()}" for name, value in needs.items())
        raise BadInput(f"{who} needs {values} (model=tutorial has these).")


class TutorialRule:
    """The tutorial's update direction, in the place of `TruncatedGradient`.

    Args:
        network: sigmoid, positional, no biases, one input and one output.
        replicas: R.
        batch: must be 1: the rule is defined record by record.
        bptt_truncate: k, the cap on the weights m_t.
        clip_value: c; after every time step each entry is clipped to [-c, c]. Infinity for none.

    Attributes:
        gradient: the direction that the update subtracts (named so for its place, not for what it is).
    """

    def __init__(self, network: Network, replicas: int, batch: int, bptt_truncate: int, clip_value: float) -> None:
        _require_tutorial(network.model, "trainer.update_rule=tutorial")
        if batch != 1:
            raise BadInput("trainer.update_rule=tutorial goes record by record: it needs trainer.batch_size=1.")
        if (network.inputs, network.outputs) != (1, 1):
            raise BadInput(
                "trainer.update_rule=tutorial is defined for one input and one target column, "
                f"and the data has {network.inputs} and {network.outputs}."
            )
        if network.each_step or network.window is None or network.loss != "half_mean_squared_error":
            raise BadInput(
                "trainer.update_rule=tutorial is defined for windows with one target number after the last step."
            )
        T, H = network.window, network.model.hidden_dim
        self.forward = ForwardPass(network, replicas, 1, history=T)
        self.clip_value = clip_value
        self.gradient = network.zeros(replicas)
        self._m = np.minimum(np.arange(T, dtype=network.dtype), bptt_truncate)[:, None]
        self._error = np.zeros((replicas, 1, 1), network.dtype)
        self._increments = np.zeros((T, replicas, 3, H), network.dtype)

    def __call__(
        self, parameters: Parameters, X: Array, Y: Array, weights: Array | None = None
    ) -> tuple[Array, Parameters]:
        """Loss (R,) and direction for X (R, T, 1, 1) and Y (R, 1, 1); there are no steps to weigh."""
        loss = half_mean_squared_error(self.forward(parameters, X), Y, self._error)
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
