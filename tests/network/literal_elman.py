"""The Elman network as its equations say it, record by record and step by step: what the tests here compare with.

It computes in complex numbers too. So Im L(theta + i h) / h is a derivative of the loss to the last digits: nothing is
subtracted, and h can be as small as one likes.

Reference: Squire & Trapp, "Using complex variables to estimate derivatives of real functions" (1998).
"""

import numpy as np

STEP = 1e-30

FUNCTIONS = {
    "sigmoid": lambda a: 1 / (1 + np.exp(-a)),
    "tanh": np.tanh,
    "relu": lambda a: np.where(a.real > 0, a, 0),
    "identity": lambda a: a,
}


def outputs(weights, activation, X, reach=None, nudge=None):
    """Outputs (B, O) for records X (B, T, D).

    Args:
        weights: name -> array, without replicas.
        activation: its name.
        X: records.
        reach: (k, constants): the steps before the last k use these other weights.
        nudge: (B, T, H), added to the pre-activations.
    """
    T, H = X.shape[1], len(weights["W_hh"])
    k, constants = reach or (T, weights)
    found = []
    for b, record in enumerate(X):
        h = np.zeros(H)
        for t, x in enumerate(record):
            theta = constants if t < T - k else weights
            W_xh = theta["W_xh"][t] if theta["W_xh"].ndim == 3 else theta["W_xh"]
            a = x @ W_xh + h @ theta["W_hh"]
            if "b_h" in theta:
                a = a + theta["b_h"]
            if nudge is not None:
                a = a + nudge[b, t]
            h = FUNCTIONS[activation if isinstance(activation, str) else type(activation).__name__.lower()](a)
        o = h @ weights["W_hy"]
        found.append(o + weights["b_y"] if "b_y" in weights else o)
    return np.array(found)


def loss(weights, activation, X, Y, **options):
    """Half the mean over records and targets of (o - y)^2."""
    return np.sum((outputs(weights, activation, X, **options) - Y) ** 2) / (2 * Y.size)


def derivative(function, at):
    """Gradient of a function of one array, entry by entry."""
    found = np.zeros(at.shape)
    for index in np.ndindex(at.shape):
        moved = at.astype(complex)
        moved[index] += 1j * STEP
        found[index] = function(moved).imag / STEP
    return found


def gradient(weights, activation, X, Y, k):
    """Gradient of the loss for every parameter, with the state before the last k steps held constant."""
    return {
        name: derivative(
            lambda moved, name=name: loss(weights | {name: moved}, activation, X, Y, reach=(k, weights)), values
        )
        for name, values in weights.items()
    }
