"""The figures of a finished run, drawn into its folder."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_lab.evaluation.free_run import FreeRuns
from rnn_lab.network import Network, Parameters
from rnn_lab.sequences import Records, SeriesDataset
from rnn_lab.tracking.journal import read

Array = NDArray[Any]


def draw(
    folder: Path,
    dataset: SeriesDataset,
    network: Network,
    initial: Parameters,
    kept: Parameters,
    kept_epoch: Array,
    free_runs: FreeRuns | None = None,
) -> Iterator[tuple[str, str]]:
    """Draw and save one figure after another; yields each one's file, relative to the folder, and its title.

    Args:
        folder: the run folder; its journal holds the curves.
        dataset, network: what was trained, on what.
        initial, kept: weights before any update, and those that the run keeps.
        kept_epoch: (R,) their epochs.
        free_runs: what the kept weights forecast on their own, if they were asked to.
    """
    from rnn_lab import figures  # matplotlib: not before there is something to draw

    x: Array = np.arange(len(dataset.series)) if dataset.index is None else dataset.index
    parts: dict[str, Records] = {"train": dataset.train, "validation": dataset.validation}
    if dataset.test is not None:
        parts["test"] = dataset.test
    epochs, metrics, rivals = _curves(folder)
    title = f"Kept weights (epoch {kept_epoch[0]})" if len(kept_epoch) == 1 else "Kept weights"

    def save(name: str, figure: Any, caption: str) -> tuple[str, str]:
        file = f"figures/{name}.png"
        figures.save(figure, folder / file)
        return file, caption

    yield save(
        "data",
        figures.data(
            dataset.series,
            columns=dataset.columns,
            inputs=dataset.inputs,
            targets=dataset.targets,
            at={part: records.at for part, records in parts.items()},
            window=dataset.window,
            horizon=dataset.horizon,
            index=dataset.index,
            index_name=dataset.index_name,
            name=dataset.name,
        ),
        "The data, its splits, and one window with its target",
    )
    yield save(
        "curves",
        figures.loss_curves(epochs, metrics, best_epoch=kept_epoch, baselines=rivals),
        "Loss and RMSE by epoch, with the baselines",
    )
    for part, records in parts.items():
        outputs = dataset.target_scaler.undo(network.predict(kept, records.X).astype(np.float64))
        drawn = figures.predictions(
            dataset.target_scaler.undo(records.Y),
            outputs,
            split=part,
            targets=dataset.targets,
            x=x[records.at],
            x_name=dataset.index_name,
        )
        yield save(f"predictions_{part}", drawn, f"True and predicted targets, {part}")
    if free_runs is not None:
        for name, drawn, caption in figures.of_free_runs(free_runs):
            yield save(name, drawn, caption)
    arrays = kept.arrays()
    yield save("weights", figures.heat_maps(arrays, title=title), "The kept weights as heat maps")
    drawn = figures.histograms(arrays, before=initial.arrays(), title=title)
    yield save("weights_histograms", drawn, "How the weights are distributed, before and after training")


def _curves(folder: Path) -> tuple[Array, dict[str, Array], dict[str, float]]:
    """Epochs (E,), metrics (E, R) and the baselines' RMSE on the validation targets, as the journal has them."""
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
    rivals = next(fact for fact in facts if fact["fact"] == "baselines")["validation"]
    return (
        np.array([e["epoch"] for e in epochs]),
        metrics,
        {name: float(scores["rmse"]) for name, scores in rivals.items()},
    )
