"""Comparisons of a study with its own past: what its description says now, and how long its best has stood."""

from typing import Any

from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState

from rnn_lab.sweeping.app import current


def changes(stored: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """Differences from the stored description; keys that change no result do not count, whoever wrote them."""
    kept = {key: text for key, text in stored.get("fixed", {}).items() if not current().is_idle(key)}
    return differences(stored | {"fixed": kept}, now)


def differences(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Changes between two definitions, each in a few words.

    >>> differences({"fixed": {"epochs": "5"}}, {"fixed": {"epochs": "7", "data": "sine"}})
    ['data was not given, now sine', 'epochs was 5, now 7']
    """
    changes = []
    for part in sorted(set(old) | set(new)):
        before, after = old.get(part, {}), new.get(part, {})
        if not isinstance(before, dict) or not isinstance(after, dict):
            before, after = {part: before}, {part: after}
        for key in sorted(set(before) | set(after)):
            if before.get(key) != after.get(key):
                was, now = (each.get(key, "not given") for each in (before, after))
                changes.append(f"{key} was {was}, now {now}")
    return changes


def idle(trials: list[FrozenTrial], directions: list[StudyDirection]) -> int:
    """Number of trials since the last that improved on the best (first objective), in the order in which they ended."""
    sign = 1 if directions[0] == StudyDirection.MINIMIZE else -1
    best, idle = float("inf"), 0
    for trial in trials:
        value = sign * trial.values[0] if trial.state == TrialState.COMPLETE and trial.values else float("inf")
        best, idle = (value, 0) if value < best else (best, idle + 1)
    return idle
