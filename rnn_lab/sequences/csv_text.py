"""The text of a table: opened, its delimiter found, its cells read by pandas block by block, and its rows numbered."""

import bz2
import codecs
import csv
import gzip
import io
import lzma
import zipfile
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from rnn_lab.errors import BadInput
from rnn_lab.home import at_home
from rnn_lab.sequences.regular import refuse_device

csv.field_size_limit(2**31 - 1)  # pandas has none

OPENERS: dict[str, Callable[..., Any]] = {
    "gzip": gzip.open,
    "bz2": bz2.open,
    "xz": lzma.open,
    "none": open,
}
OTHER_KINDS = {
    b"\xff\xfe": "data.encoding=utf-16 reads it",
    b"\xfe\xff": "data.encoding=utf-16 reads it",
    b"\x1f\x8b": "data.compression=gzip reads it",
    b"BZh": "data.compression=bz2 reads it",
    b"\xfd7zXZ": "data.compression=xz reads it",
    b"PK": "a workbook is to be saved as CSV, and data.compression=zip reads an archive",
    b"\xd0\xcf\x11\xe0": "a workbook is to be saved as CSV",
    b"PAR1": "Parquet is to be saved as CSV",
}
"""Ways with files that are no text in the encoding, by their first bytes."""
SUFFIXES = {".gz": "gzip", ".bz2": "bz2", ".xz": "xz", ".zip": "zip"}
DELIMITERS = ",;\t|"
CELLS = 2**14
"""Cells held as text at a time: strings are many times as large as the numbers they become."""


@dataclass(frozen=True, kw_only=True)
class CsvText:
    """A file of delimited cells and how it is to be read; the arguments are those of `pandas.read_csv`.

    Args:
        path: the file.
        delimiter: one character, a blank as many of them as there are; None: the one of ``, ; | tab`` that cuts the
            first rows alike.
        decimal: a decimal comma rules out the comma as delimiter.
        encoding: any that Python knows; a byte-order mark of UTF-8 is no text.
        comment: from this character on a line is not read.
        skiprows, skipfooter: lines left out at the beginning and at the end.
        compression: ``infer`` (from the file's name), ``gzip``, ``bz2``, ``xz``, ``zip`` or None.
    """

    path: Path
    delimiter: str | None = None
    decimal: str = "."
    encoding: str = "utf-8"
    comment: str | None = None
    skiprows: int = 0
    skipfooter: int = 0
    compression: str | None = "infer"

    @contextmanager
    def lines(self) -> Iterator[IO[str]]:
        """Open the file as text, without the lines left out at either end.

        Raises:
            BadInput: it cannot be read, decompressed or decoded.
        """
        kind = self.compression or "none"
        if kind == "infer":
            kind = SUFFIXES.get(self.path.suffix.lower(), "none")
        try:
            encoding = unmarked(self.encoding)
            path = Path(at_home(str(self.path), "data.path"))
            refuse_device(path)
            with _only_member(path) if kind == "zip" else OPENERS[kind](path, "rb") as raw:
                text = io.TextIOWrapper(raw, encoding=encoding, newline="")
                for _ in range(self.skiprows):
                    text.readline()
                yield _WithoutLast(text, self.skipfooter) if self.skipfooter else text  # type: ignore[misc]  # enough of a file for its readers
        except LookupError:
            raise BadInput(f"data.encoding={self.encoding} is no encoding that Python knows") from None
        except UnicodeError as error:
            reason = getattr(error, "reason", error)
            with open(path, "rb") as raw:
                start = raw.read(8)
            other = "data.encoding names another, such as latin-1"
            way = next((way for mark, way in OTHER_KINDS.items() if start.startswith(mark)), other)
            raise BadInput(f"data.path={self.path} is no text in {self.encoding.upper()}: {reason}; {way}") from None
        except (gzip.BadGzipFile, lzma.LZMAError, zipfile.BadZipFile, EOFError) as error:
            raise BadInput(f"data.path={self.path} cannot be read as {kind}: {error} (data.compression)") from None
        except OSError as error:
            raise BadInput(f"data.path={self.path} cannot be read: {error.strerror or error}") from None

    def separator(self) -> str:
        """Return the delimiter: the one given, or the only one that cuts the file's first rows alike.

        Raises:
            BadInput: several do, or the one given is no single character that could be one.
        """
        if self.delimiter is not None:
            given = self.delimiter.replace("\\t", "\t")  # what a shell passes on for '\t'
            if len(given) != 1 or given in '"\r\n':
                raise BadInput(f"data.delimiter={self.delimiter!r} must be one character, and no quote or line end")
            return given
        with self.lines() as file:
            first = [line for _, line in zip(range(20), self._uncommented(file), strict=False)]
        candidates = [mark for mark in DELIMITERS if mark != self.decimal and first and mark in first[0]]
        if len(candidates) > 1:
            candidates = [mark for mark in candidates if len(_width(first, mark) - {0}) == 1] or candidates
        if len(candidates) > 1:
            raise BadInput(
                f"data.path={self.path}: its cells may be cut at {' or '.join(map(repr, candidates))}: say which one"
                " is data.delimiter"
            )
        if candidates:
            return candidates[0]
        # Beside a decimal comma a comma cuts quoted cells alone; otherwise there is one column, which nothing cuts.
        quoted = any('"' in line for line in first) and len(_width(first, ",")) == 1
        return "," if self.decimal != "," or quoted else ";"

    def blocks(self, cells_at_a_time: int = CELLS) -> Iterator[NDArray[Any]]:
        """Yield the cells as text, stripped, in blocks (n, C) of objects; empty rows at the end are left out.

        Raises:
            BadInput: the file cannot be read, is empty, or a row has another number of cells than the first.
        """
        import pandas as pd  # takes long, and only tables need it

        mark, held, checked, seen = self.separator(), np.empty((0, 0), object), self._check_widths(), 0
        how: dict[str, Any] = {
            "sep": r"\s+" if mark == " " else mark,
            "header": None, "dtype": object, "na_filter": False, "skip_blank_lines": self._wide(),
            "skipinitialspace": not mark.isspace(), "comment": self.comment, "iterator": True,
        }  # fmt: skip
        try:
            with self.lines() as file, pd.read_csv(file, **how) as reader:
                start, rows, ended = 0, 100, False
                while len(cells := _next(reader, rows)):
                    rows = max(1, cells_at_a_time // cells.shape[1])
                    for j in range(cells.shape[1]):
                        cells[:, j] = [cell.strip() for cell in cells[:, j]]
                    if (cells[:, -1] == "").any():  # pandas makes such a cell of a row that is too short
                        seen += sum(1 for _ in islice(checked, start + len(cells) - seen))
                    if not start:
                        ended = cells.shape[1] > 1 and not cells[:, -1].any()  # by a delimiter, each row: no cell
                    if ended and cells[:, -1].any():
                        line = self.number(start + int((cells[:, -1] != "").argmax()))
                        raise BadInput(
                            f"data.path={self.path}: row {line} has a cell after the delimiter that ends those before"
                        )
                    cells = cells[:, :-1] if ended else cells
                    start += len(cells)
                    full = np.flatnonzero((cells != "").any(axis=1))
                    whole = full[-1] + 1 if len(full) else 0
                    if whole:
                        yield np.concatenate([held, cells[:whole]]) if len(held) else cells[:whole]
                        held = cells[whole:]
                    else:
                        held = np.concatenate([held, cells]) if len(held) else cells
            deque(checked if seen else (), 0)  # to the end
        except pd.errors.EmptyDataError:
            return
        except pd.errors.ParserError as error:
            deque(self._check_widths(), 0)
            said = str(error).removeprefix("Error tokenizing data. C error: ")
            raise self._no_csv(said) from None

    def row_numbers(self) -> Iterator[tuple[int, list[str]]]:
        """Yield each row's number as an editor counts the file's lines (from 1), and its cells."""
        wide = self._wide()
        for number, cells in self._every_line():
            if not (wide and _blank(cells)):
                yield number, [cell.strip() for cell in cells] or [""]

    def notes(self) -> tuple[str, ...]:
        """Say how many blank lines between two rows are skipped, as pandas skips them; nothing where there is none.

        In a table of one column none is: there a blank line is a row whose cell is missing.
        """
        with self.lines() as file:
            if not self._wide() or not any(map(str.isspace, file)):  # the usual case, at the speed of reading
                return ()
        found, waiting, begun = list[int](), list[int](), False
        for number, cells in self._every_line():
            if _blank(cells):
                waiting += [number] * begun
            else:
                found, waiting, begun = found + waiting, [], True
        what = f"{len(found)} blank lines between rows are" if len(found) > 1 else "a blank line between rows is"
        return (f"{what} skipped, {'the first' * (len(found) > 1) or 'it'} is line {found[0]}",) if found else ()

    def _every_line(self) -> Iterator[tuple[int, list[str]]]:
        with self.lines() as file:
            mark = self.separator()
            reader = csv.reader(self._marked(file), delimiter=mark, skipinitialspace=mark == " ", strict=True)
            for cells in reader:
                if cells != [_COMMENT]:
                    yield reader.line_num + self.skiprows, cells

    def _wide(self) -> bool:
        """Return True if the first row has several cells, so that a blank line is none."""
        try:
            return len(next((cells for _, cells in self._every_line() if not _blank(cells)), [])) > 1
        except csv.Error as error:
            raise self._no_csv(str(error)) from None

    def number(self, row: int) -> int:
        """Return the line at which row ``row`` (from 0, the header included) ends."""
        return next(number for n, (number, _) in enumerate(self.row_numbers()) if n == row)

    def _uncommented(self, file: IO[str]) -> Iterator[str]:
        for line in self._marked(file):
            if line.strip() and line.strip() != _COMMENT:
                yield line

    def _marked(self, file: IO[str]) -> Iterator[str]:
        blank = self.delimiter == " "
        for line in file:
            text = line.split(self.comment)[0] if self.comment else line
            text = text.rstrip(" \r\n") + "\n" if blank else text
            if text == line or text.strip():
                yield text
            else:
                yield '""' if text else _COMMENT  # pandas makes a row of what is blank before a comment

    def _check_widths(self) -> Iterator[None]:
        """Go through the rows; refuse one of another length than the first, but for empty ones at the file's end."""
        width, pending = None, None
        try:
            for number, cells in self.row_numbers():
                width = width or len(cells)
                if len(cells) != width:
                    pending = pending or BadInput(
                        f"data.path={self.path}: row {number} has {len(cells)} cells instead of {width}"
                        f" (data.delimiter={self.separator()!r})"
                    )
                if pending is not None and any(cells):
                    raise pending
                yield
        except csv.Error as error:
            raise self._no_csv(str(error)) from None

    def _no_csv(self, said: str) -> BadInput:
        return BadInput(
            f"data.path={self.path} is no CSV in {self.encoding.upper()} with"
            f" data.delimiter={self.separator()!r}: {said}"
        )


def unmarked(encoding: str) -> str:
    """Return an encoding that takes UTF-8's byte-order mark for no text.

    Raises:
        BadInput: it has no such name.

    Example:
        >>> unmarked("utf8"), unmarked("latin-1")
        ('utf-8-sig', 'latin-1')
    """
    try:
        return "utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding
    except (LookupError, ValueError):
        name = encoding.replace("\0", "\\0")
        raise BadInput(f"data.encoding={name} is no encoding that Python knows") from None


_COMMENT = "\0"


def _blank(cells: list[str]) -> bool:
    return not cells or (len(cells) == 1 and cells[0].isspace())


def _next(reader: Any, rows: int) -> NDArray[Any]:
    """Return the next rows of cells (n, C), none at the end."""
    try:
        return np.asarray(reader.get_chunk(rows).to_numpy(object, copy=True))
    except StopIteration:
        return np.empty((0, 1), object)


def _width(lines: list[str], mark: str) -> set[int]:
    try:
        return {len(cells) for cells in csv.reader(lines, delimiter=mark)}
    except csv.Error:
        return set()


@contextmanager
def _only_member(path: Path) -> Iterator[Any]:
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/")]
        if len(names) != 1:
            raise BadInput(f"data.path={path} holds {len(names)} files; a zip archive of one table is read")
        with archive.open(names[0]) as member:
            yield member


class _WithoutLast:
    """A text file that ends some lines early."""

    def __init__(self, file: IO[str], lines: int) -> None:
        self._file, self._lines, self._ahead = file, lines, deque[str]()

    def __iter__(self) -> Iterator[str]:
        for line in self._file:
            self._ahead.append(line)
            if len(self._ahead) > self._lines:
                yield self._ahead.popleft()

    def read(self, size: int = -1) -> str:
        """Return some whole lines, '' at the end."""
        found, length = [], 0
        for line in self:
            found.append(line)
            if 0 <= size <= (length := length + len(line)):
                break
        return "".join(found)
