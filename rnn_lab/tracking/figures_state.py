"""State of a run's figures: whether they are still to be drawn, are drawn, or could not be.

They are drawn after the answer, by a process that goes on after the trainer and takes over its journal. So a journal
says ``figures`` with ``state="due"`` before its end, and ``"drawn"`` or ``"failed"`` behind it; where it stays at
``"due"`` and nobody holds the journal, whoever drew was killed.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rnn_lab import paste
from rnn_lab.tracking.journal import Tail
from rnn_lab.trust import as_arguments

FACT = "figures"


def are_due(facts: Mapping[str, Mapping[str, Any]]) -> bool:
    """Tell whether the last word of a journal is that figures are still to be drawn.

    Args:
        facts: the last fact of each name.
    """
    return facts.get(FACT, {}).get("state") == "due"


def lacking(folder: Path, facts: Mapping[str, Mapping[str, Any]]) -> str | None:
    """Say that figures are missing, why, and how to draw them; None where none are, or where they are being drawn.

    Args:
        folder: the run folder.
        facts: the last fact of each name.

    Example:
        >>> lacking(Path("outputs/a"), {"figures": {"state": "failed", "reason": "the disk is full"}}).split(": ")[:2]
        ['its figures are not drawn', 'the disk is full. To draw them']
        >>> lacking(Path("outputs/a"), {})
    """
    said = facts.get(FACT, {})
    if said.get("state") == "failed":
        reason = str(said.get("reason"))
    elif are_due(facts) and "end" in facts and not Tail(folder).written_to():
        reason = "what drew them was killed"
    else:
        return None
    again = paste.command("redraw", str(folder.absolute()), *as_arguments(facts.get("start", {}).get("config", {})))
    return f"its figures are not drawn: {reason}. To draw them: {again}"
