"""A run's files and stepped images on their way into MLflow: each once, however often the journal is carried."""

import posixpath
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from mlflow import MlflowClient

    from rnn_lab.figures.predictions import PredictionSteps

STEPPED = re.compile(r"images/(?P<key>.+?)[+%]step[+%](?P<step>\d+)[+%]")
"""How ``log_image`` names its files; a time and a random part follow, so an image logged twice would be there twice."""


class Artifacts:
    """Uploads what the run folder holds and MLflow does not.

    Args:
        client: of the store.
        run_id: MLflow's.
        folder: the run folder.
        fresh: the run was made just now, so that nothing is there yet.
    """

    def __init__(self, client: "MlflowClient", run_id: str, folder: Path, *, fresh: bool) -> None:
        self._client, self._run_id, self._folder, self._fresh = client, run_id, folder, fresh
        self._listings: dict[str, dict[str, int | None]] = {}
        self._drawers: dict[str, PredictionSteps] = {}
        self.missing: list[str] = []

    def file(self, name: str) -> None:
        """Upload one file of the run folder under its own name; one that is there in full is left alone."""
        path, place = self._folder / name, posixpath.dirname(name)
        if not path.is_file():
            self.missing.append(f"{name} is not in the run folder")
        elif self._listed(place).get(name) != path.stat().st_size:
            self._client.log_artifact(self._run_id, str(path), place or None)

    def images(self, epoch: int, name: str, targets: tuple[str, ...]) -> None:
        """Draw the predictions of an epoch from their arrays, and log an image of each split at that step."""
        from PIL import Image

        there = {
            (found["key"], int(found["step"])) for path in self._listed("images") if (found := STEPPED.match(path))
        }
        wanted = [split for split in ("train", "validation") if (f"predictions~{split}", epoch) not in there]
        try:
            with np.load(self._folder / name, allow_pickle=False) as arrays:
                drawn = {
                    split: self._drawer(split, arrays[f"{split}_true"], targets)(arrays[split], epoch)
                    for split in wanted
                }
        except Exception as error:  # a lost or damaged file, or a figure's fault, costs this image and no more
            self.missing.append(f"the images of {name} could not be drawn: {type(error).__name__}: {error}")
            return
        for split, image in drawn.items():
            self._client.log_image(self._run_id, Image.fromarray(image), key=f"predictions/{split}", step=epoch)

    def _drawer(self, split: str, true: Any, targets: tuple[str, ...]) -> Callable[[Any, int], Any]:
        if split not in self._drawers:
            from rnn_lab.figures.predictions import PredictionSteps  # matplotlib: a second that is often not needed

            self._drawers[split] = PredictionSteps(true, split=split, targets=targets)
        return self._drawers[split].image

    def _listed(self, place: str) -> dict[str, int | None]:
        if place not in self._listings:
            files = [] if self._fresh else self._client.list_artifacts(self._run_id, place or None)
            self._listings[place] = {file.path: file.file_size for file in files}
        return self._listings[place]
