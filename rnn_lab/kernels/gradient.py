"""The function that Python calls, compiled once for each cell and precision: one gradient, or updates one by one."""

from typing import Any

from rnn_lab.kernels.compilation import compiled
from rnn_lab.kernels.layers import W_HY, Sizes, backward, forward
from rnn_lab.kernels.losses import read_out
from rnn_lab.kernels.update_rule import NONE, Update
from rnn_lab.kernels.updates import clip, update


@compiled
def weight_of(weights: Any, which: Any) -> float:
    """1 over the sum of the records' weights."""
    total = 0.0
    for t in range(weights.shape[0]):
        for b in which:
            total += weights[t, b]
    return 1.0 / total


def train(
    cell: Any,
    sizes: Sizes,
    places: Any,
    rule: Update,
    theta: Any,
    found: Any,
    mean: Any,
    square: Any,
    work: Any,
    X: Any,
    Y: Any,
    classes: Any,
    weights: Any,
    order: Any,
    rates: Any,
    normalise: bool,
    position: int,
    remembered: int,
    count: int,
    losses: Any,
    lengths: Any,
    clipped: Any,
) -> None:
    """Take U gradients of R replicas in turn, and update by each, unless the rule is ``NONE``.

    Args:
        cell, sizes, places: what is differentiated.
        rule: how it is updated.
        theta, found: (R, P), parameters and gradient.
        mean, square: (R, P), moments; empty where the rule has none.
        work: (R, ...), what lies in between.
        X: (R or 1, n, N, D).
        Y, classes, weights: (R or 1, m, N, O), and (R or 1, m, N): of the newest m steps; empty where there are none.
        order: (R, U B), the records of one batch after the other.
        rates: (R, U), learning rates.
        normalise: whether each batch's weights are divided by their sum.
        position, remembered: steps since the beginning, and those of them in memory; 0 at the beginning.
        count: updates before.
        losses, lengths, clipped: (R, U), written.
    """
    shared = X.shape[0] == 1
    steps = classes.shape[1] if sizes.of_classes else Y.shape[1]
    for r in range(theta.shape[0]):
        own = 0 if shared else r
        weighted = weights[own]
        for u in range(losses.shape[1]):
            which = order[r, u * sizes.batch : (u + 1) * sizes.batch]
            scale = 1.0
            if weights.size == 0:
                scale = 1.0 / (steps * sizes.batch)
            elif normalise:
                scale = weight_of(weighted, which)
            forward(cell, sizes, places, theta[r], work[r], X[own], which, position, remembered)
            losses[r, u] = read_out(
                sizes, places, theta[r], found[r], work[r], Y[own], classes[own], weighted, which, scale
            )
            if sizes.frozen:
                found[r, : places[sizes.layers, W_HY]] = 0
            else:
                now, kept = position + X.shape[1], min(remembered + X.shape[1], sizes.history)
                backward(cell, sizes, places, theta[r], found[r], work[r], now, kept)
            if rule.kind != NONE:
                lengths[r, u], clipped[r, u] = clip(rule, found[r])
                update(rule, theta[r], found[r], mean[r], square[r], rates[r, u], count + u + 1)
