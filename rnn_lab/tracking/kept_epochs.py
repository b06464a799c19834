"""Epochs of which weights, predictions and observers' arrays were kept: a page with a slider each, and its link."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from rnn_lab.tracking import address, slides
from rnn_lab.tracking.journal import Fact


class KeptEpochs:
    """Files of weights, of predictions and of what observers measured, by their epochs.

    Args:
        folder: the run folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.weights: dict[int, str] = {}
        self.predictions: dict[int, str] = {}
        self.arrays: dict[int, str] = {}

    def pages(self, title: str, data: Fact) -> Iterator[tuple[str, Callable[[], str]]]:
        """Yield each page's file name, and a function that composes it.

        Args:
            title: of the run.
            data: the journal's ``data`` fact, empty if there is none.
        """
        if self.predictions:
            yield (
                "predictions.html",
                partial(
                    slides.predictions_page,
                    self._folder,
                    self.predictions,
                    targets=data.get("shown", ()),
                    classes=data.get("classes", False),
                    title=f"{title}: true and predicted, epoch by epoch",
                ),
            )
        if self.weights:
            named = f"{title}: weights, epoch by epoch"
            yield "weights.html", partial(slides.weights_page, self._folder, self.weights, title=named)
        if self.arrays:
            named = f"{title}: what the instruments measured, epoch by epoch"
            yield "instruments.html", partial(slides.instruments_page, self._folder, self.arrays, title=named)

    def links(self, experiment_id: str, run_id: str) -> dict[str, str]:
        """Return the pages' places within MLflow, by what they show."""
        place = f"#/experiments/{experiment_id}/runs/{run_id}/artifacts"
        shown = {
            "Predictions over the epochs": ("predictions.html", self.predictions),
            "Weights over the epochs": ("weights.html", self.weights),
            "Instruments over the epochs": ("instruments.html", self.arrays),
        }
        return {words: f"{place}/{file}?{address.MODE}" for words, (file, kept) in shown.items() if kept}
