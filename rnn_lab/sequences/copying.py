"""The copying problem: keep ten symbols over a long blank, then give them back in order."""

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.sequences.criteria import ahead
from rnn_lab.sequences.records import Records
from rnn_lab.sequences.task import Task, Yardsticks, collect, of_classes, one_hot


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Copying(Task):
    """Symbols, T - 1 blanks, a cue, blanks; the answer is blank until the symbols are asked for.

        input    s1 .. s10  blank x (T - 1)  cue  blank x 10
        target   blank x (T + 10)                 s1 .. s10

    Each s is one of the first ``symbols`` classes, uniform and independent; inputs are one-hot. Every step counts.
    Solved if the right class is ahead at every step.

    No memory: knowing the cue but no symbol, the cross-entropy is 10 ln 8 / (T + 20).

    Args:
        delay: T, steps from the last symbol to the cue, >= 1; the window is T + 2 ``count``.
        count: how many symbols are to be kept, >= 1.
        symbols: how many there are to choose from, >= 2.

    Example:
        >>> records = Copying(delay=3, count=2, symbols=4).draw(np.random.default_rng(0), 1)
        >>> records.X[0].argmax(axis=1), records.Y[0]  # blank is 4, the cue 5
        (array([3, 2, 4, 4, 5, 4, 4]), array([4, 4, 4, 4, 4, 3, 2]))

    References:
        Hochreiter & Schmidhuber, "Long short-term memory" (1997), for the idea; in this form Arjovsky, Shah & Bengio,
        "Unitary evolution recurrent neural networks" (2016).
    """

    each_step: ClassVar[bool] = True
    classes: ClassVar[bool] = True

    delay: int = Field(gt=0)
    count: int = Field(default=10, gt=0)
    symbols: int = Field(default=8, ge=2)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The symbols, the blank and the cue."""
        return (*self.targets, "cue")

    @property
    def targets(self) -> tuple[str, ...]:
        """The symbols and the blank."""
        return (*(str(number) for number in range(1, self.symbols + 1)), "blank")

    @property
    def window(self) -> int:
        """T + 20, with ten symbols."""
        return self.delay + 2 * self.count

    def draw(self, rng: np.random.Generator, records: int) -> Records:
        """N records; random numbers come from ``rng`` alone."""
        blank, cue = self.symbols, self.symbols + 1
        kept = rng.integers(self.symbols, size=(records, self.count))
        shown = np.full((records, self.window), blank)
        shown[:, : self.count] = kept
        shown[:, self.count + self.delay - 1] = cue
        Y = np.full((records, self.window), blank)
        Y[:, -self.count :] = kept
        return collect(one_hot(shown, len(self.inputs)), Y)

    def yardsticks(self) -> Yardsticks:
        """Blanks are certain, and the symbols to be copied a guess among all."""
        share = self.count / self.window
        return {"no memory": of_classes(share * np.log(self.symbols), 1 - share * (1 - 1 / self.symbols))}

    def success(self, outputs: NDArray[Any], records: Records) -> NDArray[np.bool_]:
        """The right symbol is ahead at every step: (..., N)."""
        return ahead(outputs, records)
