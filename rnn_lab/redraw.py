"""A run's figures, drawn from its folder: after its answer, or again, in another format or another drawing.

``python -m rnn_lab.redraw FOLDER`` is started by `rnn_lab.drawer`, which hands it the run's journal.
"""

import sys
import traceback
import warnings
from pathlib import Path

import numpy as np
from omegaconf import OmegaConf

from rnn_lab import run_figures, search_path
from rnn_lab.atomic import atomic_write
from rnn_lab.drawer import INHERITED
from rnn_lab.errors import BadInput
from rnn_lab.evaluation import Problem, fit_baselines, make_predictor
from rnn_lab.evaluation.trained_network import Trained
from rnn_lab.experiment import build
from rnn_lab.redaction import said
from rnn_lab.run_figures import Figures
from rnn_lab.runs.folder import RunFolder
from rnn_lab.tracking.figures_state import FACT
from rnn_lab.tracking.inside import inside
from rnn_lab.tracking.journal import Journal, Tail
from rnn_lab.trust import Trusted, check_targets

DAMAGED = (LookupError, TypeError, ValueError, AttributeError, StopIteration, ArithmeticError, OSError)
"""Errors that the folder of somebody else, or a damaged one, ends in."""
LOG = "draw.log"


def redraw(folder: Path | str, figures: Figures | None = None, trusted: Trusted = ()) -> list[Path]:
    """Draw the figures of a finished run from its config, its kept weights and its journal; nothing is trained.

    The journal, which may be archived where nobody can write, then names those that it did not name before.

    Args:
        folder: the run folder.
        figures: how they are written; None for PNG.
        trusted: modules of components that are not the lab's: the folder may be somebody else's.

    Returns:
        The files.

    Raises:
        BadInput: it is no run folder, the run did not get to its end, its data is not what it was, its journal lacks
            what is drawn, or its figures are being drawn now.
    """
    run = RunFolder.at(folder)
    try:
        return _redraw(run, figures, trusted)
    except DAMAGED as error:
        reason = str(error).partition("\n")[0]
        raise BadInput(f"{folder} cannot be drawn again: {type(error).__name__}: {reason}") from error


def _redraw(run: RunFolder, figures: Figures | None, trusted: Trusted) -> list[Path]:
    folder = run.path
    if "summary" not in run.facts:
        raise BadInput(f"{folder} has nothing to draw: the run did not get to its end ({run.status}).")
    check_targets(dict(run.config), trusted, f"the config of {folder}")
    if Tail(run.path).written_to():
        raise BadInput(f"{folder} is being drawn now: a moment, please.")
    with Journal(run.path) as journal:
        return draw(run, journal, figures or Figures(), trusted)


def draw(run: RunFolder, journal: Journal, figures: Figures | None, trusted: Trusted) -> list[Path]:
    """Draw the figures and note them in the journal, and at the end that they are all there.

    Args:
        run: a finished run's.
        journal: the run's, open.
        figures: how they are written; None as the run's config says.
        trusted: see `redraw`.
    """
    config = OmegaConf.create(dict(run.config))
    config.tracking.enabled = False
    experiment = build(config)
    if experiment.data.fingerprint != run.facts["data"]["fingerprint"]:
        raise BadInput(f"{run.path} cannot be drawn again: its data is not what it was trained on.")
    kept = Trained.load(run.path, trusted).parameters
    free_runs = None
    if experiment.free_run and "free_run" in run.facts["summary"]:  # none of a run that diverged
        problem = Problem(experiment.data, experiment.targets, experiment.network.model.hidden_dim)
        baselines = fit_baselines(problem, experiment.evaluation.baselines, {})
        free_runs = experiment.free_run.carry_out(make_predictor(experiment.network, kept, experiment.data), baselines)
    # The kept weights are those of the replicas that did not diverge, unless there is no other.
    replicas = run.facts["summary"]["replicas"]
    drawn = [replica for replica in replicas if not replica["diverged"]] or replicas
    epochs = np.array([replica["kept_epoch"] for replica in drawn])
    first = experiment.network.initial([replica["seed"] for replica in drawn])
    inside(run.path, "figures").mkdir(exist_ok=True)
    parts = experiment.network, experiment.targets, first, kept, epochs
    files = []
    how, backtest = figures or experiment.figures, run.facts["summary"].get("backtest")
    for file, title in run_figures.draw(run.path, *parts, free_runs, how, backtest=backtest):
        if file not in run.figures:
            journal.write("figure", file=file, title=title)
        files.append(run.path / file)
    journal.write(FACT, state="drawn")
    return files


def main(folder: Path) -> int:
    """Draw a run's figures as its drawer; what goes wrong stands in the journal, and with more words in `LOG`."""
    warnings.simplefilter("ignore")
    search_path.extend()  # for a cell of the user's own
    with Journal(folder, INHERITED) as journal:
        try:
            draw(RunFolder.at(folder), journal, None, None)
        except Exception as error:  # a user's own component can fail in any way
            reason = str(error) if isinstance(error, BadInput) else f"{type(error).__name__}: {error}"
            journal.write(FACT, state="failed", reason=reason.rstrip("."))
            if not isinstance(error, BadInput):
                with atomic_write(folder / LOG) as file:
                    file.write(said(traceback.format_exc()).encode())
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
