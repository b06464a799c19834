"""A run's files and stepped images on their way into MLflow: each once, however often the journal is carried."""

import posixpath
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_OID, uuid5

import numpy as np

if TYPE_CHECKING:
    from mlflow import MlflowClient

    from rnn_lab.figures.predictions import PredictionSteps

SPLITS = ("train", "validation")


class Artifacts:
    """Uploads what the run folder holds and MLflow does not.

    Args:
        client: of the store.
        run_id: MLflow's.
        folder: the run folder.
        fresh: the run was made just now, so that nothing is there yet.

    Attributes:
        missing: one sentence for each file or image that could not be uploaded.
    """

    def __init__(self, client: "MlflowClient", run_id: str, folder: Path, *, fresh: bool) -> None:
        self._client, self._run_id, self._folder, self._fresh = client, run_id, folder, fresh
        self._listings: dict[str, dict[str, int | None]] = {}
        self._drawers: dict[str, PredictionSteps] = {}
        self.missing: list[str] = []

    def file(self, name: str) -> None:
        """Upload one file of the run folder under its own name; one that is there in full is left alone."""
        path, place = self._folder / name, posixpath.dirname(name)
        try:
            if self._listed(place).get(name) != path.stat().st_size:
                self._client.log_artifact(self._run_id, str(path), place or None)
        except FileNotFoundError:
            self.missing.append(f"{name} is not in the run folder")

    def images(self, epoch: int, name: str, *, targets: tuple[str, ...], classes: bool, time: float) -> None:
        """Draw the predictions of an epoch, an image for each split, and log them at that step.

        MLflow's slider finds stepped images by their files' names. Its own ``log_image`` makes those names anew each
        time, so that a journal carried twice would leave each image twice, and gives the slider a thumbnail of 256
        pixels, in which a plot cannot be read. Ours are the same each time, and whole.

        Args:
            epoch: becomes the image's step.
            name: file of the arrays, in the run folder.
            targets: names of the O targets.
            classes: whether what is shown are probabilities of the right class.
            time: of the prediction, unix seconds.
        """
        files = {split: stepped_name(f"predictions/{split}", epoch, time, self._run_id) for split in SPLITS}
        if all(f"images/{file}.png" in self._listed("images") for file in files.values()):
            return
        with tempfile.TemporaryDirectory() as scratch:
            try:
                with np.load(self._folder / name, allow_pickle=False) as arrays:
                    for split, file in files.items():
                        image = self._drawn(split, arrays, targets, classes, epoch)
                        image.save(Path(scratch, f"{file}.png"), compress_level=1)
                        image.save(Path(scratch, f"{file}+compressed.webp"), method=0)
            except Exception as error:  # a lost or damaged file, or a figure's fault, costs this image and no more
                self.missing.append(f"the images of {name} could not be drawn: {type(error).__name__}: {error}")
                return
            self._client.log_artifacts(self._run_id, scratch, "images")

    def _drawn(self, split: str, arrays: Any, targets: tuple[str, ...], classes: bool, epoch: int) -> Any:
        from PIL import Image

        if split not in self._drawers:
            from rnn_lab.figures.predictions import PredictionSteps  # matplotlib: a second that is often not needed

            true = arrays[f"{split}_true"]
            self._drawers[split] = PredictionSteps(true, split=split, targets=targets, probabilities=classes)
        return Image.fromarray(self._drawers[split].image(arrays[split], epoch))

    def _listed(self, place: str) -> dict[str, int | None]:
        if place not in self._listings:
            files = [] if self._fresh else self._client.list_artifacts(self._run_id, place or None)
            self._listings[place] = {file.path: file.file_size for file in files}
        return self._listings[place]


def stepped_name(key: str, step: int, time: float, run_id: str) -> str:
    """Return the name, without its ending, under which MLflow looks for an image of a key at a step.

    Example:
        >>> stepped_name("predictions/train", 7, 1.5, "4f")
        'predictions~train+step+7+timestamp+1500+f21c292d-1d78-56a1-b4bb-e7ef2337a819'
    """
    mark = uuid5(NAMESPACE_OID, f"{run_id} {key} {step}")
    return f"{key.replace('/', '~')}+step+{step}+timestamp+{int(time * 1000)}+{mark}"
