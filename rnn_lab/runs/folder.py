"""One run folder, as a reader of many needs it: the facts of its journal, each parsed only when it is wanted."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from rnn_lab.errors import BadInput
from rnn_lab.tracking import figures_state
from rnn_lab.tracking.journal import NAME, Tail, decode

EPOCH = b'{"fact": "epoch"'
"""Beginning of the lines that are as many as epochs; the others are few."""
FIGURE = b'{"fact": "figure"'
MANY = (EPOCH, *(b'{"fact": "%s"' % name for name in (b"weights", b"predictions", b"arrays")))


@dataclass(frozen=True)
class RunFolder:
    """A folder with a journal.

    Attributes:
        path: of the folder.
    """

    path: Path

    @classmethod
    def at(cls, path: Path | str) -> "RunFolder":
        """Open one folder.

        Raises:
            BadInput: it is no run folder.
        """
        if not (Path(path) / NAME).is_file():
            raise BadInput(f"{path} is no run folder: there is no {NAME} in it.")
        return cls(Path(path))

    @cached_property
    def _lines(self) -> list[bytes]:
        try:
            content = (self.path / NAME).read_bytes()
        except OSError as error:
            raise BadInput(f"The journal {self.path / NAME} cannot be read: {error.strerror}.") from error
        return content.split(b"\n")[:-1]  # a line without an end is torn

    @cached_property
    def facts(self) -> dict[str, dict[str, Any]]:
        """The last fact of each name, but for what there is one of in every epoch."""
        return {fact["fact"]: fact for fact in self._parsed(lambda line: not line.startswith(MANY))}

    @cached_property
    def figures(self) -> list[str]:
        """The figures' files, relative to the folder."""
        return [str(fact["file"]) for fact in self._parsed(lambda line: line.startswith(FIGURE)) if "file" in fact]

    @property
    def epochs(self) -> Iterator[dict[str, Any]]:
        """The ``epoch`` facts, in order; of an epoch that was made again, as after a resume, the last."""
        lines = self._parsed(lambda line: line.startswith(EPOCH))
        found = {fact["epoch"]: fact for fact in lines if "epoch" in fact and "metrics" in fact}
        return iter(found.values())

    @cached_property
    def damaged(self) -> dict[int, str]:
        """Number of each line that was left out, of those that were read until now -> a sentence."""
        return {}

    def _parsed(self, wanted: Callable[[bytes], bool]) -> Iterator[dict[str, Any]]:
        for number, line in enumerate(self._lines, 1):
            if not wanted(line):
                continue
            try:
                yield decode(line)
            except ValueError as error:
                self.damaged[number] = f"Line {number} of {self.path / NAME} is left out: {error}."

    @property
    def config(self) -> Mapping[str, Any]:
        """The composed config; empty for a run that was killed before it said so."""
        return dict(self.facts.get("start", {}).get("config", {}))

    @property
    def is_study(self) -> bool:
        """True if this is the record of a sweep and no run of its own."""
        return bool(self.facts.get("start", {}).get("tags", {}).get("rnn_lab.kind") == "sweep")

    @property
    def status(self) -> str:
        """FINISHED, FAILED, KILLED, PRUNED, or RUNNING while a process writes the journal."""
        if end := self.facts.get("end"):
            return str(end.get("status", "KILLED"))
        return "RUNNING" if Tail(self.path).written_to() else "KILLED"

    @property
    def lacking(self) -> str | None:
        """Sentence about figures that are not there, and should be; None too while they are being drawn."""
        return figures_state.lacking(self.path, self.facts)

    @property
    def started(self) -> float:
        """Time of the start, in unix seconds; NaN when the journal is empty."""
        return float(self.facts.get("start", {}).get("time", "nan"))

    @property
    def age(self) -> float:
        """Seconds since the run started."""
        return time.time() - self.started

    @property
    def score(self) -> str | None:
        """The journal's name of the score by which the weights were kept; None for a run that did not get there."""
        name = self.facts.get("summary", {}).get("score")
        return None if name is None else f"val/{name}"

    @property
    def scores(self) -> dict[str, float]:
        """The final scores of the kept weights, by the journal's names; empty for a run that did not get there."""
        return {name: float(value) for name, value in self.facts.get("summary", {}).get("metrics", {}).items()}
