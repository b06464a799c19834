"""All questions of an examination, in the order in which one would ask them."""

from collections.abc import Mapping

from numpy.typing import ArrayLike

from rnn_lab.sweeping.examination.density import density
from rnn_lab.sweeping.examination.edges import edges
from rnn_lab.sweeping.examination.effects import effects
from rnn_lab.sweeping.examination.feasibility import feasibility
from rnn_lab.sweeping.examination.health import health
from rnn_lab.sweeping.examination.reality import confirmed_values, reality, seed_noise
from rnn_lab.sweeping.examination.trials import Finding, Trials


def examine(
    trials: Trials, fresh: Mapping[int, ArrayLike] | None = None, finalists: int = 1
) -> dict[str, list[Finding]]:
    """Answer the six questions: name -> findings, at least one each.

    Args:
        trials: of a finished or running sweep.
        fresh: trial's number -> values of fresh seeds, of the trials that were confirmed.
        finalists: of how many of them these values chose the winner.
    """
    known = fresh or {}
    return {
        "edge": edges(trials),
        "density": [density(confirmed_values(trials, known), seed_noise(known) or 0.0)],
        "feasibility": feasibility(trials),
        "health": health(trials),
        "reality": reality(trials, known, finalists),
        "effects": effects(trials),
    }
