"""Reasons for which a run's bits may differ from those of another of its recipe: threads, a stretched schedule."""

import os
from pathlib import Path

import numpy as np

from rnn_lab.errors import BadInput
from rnn_lab.tracking.journal import Fact, read
from rnn_lab.tracking.provenance import THREADS
from rnn_lab.training import Optimizer, Trainer, TrainingState


def threads_said() -> list[str]:
    """Say which threads linear algebra may take, where the user has asked for other than the one of the default.

    Sums that several threads share are added in another order, so that the last bits differ, and grow in training.
    """
    asked = _threads({name: os.environ.get(name) for name in THREADS})
    return [f"threads   {asked}: the last bits may differ from those of the default, one thread"] if asked else []


def differences(source: Path, trainer: Trainer, optimizer: Optimizer, state: TrainingState) -> list[str]:
    """Say why a resumed run's bits may differ from those of one that was never interrupted, one string a reason.

    Args:
        source: folder of the run that is gone on from; what it cannot tell is passed over.
        trainer, optimizer: the resumed run's.
        state: the checkpoint's.
    """
    try:
        facts = {fact["fact"]: fact for fact in read(source)}
    except BadInput:
        return []
    return [*_stretched(facts, trainer, optimizer, state), *_other_threads(facts)]


def _stretched(facts: dict[str, Fact], trainer: Trainer, optimizer: Optimizer, state: TrainingState) -> list[str]:
    try:
        planned = int(facts["start"]["config"]["trainer"]["epochs"])
    except (KeyError, TypeError, ValueError):
        return []
    later = state.copy()
    later.epoch += 1  # at epoch 0 all schedules agree
    moved = {
        "The learning rate's schedule": not np.array_equal(
            optimizer.rates(later, planned), optimizer.rates(later, trainer.epochs)
        ),
        "trainer.scheduled_sampling": trainer.scheduled_sampling > 0,
    }
    return [
        f"{name} is spread over all epochs: with "
        f"trainer.epochs={trainer.epochs} instead of {planned} it changes at epoch {state.epoch}, so this is not the "
        "run that so many epochs from the start would give."
        for name, is_so in moved.items()
        if is_so and planned != trainer.epochs
    ]


def _other_threads(facts: dict[str, Fact]) -> list[str]:
    before = facts.get("provenance", {}).get("threads")
    if not isinstance(before, dict):
        return []
    then, now = _threads(before), _threads({name: os.environ.get(name) for name in THREADS})
    if then == now:
        return []
    return [
        f"Threads were {then or 'one'} and are {now or 'one'} now: the last bits may differ from an unbroken run's."
    ]


def _threads(variables: dict[str, str | None]) -> str:
    """The variables that ask for other than one thread, as a shell would set them.

    Example:
        >>> _threads({"OMP_NUM_THREADS": "4", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": None})
        'OMP_NUM_THREADS=4'
    """
    return " ".join(f"{name}={value}" for name, value in variables.items() if value not in ("1", None))
