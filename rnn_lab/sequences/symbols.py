"""Streams whose targets are classes: characters, or other symbols."""

from dataclasses import dataclass
from typing import ClassVar

from rnn_lab.sequences.dataset import StreamDataset
from rnn_lab.sequences.rows import Rows


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class SymbolDataset(StreamDataset):
    """A stream with one of the classes as the target of every step."""

    classes: bool = True

    continues: ClassVar[bool] = False
    """True where a target is the next input, so that a network can go on from what it drew itself."""

    @property
    def scored(self) -> dict[str, Rows]:
        """All of validation and test, and of training as many of the last steps as validation has."""
        return {**self.splits, "train": self.train.last(self.validation.length)}

    @property
    def feeds_back(self) -> bool:
        """False: outputs are logits, and no input."""
        return False

    @property
    def lags(self) -> int:
        """Classes are no numbers: a linear model is given none."""
        return 0


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class TextDataset(SymbolDataset):
    """A stream of characters: at every step the next one is to be foretold."""

    continues: ClassVar[bool] = True

    @property
    def size(self) -> str:
        """Amount of data, in words."""
        return f"{self.train.length} training and {self.validation.length} validation characters"
