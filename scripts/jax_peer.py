"""JAX as a rival: a whole epoch in one compiled program, on one CPU thread, its state donated.

Needs the extra ``peers``; nothing else in the project does.
"""

import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"  # read at the import

import jax
import jax.numpy as jnp

jax.config.update("jax_enable_x64", True)
GATES = {"elman": 1, "gru": 3, "lstm": 4}


def step(cell: str, W: Any, state: Any, x: Any) -> Any:
    """One step of a cell: Elman h; GRU h, with the reset gate after the product; LSTM (h, c)."""
    h = state[0]
    H = h.shape[-1]
    a, s = x @ W["W_xh"] + W["b_h"], h @ W["W_hh"]
    if cell == "elman":
        return (jnp.tanh(a + s),)
    if cell == "gru":
        r, z = jax.nn.sigmoid(a[:, :H] + s[:, :H]), jax.nn.sigmoid(a[:, H : 2 * H] + s[:, H : 2 * H])
        n = jnp.tanh(a[:, 2 * H :] + r * (s[:, 2 * H :] + W["b_hn"]))
        return (n + z * (h - n),)
    i, f, o, g = jnp.split(a + s, 4, axis=-1)
    c = jax.nn.sigmoid(f) * state[1] + jax.nn.sigmoid(i) * jnp.tanh(g)
    return jax.nn.sigmoid(o) * jnp.tanh(c), c


class JaxNetwork:
    """A recurrent layer with a linear readout of its last state, trained by Adam on half the mean squared error.

    Args:
        cell: ``elman``, ``gru`` or ``lstm``.
        hidden_dim: H.
        learning_rate: of Adam.
        dtype: ``float64`` or ``float32``.
        batch, bptt_truncate: B, and k: the first T - k steps have no gradient.
    """

    def __init__(
        self, cell: str, hidden_dim: int, learning_rate: float, dtype: str, batch: int, bptt_truncate: int
    ) -> None:
        self.batch, self.dtype = batch, dtype
        rng, GH = np.random.default_rng(0), GATES[cell] * hidden_dim
        shapes = {"W_xh": (1, GH), "W_hh": (hidden_dim, GH), "b_h": (GH,), "W_hy": (hidden_dim, 1), "b_y": (1,)}
        if cell == "gru":
            shapes["b_hn"] = (hidden_dim,)
        theta = {name: jnp.asarray(0.1 * rng.standard_normal(shape), dtype) for name, shape in shapes.items()}
        zeros = {name: jnp.zeros_like(each) for name, each in theta.items()}
        self.state: Any = (
            theta,
            zeros,
            {name: jnp.zeros_like(each) for name, each in theta.items()},
            jnp.zeros((), int),
        )

        def unroll(W: Any, state: Any, X: Any) -> Any:
            return jax.lax.scan(lambda now, x: (step(cell, W, now, x), None), state, X)[0]

        def loss(W: Any, X: Any, Y: Any) -> Any:
            zero = jnp.zeros((X.shape[1], hidden_dim), X.dtype)
            state = (zero, zero) if cell == "lstm" else (zero,)
            if len(X) > bptt_truncate:
                state = jax.lax.stop_gradient(unroll(jax.lax.stop_gradient(W), state, X[:-bptt_truncate]))
            h = unroll(W, state, X[-bptt_truncate:])[0]
            return 0.5 * jnp.mean((h @ W["W_hy"] + W["b_y"] - Y) ** 2)

        def update(state: Any, batch: Any) -> Any:
            theta, mean, square, count = state
            gradient, count = jax.grad(loss)(theta, *batch), count + 1
            mean = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, mean, gradient)
            square = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, square, gradient)
            first, second = 1 - 0.9**count, 1 - 0.999**count

            def moved(p: Any, m: Any, v: Any) -> Any:
                return (p - learning_rate * (m / first) / (jnp.sqrt(v / second) + 1e-8)).astype(p.dtype)

            return (jax.tree.map(moved, theta, mean, square), mean, square, count), None

        self._epoch = jax.jit(lambda state, X, Y: jax.lax.scan(update, state, (X, Y))[0], donate_argnums=0)

    def batches(self, X: NDArray[Any], Y: NDArray[Any]) -> tuple[Any, Any]:
        """Records X (N, T, 1), Y (N, 1) in order: (updates, T, B, 1) and (updates, B, 1)."""
        count = len(X) // self.batch
        ordered = X[: count * self.batch].reshape(count, self.batch, *X.shape[1:]).swapaxes(1, 2)
        return jnp.asarray(ordered, self.dtype), jnp.asarray(Y.reshape(count, self.batch, 1), self.dtype)

    def epoch(self, batches: tuple[Any, Any]) -> None:
        """One update for each batch."""
        self.state = self._epoch(self.state, *batches)
        jax.block_until_ready(self.state)
