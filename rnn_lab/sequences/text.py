"""Text as a stream of characters: at every step the next one is to be foretold."""

from collections.abc import Iterator
from contextlib import ExitStack
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.errors import BadInput
from rnn_lab.home import at_home
from rnn_lab.sequences.alphabet import Alphabet, code_points
from rnn_lab.sequences.csv_text import unmarked
from rnn_lab.sequences.disk_rows import DiskRows
from rnn_lab.sequences.fingerprint import fingerprint_blocks
from rnn_lab.sequences.forecasting import Share, describe
from rnn_lab.sequences.generator import ROWS
from rnn_lab.sequences.regular import refuse_device
from rnn_lab.sequences.rows import cut
from rnn_lab.sequences.scaling import Scaler
from rnn_lab.sequences.symbols import TextDataset
from rnn_lab.sequences.windows import split


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Text:
    """The characters of a text file, one a step; the target of each is the one that follows.

    The alphabet is the different characters of the whole file, in the order of their code points. It is agreed on
    beforehand and counts nothing: a character that only validation has is a class like any other, of which training
    has no example, and costs the network what it costs every model that has never seen it. A prompt is refused if it
    holds a character that is not in the file.

    Line ends are read as one newline character, whatever the system that wrote them. The text is split in its order,
    and a split's targets lie inside it. It is read once and put aside in a temporary file of 4 bytes a character.

    Args:
        name: what figures and the tracker call the data.
        path: the file; a relative path starts from the working directory. None: the book of Genesis in the King
            James version (1611), 196,867 characters, which ships inside the package. Its copyright is expired; the
            words are those of Debian's package bible-kjv-text, one verse a line, a blank line between chapters.
        encoding: of the file's characters; a byte-order mark of UTF-8 is none of them.
        train: characters of the split: an integer counts them, a fraction in (0, 1) is a share of them.
        validation: likewise; always later than training.
        test: likewise, later still; may be 0.
        gap: characters left out between two splits, >= 0.

    Example:
        >>> data = Text(name="text", train=0.8, validation=0.2).dataset()
        >>> alphabet = Alphabet(data.targets)
        >>> len(alphabet), data.train.length
        (60, 157492)
        >>> X, Y = data.train.read(np.array([0]), steps=12)
        >>> X.shape, alphabet.decode(Y[:, 0])
        ((12, 1, 60), 'n the beginn')
    """

    name: str
    path: str | None = None
    encoding: str = "utf-8"
    train: Share
    validation: Share
    test: Share = 0
    gap: int = Field(default=0, ge=0)

    def dataset(self) -> TextDataset:
        """Read the file.

        Raises:
            BadInput: it cannot be read, is not in its encoding, is empty or too short for its splits, or
                repeats one character.
        """
        found: set[str] = set()
        with ExitStack() as stack:
            if self.path is None:
                if self.encoding != "utf-8":
                    raise BadInput(f"data.encoding={self.encoding} is of a file of your own: say data.path too")
                path = stack.enter_context(as_file(files("rnn_lab.sequences") / "genesis.txt"))
            else:
                path = Path(at_home(self.path, "data.path"))
            stored = DiskRows(
                (_points(piece, found) for piece in pieces(path, self.encoding)), width=1, dtype=np.uint32
            )
        if len(found) < 2:
            held = f"holds nothing but {found.pop()!r}" if found else "is empty"
            raise BadInput(f"data.path={path} {held}: there is nothing to foretell")
        alphabet = Alphabet(tuple(sorted(found)))
        parts = split(stored.length, self.train, self.validation, self.test, self.gap, unit="character")

        def classes(points: NDArray[Any]) -> NDArray[np.int64]:
            return alphabet.look_up(points[..., 0])

        train, validation, test = cut(
            stored, parts, 1, lambda points: alphabet.one_hot(classes(points)), classes, unit="character"
        )
        assert train is not None
        assert validation is not None
        plain = Scaler("none", np.zeros(len(alphabet)), np.ones(len(alphabet)))
        recipe = {
            **describe(self),
            "inputs": list(alphabet.characters),
            "targets": list(alphabet.characters),
            "input_scaler": plain.recipe(),
            "target_scaler": plain.recipe(),
        }
        blocks = stored.blocks(0, stored.length, ROWS)
        return TextDataset(
            name=self.name,
            train=train,
            validation=validation,
            test=test,
            inputs=alphabet.characters,
            targets=alphabet.characters,
            horizon=1,
            input_scaler=plain,
            target_scaler=plain,
            recipe=recipe,
            fingerprint=fingerprint_blocks(recipe, (stored.dtype, (stored.length, 1), blocks)),
        )


def pieces(path: Path, encoding: str = "utf-8") -> Iterator[str]:
    """Read a text file piece by piece.

    Raises:
        BadInput: it cannot be read, or is not in this encoding.
    """
    try:
        refuse_device(path)
        with path.open(encoding=unmarked(encoding)) as file:
            while piece := file.read(ROWS):
                yield piece
    except OSError as error:
        raise BadInput(f"data.path={path} cannot be read: {error.strerror or error}") from None
    except LookupError:
        raise BadInput(f"data.encoding={encoding} is no encoding that Python knows") from None
    except UnicodeError as error:  # its position is one in a piece, and would mislead
        reason = getattr(error, "reason", error)
        raise BadInput(f"data.path={path} is no text in {encoding.upper()}: {reason}") from None


def _points(piece: str, found: set[str]) -> NDArray[Any]:
    """Return the code points of a piece, (n, 1), and add its characters to those that were found."""
    found.update(piece)
    return code_points(piece)[:, None]
