"""The Reber grammar and the embedded one: predict the next symbol of a string."""

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.errors import BadInput
from rnn_lab.sequences.criteria import above, every_counted
from rnn_lab.sequences.grammar import Grammar, Paths, Statistics
from rnn_lab.sequences.records import Records
from rnn_lab.sequences.task import Task, Yardsticks, collect, of_classes, one_hot

SYMBOLS = "BTPSXVE"
REBER: Paths = {0: "B1", 1: "T2 P3", 2: "S2 X4", 3: "T3 V5", 4: "X3 S6", 5: "P4 V6", 6: "E7"}


def embedded(paths: Paths) -> Paths:
    """Set a grammar into a frame: B T (a string of it) T E, or B P (a string of it) P E.

    Example:
        >>> embedded({0: "B1", 1: "E2"})
        {0: 'B1', 1: 'T2 P5', 2: 'B3', 3: 'E4', 4: 'T8', 5: 'B6', 6: 'E7', 7: 'P8', 8: 'E9'}
    """
    size = len(paths) + 1
    frame = {0: "B1", 1: f"T2 P{2 + size}"}
    for symbol, shift in (("T", 2), ("P", 2 + size)):
        for node, text in paths.items():
            frame[shift + node] = " ".join(f"{edge[0]}{int(edge[1:]) + shift}" for edge in text.split())
        frame[shift + size - 1] = f"{symbol}{2 + 2 * size}"
    return {**frame, 2 + 2 * size: f"E{3 + 2 * size}"}


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Reber(Task):
    """Strings of the Reber grammar; at each step the target is the next symbol.

        B ( T S* X | P T* V ) ... E

    One-hot inputs, all symbols but the last E; targets, all but the first B. Where two symbols may follow, each does so
    half of the time. Strings differ in length: what lies beyond is zero, and does not count. A string longer than
    ``length`` is thrown away and drawn again; this changes the strings' entropy a little, and it is the changed
    entropy that is given here.

    Solved if, at each step, every symbol that may follow has a larger output than any that may not: what may follow is
    known for certain, though not which of the two it will be.

    Yardsticks: "entropy", the best there is; "no memory", the best prediction from the current symbol alone.

    Args:
        length: symbols of the longest string, at least those of the shortest, 5 (9 if embedded); the window is one
            less.

    Example:
        >>> task = Reber(length=30)
        >>> records = task.draw(np.random.default_rng(1), 3)
        >>> [task.text(records, n) for n in range(3)]
        ['BPVPXTVPSE', 'BTXSE', 'BTSSSXXVVE']
        >>> task.entropy  # without a longest string, 6 choices in 7 predictions: 6 ln 2 / 7 = 0.594126
        0.593940

    References:
        Reber, "Implicit learning of artificial grammars" (1967); Cleeremans, Servan-Schreiber & McClelland, "Finite
        state automata and simple recurrent networks" (1989).
    """

    each_step: ClassVar[bool] = True
    classes: ClassVar[bool] = True
    grammar: ClassVar[Grammar] = Grammar(SYMBOLS, REBER)

    length: int

    def __post_init__(self) -> None:
        if self.length < self.grammar.shortest:
            raise BadInput(
                f"data.task.length={self.length} must be at least {self.grammar.shortest}, the symbols of the shortest"
                " string"
            )

    @property
    def inputs(self) -> tuple[str, ...]:
        """The symbols."""
        return tuple(SYMBOLS)

    @property
    def targets(self) -> tuple[str, ...]:
        """The symbols."""
        return tuple(SYMBOLS)

    @property
    def window(self) -> int:
        """The longest string, less its last symbol."""
        return self.length - 1

    @property
    def statistics(self) -> Statistics:
        """Exact statistics of the strings."""
        return self.grammar.statistics(self.length)

    @property
    def entropy(self) -> float:
        """Nats a prediction: the least cross-entropy that any network can have in expectation."""
        return self.statistics.entropy

    def draw(self, rng: np.random.Generator, records: int) -> Records:
        """N records; random numbers come from ``rng`` alone."""
        codes = self.grammar.draw(rng, records, self.length)
        mask = codes[:, 1:] >= 0
        shown = np.where(mask, codes[:, :-1], -1)  # the last symbol of a string is no input: nothing follows
        return collect(one_hot(shown, len(SYMBOLS)), np.where(mask, codes[:, 1:], 0), mask)

    def text(self, records: Records, record: int) -> str:
        """Write one record as the string it was."""
        assert records.mask is not None
        first = records.X[record, 0].argmax()
        return "".join(SYMBOLS[code] for code in [first, *records.Y[record][records.mask[record]]])

    def yardsticks(self) -> Yardsticks:
        """The symbols' frequencies, and the entropy of the grammar: the best there is."""
        exact = self.statistics
        return {"no memory": of_classes(*exact.memoryless), "entropy": of_classes(exact.entropy, exact.accuracy)}

    def may_follow(self, records: Records) -> NDArray[np.bool_]:
        """Tell which symbols may follow at each step, (N, T, 7)."""
        return self.grammar.legal(np.where(records.X.any(axis=2), records.X.argmax(axis=2), -1))

    def ideal(self, records: Records) -> float:
        """Return the cross-entropy in nats of the grammar's own probabilities on just these strings.

        It varies about `entropy`, by half a per cent in a thousand strings, so a network's loss on the same strings is
        best compared with it. (It knows of no longest string; where few are longer that is no matter.)
        """
        return float(np.log(self.may_follow(records).sum(axis=2)[records.mask]).mean())

    def legal(self, outputs: NDArray[Any], records: Records) -> NDArray[np.bool_]:
        """Tell in which records all that may follow is ahead of all that may not, at every step: (..., N)."""
        return every_counted(above(outputs, self.may_follow(records)), records)

    def success(self, outputs: NDArray[Any], records: Records) -> NDArray[np.bool_]:
        """Only symbols that may follow are ahead, at every step: `legal`."""
        return self.legal(outputs, records)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class EmbeddedReber(Reber):
    """Strings of the Reber grammar inside a frame whose second-last symbol repeats the second: T or P.

        B T (Reber string) T E,    B P (Reber string) P E

    The inner string says nothing about the frame, and may be long: only a network that keeps the second symbol all the
    while can tell the second last. Solved if it is ahead of all others there; `legal` is the criterion for all steps.

    Yardsticks: besides those of `Reber`, "short memory" knows the inner grammar perfectly but has forgotten the second
    symbol: ln 2 a string above the entropy.

    Example:
        >>> task = EmbeddedReber(length=40)
        >>> task.text(task.draw(np.random.default_rng(0), 1), 0), task.entropy  # 7 ln 2 / 11 = 0.441095
        ('BPBTSSSSSXSEPE', 0.441047)

    Reference: Hochreiter & Schmidhuber, "Long short-term memory" (1997), experiment 1.
    """

    grammar: ClassVar[Grammar] = Grammar(SYMBOLS, embedded(REBER))

    def yardsticks(self) -> Yardsticks:
        """As of the inner string, and the best without memory of the frame."""
        exact = self.statistics
        each = 1.0 / exact.predictions  # one prediction of a string
        forgetful = of_classes(exact.entropy + each * np.log(2), exact.accuracy - 0.5 * each)
        return {**super().yardsticks(), "short memory": forgetful}

    def second_last(self, outputs: NDArray[Any], records: Records) -> NDArray[np.bool_]:
        """Tell in which records the second-last symbol's output is ahead of all others when it is due: (..., N)."""
        assert records.mask is not None
        each, due = np.arange(len(records)), records.mask.sum(axis=1) - 2
        wanted = np.arange(len(SYMBOLS)) == records.Y[each, due][:, None]
        return above(outputs[..., each, due, :], wanted)

    def success(self, outputs: NDArray[Any], records: Records) -> NDArray[np.bool_]:
        """The frame's symbol is ahead when it is due: `second_last`."""
        return self.second_last(outputs, records)
