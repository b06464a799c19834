"""Baselines fitted once in a process: what a sweep's trials are compared with depends on their data, not on them."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from numpy.typing import NDArray

from rnn_lab.evaluation.baselines.baseline import Array, Baseline, FittedBaseline, Problem, fit_all
from rnn_lab.evaluation.free_run.segment import Segment

T = TypeVar("T")
Key = tuple[Any, ...]


class _Remembered(FittedBaseline):
    """A fitted baseline that works out each answer once."""

    def __init__(self, fitted: FittedBaseline) -> None:
        self.problem, self._fitted = fitted.problem, fitted
        self._known: dict[Key, Any] = {}

    def scores(self, split: Any) -> dict[str, float]:
        return dict(self._once(("scores", id(split)), lambda: self._fitted.scores(split)))

    def scores_of_each_target(self, split: Any) -> dict[str, dict[str, float]]:
        return dict(self._once(("each", id(split)), lambda: self._fitted.scores_of_each_target(split)))

    def draws(self, split: Any) -> dict[str, list[float]]:
        return dict(self._once(("draws", id(split)), lambda: self._fitted.draws(split)))

    def settings(self) -> str:
        return self._fitted.settings()

    def free_run(self, segment: Segment, starts: NDArray[Any], steps: int) -> Array | None:
        return self._once(("run", starts.tobytes(), steps), lambda: self._fitted.free_run(segment, starts, steps))

    def _once(self, key: Key, work_out: Callable[[], T]) -> T:
        """Answer from memory, if possible; splits live as long as their problem, so that none takes another's id."""
        if key not in self._known:
            self._known[key] = work_out()
        known: T = self._known[key]
        return known


class FittedOnce:
    """Fits baselines, and remembers those of the data that it was asked about last.

    Data are the same where their fingerprints are; what outputs are worth, and the baseline itself, where they are
    equal.
    """

    def __init__(self) -> None:
        self._problem: Problem | None = None
        self._fitted: list[tuple[Baseline, int | None, dict[str, FittedBaseline]]] = []

    def fit(
        self, problem: Problem, baselines: Mapping[str, Baseline], lost: dict[str, str]
    ) -> tuple[Problem, dict[str, FittedBaseline]]:
        """Fit all that apply, by their names; ``lost`` takes the reason of each that cannot be fitted.

        Returns:
            The problem that they were fitted on, whose splits they know, and the baselines.

        Raises:
            BadInput: an argument of one of them does not fit the data.
        """
        if self._problem is None or not _same(self._problem, problem):
            self._problem, self._fitted = problem, []
        known = replace(self._problem, hidden_dim=problem.hidden_dim)
        return known, fit_all(lambda baseline: self._fit(known, baseline), baselines, lost)

    def _fit(self, problem: Problem, baseline: Baseline) -> dict[str, FittedBaseline]:
        size = problem.hidden_dim if baseline.of_networks_size else None
        for other, of_size, fitted in self._fitted:
            if (other, of_size) == (baseline, size):
                return fitted
        fitted = {name: _Remembered(one) for name, one in baseline.fit(problem).items()}
        self._fitted = [known for known in self._fitted if known[0] != baseline]  # a size that has passed: it goes
        self._fitted.append((baseline, size, fitted))
        return fitted


def _same(one: Problem, other: Problem) -> bool:
    mine, theirs = one.targets, other.targets
    return (one.data.fingerprint, mine.loss, mine.scores) == (other.data.fingerprint, theirs.loss, theirs.scores)
