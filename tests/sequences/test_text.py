"""Characters of a file as a stream: what is read is the text, and what is no text is refused in a sentence."""

import json
import os
import tomllib
from fnmatch import fnmatch
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_lab.errors import BadInput
from rnn_lab.sequences import Alphabet, Rows, StreamDataset, Text
from rnn_lab.sequences.alphabet import code_points
from rnn_lab.sequences.generator import ROWS

ROOT = Path(__file__).parents[2]


def written(folder: Path, text: str | bytes, **options: int | float) -> StreamDataset:
    path = folder / "own.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return Text(**{"name": "own", "path": str(path), "train": 0.5, "validation": 0.5, **options}).dataset()


def text_of(rows: Rows, alphabet: Alphabet) -> str:
    """The characters read at each step, and the last one's target."""
    X, Y = rows.read(np.array([0]), rows.length)
    read = X[:, 0].argmax(axis=-1)
    np.testing.assert_array_equal(X.sum(axis=-1), 1.0)
    np.testing.assert_array_equal(X.max(axis=-1), 1.0)
    np.testing.assert_array_equal(read[1:], Y[:-1, 0])
    return alphabet.decode(np.append(read, Y[-1, 0]))


def test_the_next_character_is_the_target(tmp_path: Path) -> None:
    data = written(tmp_path, "cabbage and cabbages", train=10, validation=6, test=4)
    assert data.inputs == data.targets == tuple(" abcdegns")
    assert (data.classes, data.horizon) == (True, 1)
    X, Y = data.train.read(np.array([0, 4]), steps=3)
    assert X.shape == (3, 2, 9)
    assert (X.dtype, Y.dtype) == (np.float64, np.int64)
    alphabet = Alphabet(data.targets)
    assert [alphabet.decode(lane) for lane in Y.T] == ["abb", "ge "]
    assert data.test is not None
    parts = [text_of(rows, alphabet) for rows in (data.train, data.validation, data.test)]
    assert parts == ["cabbage an", "d cabb", "ages"]


@pytest.mark.parametrize("gap", [0, 3])
def test_no_target_is_a_later_split_s_character(tmp_path: Path, gap: int) -> None:
    text = "".join(map(chr, range(1000, 1100)))
    data = written(tmp_path, text, train=50, validation=20, test=10, gap=gap)
    assert data.test is not None
    parts = [text_of(rows, Alphabet(data.targets)) for rows in (data.train, data.validation, data.test)]
    assert [len(part) for part in parts] == [50, 20, 10]
    for earlier, later in pairwise(parts):
        assert ord(later[0]) - ord(earlier[-1]) == gap + 1


def test_characters_of_any_script_across_pieces(tmp_path: Path) -> None:
    """Longer than a piece, in characters of one to four bytes; the mark of an editor and its line ends are no text."""
    text = "aß語😀\n" * (ROWS // 2)
    data = written(tmp_path, b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert data.targets == ("\n", "a", "ß", "語", "😀")
    half = len(text) // 2
    assert text_of(data.train, Alphabet(data.targets)) == text[:half]
    assert text_of(data.validation, Alphabet(data.targets)) == text[half:]


def test_a_character_that_only_validation_has_is_a_class_like_any_other(tmp_path: Path) -> None:
    data = written(tmp_path, "abababzaba")
    assert data.targets == ("a", "b", "z")
    _, trained = data.train.read(np.array([0]), data.train.length)
    _, validated = data.validation.read(np.array([0]), data.validation.length)
    assert 2 not in trained
    assert 2 in validated


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", r"own\.txt is empty: there is nothing to foretell$"),
        ("aaaa", r"own\.txt holds nothing but 'a': there is nothing to foretell$"),
        (b"abc\xff\xfe", r"own\.txt is no text in UTF-8: invalid start byte$"),
        ("ab", r"^data\.train holds 1 character; it needs at least 2: a character and its target 1 later$"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path: Path, content: str | bytes, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        written(tmp_path, content)


def test_splits_are_counted_in_characters(tmp_path: Path) -> None:
    with pytest.raises(
        BadInput, match=r"^data\.train=8, data\.validation=4 .* 12 characters, but the series holds 10$"
    ):
        written(tmp_path, "0123456789", train=8, validation=4)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    for path, reason in ((tmp_path / "none.txt", "No such file or directory"), (tmp_path, "Is a directory")):
        with pytest.raises(BadInput, match=rf"^data\.path=.* cannot be read: {reason}$"):
            Text(name="t", path=str(path), train=0.5, validation=0.5).dataset()


def test_what_may_not_end_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in ("/dev/zero", str(tmp_path / "pipe")):
        with pytest.raises(BadInput, match=rf"^data\.path={path} is no regular file$"):
            Text(name="t", path=path, train=0.5, validation=0.5).dataset()


@given(text=st.text())
def test_there_and_back(text: str) -> None:
    alphabet = Alphabet(tuple(sorted(set(text))))
    numbers = alphabet.encode(text)
    assert numbers.dtype == np.int64
    assert alphabet.decode(numbers) == text
    np.testing.assert_array_equal(alphabet.look_up(code_points(text)), numbers)
    if text:
        np.testing.assert_array_equal(alphabet.one_hot(numbers).argmax(axis=1), numbers)


@pytest.mark.parametrize("unknown", ["é", "\n", "\udcff"])
def test_a_character_the_model_never_saw(unknown: str) -> None:
    with pytest.raises(BadInput) as refusal:
        Alphabet(tuple("abc")).encode(f"ab{unknown}c")
    assert str(refusal.value) == (f"prompt holds {unknown!r} (character 3), which the model never saw; it knows 'abc'")


def test_the_book_that_ships() -> None:
    data = Text(name="text", train=0.8, validation=0.1, test=0.1).dataset()
    alphabet = Alphabet(data.targets)
    assert data.test is not None
    text = "".join(text_of(rows, alphabet) for rows in (data.train, data.validation, data.test))
    assert text == (files("rnn_lab.sequences") / "genesis.txt").read_text("ascii")
    assert text.startswith("In the beginning God created the heaven and the earth.\n")
    assert text.endswith("and he was put in a coffin in Egypt.\n")
    chapters = text.split("\n\n")
    assert len(chapters) == 50
    assert sum(len(chapter.splitlines()) for chapter in chapters) == 1533  # verses
    assert (len(text), len(alphabet)) == (196_867, 60)


def test_the_book_is_part_of_the_package() -> None:
    package = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]["rnn_lab"]
    assert any(fnmatch("sequences/genesis.txt", pattern) for pattern in package)


def test_the_fingerprint_follows_content_not_place(tmp_path: Path) -> None:
    for folder in ("here", "there", "other"):
        (tmp_path / folder).mkdir()
    here, there = (written(tmp_path / folder, "some text") for folder in ("here", "there"))
    other = written(tmp_path / "other", "same text")
    cut = written(tmp_path / "here", "some text", train=4, validation=4)
    assert here.fingerprint == there.fingerprint
    assert len({here.fingerprint, other.fingerprint, cut.fingerprint}) == 3
    assert json.loads(json.dumps(here.recipe)) == here.recipe


def test_another_encoding(tmp_path: Path) -> None:
    text = "größer als Ähre und Öl\n" * 3
    shares = {"train": 0.6, "validation": 0.4}
    (tmp_path / "t.txt").write_bytes(text.encode("latin-1"))
    data = Text(name="t", path=str(tmp_path / "t.txt"), encoding="latin-1", **shares).dataset()
    assert set(data.targets) == set(text)
    with pytest.raises(BadInput, match=r"is no text in UTF-8"):
        Text(name="t", path=str(tmp_path / "t.txt"), **shares).dataset()
    with pytest.raises(BadInput, match=r"data\.encoding=klingon is no encoding"):
        Text(name="t", path=str(tmp_path / "t.txt"), encoding="klingon", **shares).dataset()
    with pytest.raises(BadInput, match=r"data\.encoding=latin-1 is of a file of your own"):
        Text(name="t", encoding="latin-1", **shares).dataset()
