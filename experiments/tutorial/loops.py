"""The tutorial's computation, loop by loop: the yardstick for `study=tutorial`, in digits and in seconds.

A plain rendering of what "RNN from scratch in Python" (Analytics Vidhya, 2019) computes: one record at a time, one time
step at a time, one ``np.dot`` after another, with its discarded back-propagated signal and its clipping inside the time
loop. Nothing here is made faster or better, and nothing of the lab is used: that is its purpose.

    python experiments/tutorial/loops.py --epochs 25
"""

import argparse
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

WINDOW, HIDDEN_DIM, LEARNING_RATE, BPTT_TRUNCATE, CLIP = 50, 100, 1e-4, 5, 10.0


def records() -> tuple[Array, Array, Array, Array]:
    """X (100, 50, 1) and Y (100, 1) to train on, then those of the 50 validation windows."""
    series = np.array([np.sin(n) for n in range(200)])
    X = np.array([series[i : i + WINDOW] for i in range(len(series) - WINDOW)])[:, :, None]
    Y = np.array([series[i + WINDOW] for i in range(len(series) - WINDOW)])[:, None]
    return X[:100], Y[:100], X[100:], Y[100:]


def weights(seed: int) -> tuple[Array, Array, Array]:
    """U (100, 50), W (100, 100) and V (1, 100), drawn in that order."""
    rng = np.random.RandomState(seed)  # the published log comes from the legacy generator
    return (
        rng.uniform(0, 1, (HIDDEN_DIM, WINDOW)),
        rng.uniform(0, 1, (HIDDEN_DIM, HIDDEN_DIM)),
        rng.uniform(0, 1, (1, HIDDEN_DIM)),
    )


def sigmoid(a: Array) -> Array:
    """1 / (1 + exp(-a))."""
    return np.asarray(1 / (1 + np.exp(-a)))


def one_hot_step(x: Array, t: int) -> Array:
    """The input at step t: the window with every other value set to zero."""
    new_input = np.zeros(x.shape)
    new_input[t] = x[t]
    return new_input


def loss(U: Array, W: Array, V: Array, X: Array, Y: Array) -> float:
    """Sum over records of (y - o)^2 / 2, by the forward pass that is trained."""
    total = 0.0
    for x, y in zip(X, Y, strict=True):
        s = np.zeros((HIDDEN_DIM, 1))
        for t in range(WINDOW):
            s = sigmoid(np.dot(U, one_hot_step(x, t)) + np.dot(W, s))
            o = np.dot(V, s)
        total += float(((y - o) ** 2 / 2).item())
    return total


def clip(gradient: Array) -> None:
    """Each entry to [-10, 10], in place."""
    if gradient.max() > CLIP:
        gradient[gradient > CLIP] = CLIP
    if gradient.min() < -CLIP:
        gradient[gradient < -CLIP] = -CLIP


def update(U: Array, W: Array, V: Array, x: Array, y: Array) -> None:
    """One record's update, in place."""
    states, before = [], []
    s = np.zeros((HIDDEN_DIM, 1))
    for t in range(WINDOW):
        before.append(s)
        mul_u, mul_w = np.dot(U, one_hot_step(x, t)), np.dot(W, s)
        a = mul_u + mul_w
        s = sigmoid(a)
        o = np.dot(V, s)
        states.append(s)

    dU, dW, dV = np.zeros(U.shape), np.zeros(W.shape), np.zeros(V.shape)
    g_U, g_W = np.zeros(U.shape), np.zeros(W.shape)  # never reset between the time steps
    e = o - y
    for t in range(WINDOW):
        g_V = np.dot(e, states[t].T)
        ds_readout = np.dot(V.T, e)
        # The last step's pre-activation serves as every step's derivative ...
        da = a * (1 - a) * ds_readout
        ds_before = np.dot(W.T, da * np.ones_like(mul_w))
        for _ in range(t - 1, max(-1, t - BPTT_TRUNCATE - 1), -1):
            da = a * (1 - a) * (ds_readout + ds_before)
            ds_before = np.dot(W.T, da * np.ones_like(mul_w))
            np.dot(U.T, da * np.ones_like(mul_u))
            # ... and is lost: what is summed up contains neither `da` nor the error.
            g_W += np.dot(W, before[t])
            g_U += np.dot(U, one_hot_step(x, t))
        dU += g_U
        dW += g_W
        dV += g_V
        for gradient in (dU, dW, dV):
            clip(gradient)

    U -= LEARNING_RATE * dU
    W -= LEARNING_RATE * dW
    V -= LEARNING_RATE * dV


def train(seed: int, epochs: int) -> Iterator[tuple[float, float]]:
    """Train and validation loss at the start of each epoch, before its updates."""
    X, Y, X_val, Y_val = records()
    U, W, V = weights(seed)
    for _ in range(epochs):
        yield loss(U, W, V, X, Y), loss(U, W, V, X_val, Y_val)
        for x, y in zip(X, Y, strict=True):
            update(U, W, V, x, y)


def predictions(U: Array, W: Array, V: Array, X: Array) -> Array:
    """Outputs (N, 1) by the other forward pass, the published predictions': the whole window at every step."""
    outputs = []
    for x in X:
        s = np.zeros((HIDDEN_DIM, 1))
        for _ in range(WINDOW):
            s = sigmoid(np.dot(U, x) + np.dot(W, s))
            o = np.dot(V, s)
        outputs.append(o[0])
    return np.array(outputs)


def main() -> None:
    """Print the tutorial's log, and the seconds it took."""
    parser = argparse.ArgumentParser(description="The tutorial's training, loop by loop.")
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--epochs", type=int, default=25)
    arguments = parser.parse_args()
    start = time.perf_counter()
    print("epoch,train_loss,val_loss")
    for epoch, (train_loss, val_loss) in enumerate(train(arguments.seed, arguments.epochs), 1):
        print(f"{epoch},{train_loss:.8f},{val_loss:.8f}", flush=True)
    print(f"# {time.perf_counter() - start:.3f} seconds")


if __name__ == "__main__":
    main()
