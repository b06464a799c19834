"""Parts of Optuna that the sweeper needs and that have no public name, each with the reason: an upgrade looks here."""

from typing import Any

from optuna.distributions import BaseDistribution
from optuna.storages.journal._file import BaseJournalFileLock, get_lock_file
from optuna.storages.journal._storage import JournalOperation
from optuna.trial import FrozenTrial, Trial

__all__ = ["BaseJournalFileLock", "JournalOperation", "contains", "get_lock_file", "id_of"]
"""``BaseJournalFileLock``, ``get_lock_file``: a lock on the journal file held by the kernel derives from the one, and
is taken by the other. ``JournalOperation``: which lines of a journal need not wait for the disk.
"""


def id_of(trial: Trial | FrozenTrial) -> int:
    """A trial's key in its storage: the storage's own methods, and a trial opened by another process, need it."""
    return trial._trial_id


def contains(distribution: BaseDistribution, value: Any) -> bool:
    """Tell whether a distribution could have given a value."""
    return bool(distribution._contains(distribution.to_internal_repr(value)))
