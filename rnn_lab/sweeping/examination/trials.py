"""The trials of one study as plain arrays: what the questions of an examination are asked of."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from rnn_lab.scoring.spread import spans

Array = NDArray[np.float64]
COMPLETE, PRUNED, FAILED = "complete", "pruned", "failed"


@dataclass(frozen=True)
class Axis:
    """One searched parameter.

    Attributes:
        name: its key.
        kind: ``float``, ``int`` or ``choice``.
        low, high: ends of the range; unused for a choice.
        log: whether the range is logarithmic.
        choices: of a choice.
        step: between values of a range that has steps other than 1.
    """

    name: str
    kind: Literal["float", "int", "choice"]
    low: float = 0.0
    high: float = 1.0
    log: bool = False
    choices: tuple[Any, ...] = ()
    step: float | None = None

    def unit(self, value: Any) -> float:
        """Place a value in [0, 1], on the scale that it is sampled on; a choice by its number.

        Example:
            >>> Axis("lr", "float", 1e-4, 1e-1, log=True).unit(1e-3), Axis("n", "int", 1, 5).unit(3)
            (0.333, 0.5)
        """
        if self.kind == "choice":
            return float(self.choices.index(value))
        low, high = self._scaled(self.low), self._scaled(self.high)
        return (self._scaled(float(value)) - low) / (high - low) if high > low else 0.5

    def at(self, unit: float) -> float:
        """Give the value at a place in [0, 1].

        Example:
            >>> Axis("lr", "float", 1e-4, 1e-1, log=True).at(1 / 3)
            0.001
        """
        low, high = self._scaled(self.low), self._scaled(self.high)
        value = low + unit * (high - low)
        return math.exp(value) if self.log else value

    def override(self) -> str:
        """Write the axis as it is given to the sweeper.

        Example:
            >>> Axis("n", "int", 1, 50, log=True).override(), Axis("x", "float", 0.5, 2.0).override()
            ('n=tag(log,int(interval(1,50)))', 'x=interval(0.5,2.0)')
        """
        if self.kind == "choice":
            return f"{self.name}={','.join(map(str, self.choices))}"
        text = f"interval({_spelled(self.low, self.kind)},{_spelled(self.high, self.kind)})"
        text = f"int({text})" if self.kind == "int" else text
        return f"{self.name}=tag(log,{text})" if self.log else f"{self.name}={text}"

    def _scaled(self, value: float) -> float:
        return math.log(value) if self.log else value


@dataclass(frozen=True, eq=False)
class Trials:
    """N trials of a study with one objective.

    Attributes:
        axes: of the P searched parameters.
        params: one mapping a trial; a trial may lack some.
        values: (N,); ``nan`` where a trial is not complete.
        states: ``complete``, ``pruned`` or ``failed``, N.
        curves: what each trial reported by step, validation as a rule; N arrays, empty where nothing was.
        minimize: whether lower values are better.
        numbers: of the trials in their study.
    """

    axes: tuple[Axis, ...]
    params: Sequence[Mapping[str, Any]]
    values: Array
    states: Sequence[str]
    curves: Sequence[Array]
    minimize: bool = True
    numbers: Sequence[int] = ()

    def __post_init__(self) -> None:
        lengths = {len(self.params), len(self.values), len(self.states), len(self.curves)}
        if len(lengths) != 1:
            raise ValueError(f"parameters, values, states and curves of as many trials are expected, not of {lengths}")

    def unit(self, axis: Axis) -> Array:
        """(N,) where each trial lies on an axis; ``nan`` where it lacks the parameter."""
        places = [axis.unit(each[axis.name]) if axis.name in each else math.nan for each in self.params]
        return np.array(places, np.float64)

    @property
    def complete(self) -> NDArray[np.bool_]:
        """(N,) which trials have a finite value."""
        return np.asarray(np.array([state == COMPLETE for state in self.states], bool) & np.isfinite(self.values))

    @property
    def failed(self) -> NDArray[np.bool_]:
        """(N,) which trials failed or diverged."""
        lost = np.array([state == COMPLETE for state in self.states], bool) & ~np.isfinite(self.values)
        return np.asarray(lost | np.array([state == FAILED for state in self.states], bool))

    def losses(self) -> tuple[Array, bool]:
        """(N,) values turned so that lower is better, and whether they are logarithms (if they span decades)."""
        finite = self.values[self.complete]
        logarithmic = len(finite) > 0 and spans(finite)
        with np.errstate(invalid="ignore", divide="ignore"):
            values = np.log(self.values) if logarithmic else np.asarray(self.values, np.float64)
        values = np.where(self.complete, values, np.nan)
        return (values if self.minimize else -values), logarithmic

    def best(self, count: int) -> NDArray[np.int64]:
        """Give the rows of the best complete trials, best first."""
        losses, _ = self.losses()
        order = np.argsort(np.where(np.isnan(losses), np.inf, losses), kind="stable")
        return np.asarray(order[: min(count, int(self.complete.sum()))], np.int64)

    def number(self, row: int) -> int:
        """Give the number of the trial in a row."""
        return int(self.numbers[row]) if len(self.numbers) else int(row)


@dataclass(frozen=True)
class Finding:
    """An answer.

    Attributes:
        kind: of what was found, such as ``edge``; ``fine`` where there is nothing to mend.
        sentence: in plain words.
        subject: the parameters or trials that it is about.
        warns: whether it says that something should be done.
        mend: overrides that do it, if overrides can.
    """

    kind: str
    sentence: str
    subject: tuple[str, ...] = ()
    warns: bool = False
    mend: tuple[str, ...] = ()


def _spelled(value: float, kind: str) -> str:
    return str(round(value)) if kind == "int" else repr(float(f"{value:.6g}"))
