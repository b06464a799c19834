"""Importance of each searched number on a sequence, over the whole space and near the best, and how sure that is."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from experiments.runs import Row
from experiments.sweep_across_sequences.design import KEYS, WHERE
from rnn_lab.sweeping.examination.effects import Importances, near_best, over_all
from rnn_lab.sweeping.examination.trials import COMPLETE, Axis, Trials

SHUFFLES = 100
MEASURES: dict[str, Callable[[Trials], Importances | None]] = dict(zip(WHERE, (over_all, near_best), strict=True))


def rows(sequence: str, trials: Sequence[Row]) -> list[Row]:
    """Importances over the trials of both samplers, as a sweep examines itself: two rows for each of the three numbers.

    ``low`` and ``high`` hold 95 % of the importances of resampled trials, ``first`` is the share of them in which the
    number comes first, and ``by_chance`` the largest importance but for one in twenty when values and trials are
    shuffled against each other. No rows of a measure for which the trials are too few.
    """
    known = pooled([row for row in trials if row["sequence"] == sequence])
    rng = np.random.default_rng(0)
    shuffled = [replace(known, values=rng.permutation(known.values)) for _ in range(SHUFFLES)]
    found = []
    for where, measure in MEASURES.items():
        if (own := measure(known)) is None:
            continue
        chance = [each.shares[:, 1] for one in shuffled if (each := measure(one)) is not None]
        found += [
            {
                "sequence": sequence,
                "where": where,
                "parameter": name,
                "importance": float(own.shares[p, 1]),
                "low": float(own.shares[p, 0]),
                "high": float(own.shares[p, 2]),
                "first": float(own.first[p]),
                "by_chance": float(np.quantile(chance, 0.95, axis=0)[p]),
            }
            for p, name in enumerate(own.names)
        ]
    return found


def pooled(trials: Sequence[Row]) -> Trials:
    """The complete trials of both samplers, which begin alike: each setting once."""
    complete = [row for row in trials if row["val_rmse"] is not None]
    own = list({tuple(row[column] for column in KEYS): row for row in complete}.values())
    axes = (
        Axis("learning_rate", "float", 1e-4, 1e-1, log=True),
        Axis("hidden_dim", "int", 8, 128, log=True),
        Axis("bptt_truncate", "int", 1, max(int(row["bptt_truncate"]) for row in own)),
    )
    values = np.array([float(row["val_rmse"]) for row in own])
    return Trials(axes, own, values, [COMPLETE] * len(own), [np.empty(0)] * len(own))
