"""A run's files and pages on their way into MLflow: each once, however often the journal is carried."""

import posixpath
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from rnn_lab.errors import BadInput
from rnn_lab.tracking.inside import inside

if TYPE_CHECKING:
    from mlflow import MlflowClient


class Artifacts:
    """Uploads what the run folder holds and MLflow does not.

    Args:
        client: of the store.
        run_id: MLflow's.
        folder: the run folder.
        fresh: the run was made just now, so that nothing is there yet.

    Attributes:
        missing: one sentence for each file or page that could not be uploaded.
    """

    def __init__(self, client: "MlflowClient", run_id: str, folder: Path, *, fresh: bool) -> None:
        self._client, self._run_id, self._folder, self._fresh = client, run_id, folder, fresh
        self._listings: dict[str, dict[str, int | None]] = {}
        self.missing: list[str] = []

    def file(self, name: str) -> None:
        """Upload one file of the run folder under its own name; one that is there in full is left alone."""
        place = posixpath.dirname(name)
        try:
            path = inside(self._folder, name)
            if self._listed(place).get(name) != path.stat().st_size:
                self._client.log_artifact(self._run_id, str(path), place or None)
        except FileNotFoundError:
            self.missing.append(f"{name} is not in the run folder")
        except BadInput as error:
            self.missing.append(str(error))

    def page(self, name: str, compose: Callable[[], str]) -> None:
        """Compose and upload a page; one that is there is made anew, for the run has gone on since."""
        try:
            text = compose()
        except Exception as error:  # a lost or damaged file costs this page and no more
            self.missing.append(f"{name} could not be made: {type(error).__name__}: {error}")
            return
        self._client.log_text(self._run_id, text, name)

    def _listed(self, place: str) -> dict[str, int | None]:
        if place not in self._listings:
            files = [] if self._fresh else self._client.list_artifacts(self._run_id, place or None)
            self._listings[place] = {file.path: file.file_size for file in files}
        return self._listings[place]
