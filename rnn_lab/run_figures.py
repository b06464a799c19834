"""The figures of a finished run, drawn into its folder."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from pydantic.dataclasses import dataclass as component

from rnn_lab.component import STRICT
from rnn_lab.evaluation.free_run.results import FreeRuns
from rnn_lab.network import Network, Parameters
from rnn_lab.npz import read_npz
from rnn_lab.plots import plot_data
from rnn_lab.scoring import Evaluator, Targets
from rnn_lab.sequences.dataset import Dataset, SeriesDataset, StreamDataset
from rnn_lab.tracking.inside import inside
from rnn_lab.tracking.journal import read

Array = NDArray[Any]


Drawn = Iterator[tuple[str, Any, str]]
"""A figure's name, the figure, and its title."""

EXCERPT = 300
"""Steps of a stream that a figure shows."""
CHARACTERS = 1000
"""Of a text that a figure shows."""


@component(frozen=True, kw_only=True, config=STRICT)
class Figures:
    """Format in which a run's figures are written; ``tracking.figures`` says whether they are.

    Args:
        format: ``png``, ``pdf`` or ``svg``.
        dpi: dots per inch of a PNG, and of pictures within the others.

    Example:
        >>> Figures(format="pdf").dpi
        110.0
        >>> Figures(format="gif")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
            ...
        pydantic_core._pydantic_core.ValidationError: 1 validation error for Figures
        format
          Input should be 'png', 'pdf' or 'svg' [...
    """

    format: Literal["png", "pdf", "svg"] = "png"
    dpi: Annotated[float, Field(ge=10, le=1200)] = 110.0


def draw(
    folder: Path,
    network: Network,
    targets: Targets,
    initial: Parameters,
    kept: Parameters,
    kept_epoch: Array,
    free_runs: FreeRuns | None = None,
    how: Figures | None = None,
    backtest: Mapping[str, Any] | None = None,
) -> Iterator[tuple[str, str]]:
    """Draw and save one figure after another; yields each one's file, relative to the folder, and its title.

    Args:
        folder: the run folder; its journal holds the curves.
        network, targets: what was trained, and what its outputs are worth.
        initial, kept: weights before any update, and those that the run keeps.
        kept_epoch: (R,) their epochs; of replicas that diverged there are none here, if there are others.
        free_runs: what the kept weights forecast on their own, if they were asked to.
        how: the files' format; None for PNG.
        backtest: the summary's section of it, if there was one.
    """
    from rnn_lab import figures  # matplotlib: not before there is something to draw

    how = how or Figures()
    own: Drawn = targets.data.accept(_Own(network, targets, kept))
    free = figures.of_free_runs(free_runs) if free_runs is not None else iter(())
    curves = _curves(folder, targets)
    tested = [("backtest", figures.backtest(backtest), "Errors by horizon, beside the baselines")] if backtest else []
    parts = (*own, curves, *tested, *free, *_weights(initial, kept, kept_epoch), *_instruments(folder))
    for name, figure, caption in parts:
        file = f"figures/{name}.{how.format}"
        figures.save(figure, folder / file, dpi=how.dpi)
        yield file, caption


@dataclass(frozen=True, eq=False)
class _Own:
    """The figures that data of a kind has."""

    network: Network
    targets: Targets
    kept: Parameters

    def answers(self, **splits: Any) -> dict[str, Any]:
        """Answers of the kept weights on some splits."""
        return Evaluator(self.network, self.targets, splits, self.kept.replicas).answers(self.kept)

    def of_series(self, data: SeriesDataset) -> Drawn:
        """The series with its splits, and what the network makes of each."""
        from rnn_lab import figures

        x: Array = np.arange(len(data.series)) if data.index is None else data.index
        yield "data", plot_data(data), "The data, its splits, and one window with its target"
        for split, answers in self.answers(**data.splits).items():
            drawn = figures.predictions(
                answers.true,
                answers.predicted,
                split=split,
                targets=data.targets,
                x=x[data.splits[split].at],
                x_name=data.index_name,
            )
            yield f"predictions_{split}", drawn, f"True and predicted targets, {split}"

    def of_task(self, data: Dataset) -> Drawn:
        """A few records, and what the network answers."""
        from rnn_lab import figures

        names: Any = {"inputs": data.inputs, "targets": data.targets, "classes": data.classes}
        yield "data", figures.records(data.validation, **names, title=data.name), "A few records and their targets"
        few = data.validation.first(EXCERPT)
        outputs = self.network.predict(self.kept, few.X).astype(np.float64)
        drawn = figures.records(few, **names, outputs=outputs, solved=data.success(outputs, few), title=data.name)
        yield "answers", drawn, "What the kept weights answer to a few validation records"

    def of_stream(self, data: StreamDataset) -> Drawn:
        """The last validation steps of numbers and what was forecast of them; of a text its surprises."""
        yield from self._numbers(data) if data.lags else self._text(data)

    def _numbers(self, data: StreamDataset) -> Drawn:
        from rnn_lab import figures

        answers = self.answers(end=data.validation.last(EXCERPT))["end"]
        last = data.validation.first + data.validation.length + data.horizon
        x = np.arange(last - len(answers.true), last)
        drawn = figures.predictions(
            answers.true, answers.predicted, split="validation", targets=data.targets, x=x, x_name="n"
        )
        yield "predictions_validation", drawn, "True and predicted targets, the last of validation"

    def _text(self, data: StreamDataset) -> Drawn:
        from rnn_lab import figures

        end = data.validation.last(CHARACTERS)
        text = "".join(data.targets[number] for number in end.read_targets(0, end.length))
        probability = self.answers(end=end)["end"].plot_values()[:, :, 0]
        drawn = figures.surprise(text, probability, title=f"{data.name}, the end of validation")
        yield "surprise_validation", drawn, "How little the network expected each character, at the end of validation"


def _weights(initial: Parameters, kept: Parameters, kept_epoch: Array) -> Drawn:
    from rnn_lab import figures

    title = f"Kept weights (epoch {kept_epoch[0]})" if len(kept_epoch) == 1 else "Kept weights"
    arrays = kept.arrays()
    yield "weights", figures.heat_maps(arrays, title=title), "The kept weights as heat maps"
    drawn = figures.histograms(arrays, before=initial.arrays(), title=title)
    yield "weights_histograms", drawn, "How the weights are distributed, before and after training"


def _curves(folder: Path, targets: Targets) -> tuple[str, Any, str]:
    """Losses and errors as the journal has them, with the baselines on the validation targets."""
    from rnn_lab import figures

    facts = read(folder)
    epochs, metrics = _by_epoch(facts)
    stops = [fact for fact in facts if fact["fact"] == "stopped"]
    kept_epoch = np.array([stop["kept_epoch"] for stop in stops])
    for stop in stops:
        for values in metrics.values():  # from then on the replica stood still, and would hold the others' median
            values[stop["epoch"] + 1 :, stop["replica"]] = np.nan
    found = next(fact for fact in facts if fact["fact"] == "baselines")["validation"]
    # What is compared is drawn: a score that the journal does not have for each epoch has no curve.
    main = targets.main if f"val/{targets.main}" in metrics else "rmse"
    compared = {name: float(scores[main]) for name, scores in found.items() if main in scores}
    error = "rmse" if main == "loss" else main
    draws: dict[str, Any] = next((fact.get("draws", {}) for fact in facts if fact["fact"] == "summary"), {})
    scored = {name: own["scores"].get(f"val/{main}", ()) for name, own in draws.items()}
    ranges = {name: (min(values), max(values)) for name, values in scored.items() if len(values) > 1}
    drawn = figures.loss_curves(epochs, metrics, best_epoch=kept_epoch, baselines=compared, score=error, ranges=ranges)
    return "curves", drawn, "Losses and errors by epoch, with the baselines"


def _instruments(folder: Path) -> Drawn:
    """One figure for each instrument that was on: its metrics, and the arrays of the epochs at which it measured."""
    from rnn_lab import figures

    facts = read(folder)
    vectors: dict[str, dict[int, Array]] = {}
    for fact in facts:
        if fact["fact"] == "arrays":
            for name, values in read_npz(inside(folder, fact["file"])).items():
                vectors.setdefault(name, {})[fact["epoch"]] = values
    yield from figures.of_instruments(*_by_epoch(facts), vectors)


def _by_epoch(facts: list[dict[str, Any]]) -> tuple[Array, dict[str, Array]]:
    """Epochs (E,), and each metric of the journal's epochs, (E, R)."""
    epochs = [fact for fact in facts if fact["fact"] == "epoch"]
    each = [fact.get("replicas", fact["metrics"]) for fact in epochs]
    metrics = {name: np.array([np.atleast_1d(e[name]) for e in each], np.float64) for name in each[0]}
    return np.array([fact["epoch"] for fact in epochs]), metrics
