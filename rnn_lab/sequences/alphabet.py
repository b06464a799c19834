"""Characters and the numbers that stand for them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_lab.errors import BadInput
from rnn_lab.sequences.scaling import Array


@dataclass(frozen=True)
class Alphabet:
    """The characters of a text; a character's number is its position, from 0.

    Args:
        characters: each one once, in the order of their code points.

    Example:
        >>> alphabet = Alphabet(tuple("abc"))
        >>> alphabet.encode("cab").tolist(), alphabet.decode(np.array([2, 0, 1]))
        ([2, 0, 1], 'cab')
    """

    characters: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.characters)

    def encode(self, text: str, key: str = "prompt") -> NDArray[np.int64]:
        """Return the characters' numbers, (len(text),).

        Args:
            text: any.
            key: what the text is called in the message.

        Raises:
            BadInput: a character that the alphabet does not have.
        """
        known = {character: number for number, character in enumerate(self.characters)}
        for position, character in enumerate(text):
            if character not in known:
                raise BadInput(
                    f"{key} holds {character!r} (character {position + 1}), which the model never saw; it knows"
                    f" {''.join(self.characters)!r}"
                )
        return np.array([known[character] for character in text], dtype=np.int64)

    def decode(self, numbers: NDArray[np.int64]) -> str:
        """Return the characters of numbers (n,)."""
        return "".join(self.characters[number] for number in numbers.tolist())

    def look_up(self, points: NDArray[np.uint32]) -> NDArray[np.int64]:
        """Return the numbers of code points (...), each of a character that the alphabet has."""
        return np.searchsorted(code_points("".join(self.characters)), points).astype(np.int64)

    def one_hot(self, numbers: NDArray[np.int64]) -> Array:
        """Return (..., D): 1 at the character's number and 0 elsewhere."""
        vectors = np.zeros((*numbers.shape, len(self)))
        np.put_along_axis(vectors, numbers[..., None], 1.0, axis=-1)
        return vectors


def code_points(text: str) -> NDArray[Any]:
    """Return the code points of a text's characters, (len(text),) uint32.

    Example:
        >>> code_points("aé").tolist()
        [97, 233]
    """
    return np.frombuffer(text.encode("utf-32-le"), "<u4")
