"""Temporal order: in which order did the few symbols that matter come?"""

from itertools import product
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.errors import BadInput
from rnn_lab.sequences.criteria import certain
from rnn_lab.sequences.records import Records
from rnn_lab.sequences.task import Task, Yardsticks, chance, collect, one_hot

ERROR = 0.3
PLACES = {2: ((10, 20), (50, 60)), 3: ((10, 20), (33, 43), (66, 76))}
"""First and last step at which each symbol that matters may stand, of 100 steps."""


@dataclass(frozen=True, kw_only=True, config=STRICT)
class TemporalOrder(Task):
    """Classify a sequence by the order of two or three symbols in it.

    A sequence starts with B and ends with E; between them each symbol is a, b, c or d, uniform, but for the two (three)
    that matter: each is X or Y, alike. One-hot inputs. The class, after E, is the pair (triple): with two, XX, XY, YX,
    YY are the paper's Q, R, S, U. In a sequence of 100 steps (B being step 0) the two stand anywhere in steps 10-20 and
    50-60, the three in 10-20, 33-43 and 66-76; in others these bounds scale with the shortest sequence, rounded down.
    A sequence shorter than the longest comes after zeros, so that all end at the last step.

    Solved if every output is within 0.3 of its target, 1 for the class and 0 for the others; the outputs are taken to
    be the probabilities.

    Args:
        relevant: 2 (experiment 6a, four classes) or 3 (6b, eight classes).
        length: T, steps of the longest sequence, >= 10, so that the symbols find their places.
        shortest: steps of the shortest, likewise; all lengths between are alike. None: all are as long as the longest.
            The paper has 100 to 110.

    Example:
        >>> task = TemporalOrder(relevant=2, length=12, shortest=10)
        >>> records = task.draw(np.random.default_rng(1), 2)
        >>> ["".join(np.array(task.inputs)[x.argmax(axis=1)[x.any(axis=1)]]) for x in records.X]
        ['BXaddaYdbbE', 'BXcaaXddcdE']
        >>> [task.targets[y] for y in records.Y]
        ['XY', 'XX']

    Reference: Hochreiter & Schmidhuber, "Long short-term memory" (1997), experiments 6a and 6b.
    """

    each_step: ClassVar[bool] = False
    classes: ClassVar[bool] = True

    relevant: Literal[2, 3] = 2
    length: int = Field(ge=10)
    shortest: int | None = Field(default=None, ge=10)

    def __post_init__(self) -> None:
        if self.least > self.length:
            raise BadInput(
                f"data.task.shortest={self.shortest} must not exceed data.task.length={self.length}, the steps of the"
                " longest sequence"
            )

    @property
    def inputs(self) -> tuple[str, ...]:
        """The distractors, the symbols that matter, the start and the end."""
        return ("a", "b", "c", "d", "X", "Y", "B", "E")

    @property
    def targets(self) -> tuple[str, ...]:
        """The classes: the order in which the symbols came."""
        return tuple("".join(symbols) for symbols in product("XY", repeat=self.relevant))

    @property
    def window(self) -> int:
        """T."""
        return self.length

    @property
    def least(self) -> int:
        """Steps of the shortest sequence."""
        return self.length if self.shortest is None else self.shortest

    @property
    def places(self) -> tuple[tuple[int, int], ...]:
        """First and last step of each symbol that matters, counted from the sequence's start."""
        return tuple((low * self.least // 100, high * self.least // 100) for low, high in PLACES[self.relevant])

    def draw(self, rng: np.random.Generator, records: int) -> Records:
        """N records; random numbers come from ``rng`` alone."""
        X, B, E = (self.inputs.index(symbol) for symbol in "XBE")
        each = np.arange(records)
        start = rng.integers(self.length - self.least + 1, size=records)
        codes = rng.integers(4, size=(records, self.length))
        codes[np.arange(self.length) < start[:, None]] = -1
        codes[each, start] = B
        codes[:, -1] = E
        symbols = rng.integers(2, size=(records, self.relevant))
        for number, (low, high) in enumerate(self.places):
            codes[each, start + rng.integers(low, high + 1, size=records)] = X + symbols[:, number]
        Y = symbols @ (2 ** np.arange(self.relevant)[::-1])
        return collect(one_hot(codes, len(self.inputs)), Y)

    def yardsticks(self) -> Yardsticks:
        """Without memory the classes are alike."""
        return chance(len(self.targets))

    def success(self, outputs: NDArray[Any], records: Records) -> NDArray[np.bool_]:
        """The right class is certain, up to the criterion's error: (..., N)."""
        return certain(outputs, records, ERROR)
