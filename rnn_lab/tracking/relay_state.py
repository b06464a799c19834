"""Message of the relay to the trainer and to later readers: a small file in the run folder, always whole."""

import contextlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from rnn_lab.redaction import redact_all

NAME = "mlflow.json"
STATES = ("created", "done", "unreachable")


@dataclass(frozen=True, kw_only=True)
class State:
    """Progress of a run on its way into MLflow.

    Attributes:
        state: ``created`` (MLflow has the run), ``done`` (and everything of it) or ``unreachable``
            (the last attempt failed; the relay tries again while the trainer lives).
        uri: MLflow's address, resolved, without a password.
        experiment_id, run_id: MLflow's.
        link, charts, table: open the run, its curves, and all runs of its experiment, in MLflow's pages.
        reason: why it is unreachable.
        missing: one sentence for each part of the run that could not be carried, such as a file that is gone.

    Example:
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> State.load(folder)
        >>> State(state="created", run_id="4f").save(folder)
        >>> State.load(folder).run_id
        '4f'
    """

    state: Literal["created", "done", "unreachable"]
    uri: str | None = None
    experiment_id: str | None = None
    run_id: str | None = None
    link: str | None = None
    charts: str | None = None
    table: str | None = None
    reason: str | None = None
    missing: tuple[str, ...] = ()

    def save(self, folder: Path) -> None:
        """Put the file in its place, whole; a folder that cannot be written (an archive) goes without."""
        beside = folder / f".{NAME}.{os.getpid()}.part"
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)  # it may be a link of somebody's, to a file that is none of ours
            with beside.open("x", encoding="utf-8") as file:
                file.write(json.dumps(redact_all(asdict(self)), indent=2) + "\n")
            os.replace(beside, folder / NAME)
            return
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)

    @classmethod
    def load(cls, folder: Path) -> "State | None":
        """Read what the relay said last, or None if it said nothing yet."""
        try:
            said = json.loads((folder / NAME).read_text(encoding="utf-8"))
            found = cls(**said | {"missing": tuple(said["missing"])})
        except (OSError, ValueError, KeyError, TypeError, RecursionError):  # none yet, or damaged: it is written anew
            return None
        texts = [*found.missing, *(text for name, text in said.items() if name != "missing" and text is not None)]
        return found if all(isinstance(text, str) for text in texts) and found.state in STATES else None
