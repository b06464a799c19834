"""The application whose task is swept, as far as the sweeper has to know it: a hook for any Hydra application."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from omegaconf import DictConfig


def _accept(_: DictConfig) -> Sequence[str]:
    """Find nothing wrong, and know no name of an objective."""
    return ()


def _nothing(_: Path) -> Mapping[str, Sequence[float]]:
    """Know no such records."""
    return {}


@dataclass(frozen=True, kw_only=True)
class App:
    """Facts about an application that its sweeps are checked, described and drawn by.

    Args:
        check: builds what a composed config describes without doing anything, and returns the names of the
            objectives that a run of it returns (none if it does not know). It raises
            :class:`~rnn_lab.errors.BadInput` with the sentence of a single run.
        defaults: the application's own values of the sweeper's options, such as ``{"figures": True}``.
        trial: overrides of each trial that the user's own take precedence over, such as ``tracking.figures=false``;
            a trial that is run again on its own goes without them.
        idle: keys, or the first parts of keys, that change no result: they are no part of a study's description.
        held_out: reads from a run's folder the scores on records that the search never saw: name -> one a replica.
        repeats: whether a config alone decides a run's values, so that equal trials need not be run again.

    >>> App(idle=("tracking",)).is_idle("tracking.uri"), App(idle=("tracking",)).is_idle("model.hidden_dim")
    (True, False)
    """

    check: Callable[[DictConfig], Sequence[str]] = _accept
    defaults: Mapping[str, Any] = field(default_factory=dict)
    trial: Sequence[str] = ()
    idle: Sequence[str] = ()
    held_out: Callable[[Path], Mapping[str, Sequence[float]]] = _nothing
    repeats: bool = False

    def is_idle(self, key: str) -> bool:
        """Tell whether the key changes no result."""
        return any(key == each or key.startswith((f"{each}.", f"{each}/")) for each in self.idle)


_app = App()


def current() -> App:
    """The application of this process."""
    return _app


def use(app: App) -> None:
    """Let the sweeps of this process be those of ``app``."""
    global _app
    _app = app
