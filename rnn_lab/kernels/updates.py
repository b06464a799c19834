"""Clipping and first-order updates of one replica, as `rnn_lab.training.clipping` and `optimizers` have them.

g <- min(max(g, -value), value),    g <- g min(1, norm / |g|)

SGD        v <- momentum v + g,    theta <- theta - rate v,  or with Nesterov's look-ahead - rate (g + momentum v)
RMSprop    s <- decay s + (1 - decay) g^2,    theta <- theta - rate g / (sqrt(s) + epsilon)
Adam       m <- beta1 m + (1 - beta1) g,    v <- beta2 v + (1 - beta2) g^2
           theta <- theta - rate (m / (1 - beta1^n)) / (sqrt(v / (1 - beta2^n)) + epsilon) - rate weight_decay theta
"""

from typing import Any

import numpy as np

from rnn_lab.kernels.compilation import compiled, reduction
from rnn_lab.kernels.update_rule import ADAM, NESTEROV, RMSPROP, SGD, Update


@reduction
def length(g: Any) -> float:
    """|g|, also where its squares overflow."""
    total = g[0] * g[0]
    for i in range(1, g.size):
        total += g[i] * g[i]
    if np.isfinite(total):
        return float(np.sqrt(total))
    peak = 1.0
    for i in range(g.size):
        peak = max(peak, abs(g[i]))
    total = (g[0] / peak) * (g[0] / peak)
    for i in range(1, g.size):
        total += (g[i] / peak) * (g[i] / peak)
    return float(peak * np.sqrt(total))


@compiled
def clip(rule: Update, g: Any) -> tuple[float, bool]:
    """Clip a gradient (P,) in place: its length before, and whether anything was clipped."""
    before = now = length(g)
    clipped = False
    if rule.value < np.inf:
        limit = g.dtype.type(rule.value)
        for i in range(g.size):
            if g[i] > limit:
                g[i], clipped = limit, True
            elif g[i] < -limit:
                g[i], clipped = -limit, True
        if clipped:
            now = length(g)
    if now > rule.norm:
        factor, clipped = g.dtype.type(rule.norm / now), True
        for i in range(g.size):
            g[i] *= factor
    return before, clipped


@compiled
def update(rule: Update, theta: Any, g: Any, mean: Any, square: Any, rate: float, count: int) -> None:
    """Change the parameters (P,) and the moments in place; ``count`` is the number of updates, this one included."""
    kind = theta.dtype.type
    step, first, second, epsilon = kind(rate), kind(rule.first), kind(rule.second), kind(rule.epsilon)
    rest_first, rest_second = kind(1 - rule.first), kind(1 - rule.second)
    if rule.kind == ADAM:
        corrected, scaled = kind(1 / (1 - rule.second**count)), kind(rate / (1 - rule.first**count))
        shrunk = kind(1 - rate * rule.weight_decay)
        for i in range(theta.size):
            square[i] = square[i] * second + g[i] * g[i] * rest_second
            mean[i] = mean[i] * first + g[i] * rest_first
            theta[i] = theta[i] * shrunk - mean[i] / (np.sqrt(square[i] * corrected) + epsilon) * scaled
    elif rule.kind == RMSPROP:
        for i in range(theta.size):
            square[i] = square[i] * second + g[i] * g[i] * rest_second
            theta[i] -= g[i] / (np.sqrt(square[i]) + epsilon) * step
    elif rule.kind == SGD or rule.kind == NESTEROV:
        if rule.first > 0:
            for i in range(theta.size):
                mean[i] = mean[i] * first + g[i]
                theta[i] -= step * (g[i] + first * mean[i] if rule.kind == NESTEROV else mean[i])
        else:
            for i in range(theta.size):
                theta[i] -= step * g[i]
