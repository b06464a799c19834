"""A run's figures drawn again from its folder, in another format or after the drawing has changed."""

from pathlib import Path

import numpy as np
from omegaconf import OmegaConf

from rnn_lab import run_figures
from rnn_lab.errors import BadInput
from rnn_lab.evaluation import Problem, fit_baselines, make_predictor
from rnn_lab.evaluation.trained_network import Trained
from rnn_lab.experiment import build
from rnn_lab.run_figures import Figures
from rnn_lab.runs.folder import RunFolder
from rnn_lab.tracking.inside import inside
from rnn_lab.trust import Trusted, check_targets

DAMAGED = (LookupError, TypeError, ValueError, AttributeError, StopIteration, ArithmeticError, OSError)
"""Errors that the folder of somebody else, or a damaged one, ends in."""


def redraw(folder: Path | str, figures: Figures | None = None, trusted: Trusted = ()) -> list[Path]:
    """Draw the figures of a finished run from its config, its kept weights and its journal; nothing is trained.

    Args:
        folder: the run folder.
        figures: how they are written; None for PNG.
        trusted: modules of components that are not the lab's: the folder may be somebody else's.

    Returns:
        The files.

    Raises:
        BadInput: it is no run folder, the run did not get to its end, its data is not what it was, or its journal
            lacks what is drawn.
    """
    run = RunFolder.at(folder)
    try:
        return _redraw(run, figures, trusted)
    except DAMAGED as error:
        said = str(error).partition("\n")[0]
        raise BadInput(f"{folder} cannot be drawn again: {type(error).__name__}: {said}") from error


def _redraw(run: RunFolder, figures: Figures | None, trusted: Trusted) -> list[Path]:
    folder = run.path
    summary = run.facts.get("summary")
    if summary is None:
        raise BadInput(f"{folder} has nothing to draw: the run did not get to its end ({run.status}).")
    check_targets(dict(run.config), trusted, f"the config of {folder}")
    config = OmegaConf.create(dict(run.config))
    config.tracking.enabled = False
    experiment = build(config)
    if experiment.data.fingerprint != run.facts["data"]["fingerprint"]:
        raise BadInput(f"{folder} cannot be drawn again: its data is not what it was trained on.")
    kept = Trained.load(folder, trusted).parameters
    trained = make_predictor(experiment.network, kept, experiment.data)
    problem = Problem(experiment.data, experiment.targets, experiment.network.model.hidden_dim)
    baselines = fit_baselines(problem, experiment.evaluation.baselines.values())
    free_runs = experiment.free_run.carry_out(trained, baselines) if experiment.free_run else None
    # The kept weights are those of the replicas that did not diverge, unless there is no other.
    drawn = [replica for replica in summary["replicas"] if not replica["diverged"]] or summary["replicas"]
    epochs = np.array([replica["kept_epoch"] for replica in drawn])
    first = experiment.network.initial([replica["seed"] for replica in drawn])
    inside(run.path, "figures").mkdir(exist_ok=True)
    parts = experiment.network, experiment.targets, first, kept, epochs
    return [
        run.path / file
        for file, _ in run_figures.draw(run.path, *parts, free_runs, figures, backtest=summary.get("backtest"))
    ]
