"""The figures of a finished run, drawn into its folder."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_lab.evaluation.free_run.results import FreeRuns
from rnn_lab.network import Network, Parameters
from rnn_lab.sequences import Dataset, SeriesDataset, StreamDataset
from rnn_lab.tracking.journal import read
from rnn_lab.training.examination import in_own_units
from rnn_lab.training.survey import Surveyor, last

Array = NDArray[Any]


Drawn = Iterator[tuple[str, Any, str]]
"""A figure's name, the figure, and its title."""

EXCERPT = 300
"""Steps of a stream that a figure shows."""
CHARACTERS = 1000
"""Of a text that a figure shows."""


def draw(
    folder: Path,
    data: Dataset | StreamDataset,
    network: Network,
    initial: Parameters,
    kept: Parameters,
    kept_epoch: Array,
    free_runs: FreeRuns | None = None,
) -> Iterator[tuple[str, str]]:
    """Draw and save one figure after another; yields each one's file, relative to the folder, and its title.

    Args:
        folder: the run folder; its journal holds the curves.
        data, network: what was trained, on what.
        initial, kept: weights before any update, and those that the run keeps.
        kept_epoch: (R,) their epochs.
        free_runs: what the kept weights forecast on their own, if they were asked to.
    """
    from rnn_lab import figures  # matplotlib: not before there is something to draw

    match data:
        case SeriesDataset():
            own = _of_series(data, network, kept)
        case StreamDataset():
            own = _of_text(data, network, kept) if data.classes else _of_stream(data, network, kept)
        case _:
            own = _of_records(data, network, kept)
    free = figures.of_free_runs(free_runs) if free_runs is not None else iter(())
    for name, figure, caption in (*own, _curves(folder, data, kept_epoch), *free, *_weights(initial, kept, kept_epoch)):
        file = f"figures/{name}.png"
        figures.save(figure, folder / file)
        yield file, caption


def _of_series(data: SeriesDataset, network: Network, kept: Parameters) -> Drawn:
    """The series with its splits, and what the network makes of each."""
    from rnn_lab import figures

    parts = {"train": data.train, "validation": data.validation} | ({"test": data.test} if data.test else {})
    x: Array = np.arange(len(data.series)) if data.index is None else data.index
    drawn = figures.data(
        data.series,
        columns=data.columns,
        inputs=data.inputs,
        targets=data.targets,
        at={part: records.at for part, records in parts.items()},
        window=data.window,
        horizon=data.horizon,
        index=data.index,
        index_name=data.index_name,
        name=data.name,
    )
    yield "data", drawn, "The data, its splits, and one window with its target"
    for part, records in parts.items():
        outputs = network.predict(kept, records.X)
        drawn = figures.predictions(
            in_own_units(data, records, None),
            in_own_units(data, records, outputs),
            split=part,
            targets=data.targets,
            x=x[records.at],
            x_name=data.index_name,
        )
        yield f"predictions_{part}", drawn, f"True and predicted targets, {part}"


def _of_records(data: Dataset, network: Network, kept: Parameters) -> Drawn:
    """A few records, and what the network answers."""
    from rnn_lab import figures

    names: Any = {"inputs": data.inputs, "targets": data.targets, "classes": data.classes}
    yield "data", figures.records(data.validation, **names, title=data.name), "A few records and their targets"
    few = data.validation.first(EXCERPT)
    outputs = network.predict(kept, few.X).astype(np.float64)
    drawn = figures.records(few, **names, outputs=outputs, solved=data.success(outputs, few), title=data.name)
    yield "answers", drawn, "What the kept weights answer to a few validation records"


def _of_stream(data: StreamDataset, network: Network, kept: Parameters) -> Drawn:
    """The last validation steps, and what the network forecast of them."""
    from rnn_lab import figures

    predicted, true = Surveyor(network, data, last(data.validation, EXCERPT), kept.replicas)(kept).in_own_units(data)
    x = np.arange(len(true)) + data.validation.first + data.validation.length - len(true) + data.horizon
    drawn = figures.predictions(true, predicted, split="validation", targets=data.targets, x=x, x_name="n")
    yield "predictions_validation", drawn, "True and predicted targets, the last of validation"


def _of_text(data: StreamDataset, network: Network, kept: Parameters) -> Drawn:
    """The end of validation, and how little the network expected each character of it."""
    from rnn_lab import figures

    survey_of = Surveyor(network, data, last(data.validation, CHARACTERS), kept.replicas)
    letters = survey_of.rows.read_targets(0, survey_of.rows.length)
    text = "".join(data.targets[number] for number in letters)
    drawn = figures.surprise(
        text, survey_of(kept).in_own_units(data)[0][:, :, 0], title=f"{data.name}, the end of validation"
    )
    yield "surprise_validation", drawn, "How little the network expected each character, at the end of validation"


def _weights(initial: Parameters, kept: Parameters, kept_epoch: Array) -> Drawn:
    from rnn_lab import figures

    title = f"Kept weights (epoch {kept_epoch[0]})" if len(kept_epoch) == 1 else "Kept weights"
    arrays = kept.arrays()
    yield "weights", figures.heat_maps(arrays, title=title), "The kept weights as heat maps"
    drawn = figures.histograms(arrays, before=initial.arrays(), title=title)
    yield "weights_histograms", drawn, "How the weights are distributed, before and after training"


def _curves(folder: Path, data: Dataset | StreamDataset, kept_epoch: Array) -> tuple[str, Any, str]:
    """Losses and errors as the journal has them, with the baselines on the validation targets."""
    from rnn_lab import figures

    facts = read(folder)
    epochs = [fact for fact in facts if fact["fact"] == "epoch"]
    metrics = {
        name: np.array(
            [np.atleast_1d(e["replicas" if "replicas" in e else "metrics"][name]) for e in epochs], np.float64
        )
        for name in epochs[0]["metrics"]
    }
    for stop in (fact for fact in facts if fact["fact"] == "stopped"):
        for values in metrics.values():  # from then on the replica stood still, and would hold the others' median
            values[stop["epoch"] + 1 :, stop["replica"]] = np.nan
    found = next(fact for fact in facts if fact["fact"] == "baselines")["validation"]
    compared = {name: float(scores[data.score]) for name, scores in found.items() if data.score in scores}
    drawn = figures.loss_curves(
        np.array([e["epoch"] for e in epochs]), metrics, best_epoch=kept_epoch, baselines=compared
    )
    return "curves", drawn, "Losses and errors by epoch, with the baselines"
