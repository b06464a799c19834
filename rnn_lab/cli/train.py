"""The command ``train``: compose a config, run it, print where to look."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException
from omegaconf import DictConfig

from rnn_lab import signals, sweeping
from rnn_lab.cli import help_page
from rnn_lab.cli.arguments import refuse_no_option, with_compared, with_mode
from rnn_lab.cli.exits import one_sentence
from rnn_lab.cli.passwords import refuse_passwords
from rnn_lab.cli.resumed import with_resumed
from rnn_lab.cli.sentences import sentence
from rnn_lab.cli.suggestions import PACKAGE
from rnn_lab.cli.verbatim import LISTS, TEXTS, verbatim
from rnn_lab.errors import BadInput
from rnn_lab.hydra_private import compose_once
from rnn_lab.sweeping.app import App


def check(config: DictConfig) -> list[str]:
    """Build what a run would be of, for a sweep that is about to start; gives the names of its objectives."""
    from rnn_lab import experiment

    try:
        return experiment.check(config)
    except HydraException as error:
        raise BadInput(str(sentence(error)).removeprefix("Error: ")) from None


def held_out(folder: Path) -> Mapping[str, list[float]]:
    """Read the test score of a run's replicas, by its name; nothing if the run has no test split.

    Raises:
        BadInput: the summary is not there, or damaged.
    """
    try:
        summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
        name = f"test/{summary['score']}"
        found = [
            float("nan") if replica["diverged"] else float(replica["metrics"][name])
            for replica in summary["replicas"]
            if name in replica["metrics"]
        ]
    except (OSError, ValueError, KeyError, TypeError, ArithmeticError, RecursionError) as error:
        raise BadInput(f"{folder / 'summary.json'} cannot be read: {type(error).__name__}: {error}.") from error
    return {name: found} if found else {}


LAB = App(
    check=check,
    defaults={
        "n_trials": 30,
        "pruner": "early",  # ends the worse half at epoch 6; median looks at each epoch, and at times ends the best
        "group_by": ["data"],
        "tracking": "${tracking}",
        "confirm": 5,
        "examine": True,
        "figures": True,
    },
    trial=["tracking.figures=false"],  # a study draws its own
    idle=["tracking", "trainer.checkpoint_seconds"],
    repeats=True,
    held_out=held_out,
)
"""Settings by which sweeps of the lab are checked, described and drawn."""


def main(arguments: list[str]) -> None:
    """Train as the arguments say, or show the page of help."""
    if help_page.asked(arguments):
        help_page.show("train", "config", arguments)
        return
    sweeping.register(LAB)  # hydra/sweeper=rnn_lab, which search=... chooses
    refuse_passwords(arguments)
    refuse_no_option(arguments)
    sys.argv[1:] = with_mode(with_compared(with_resumed(verbatim(arguments, *TEXTS, *LISTS))))
    compose_once(sys.argv[1:])
    train()


@hydra.main(version_base="1.3", config_path=PACKAGE, config_name="config")
def train(config: DictConfig) -> Any:
    """Return the objective, ``val/rmse`` of the weights that the run keeps unless ``objective`` says otherwise."""
    with one_sentence():
        with signals.held_back():
            from rnn_lab import lab  # NumPy and all: not for a --help

            signals.raise_from_here()
        return lab.run(config, Path(HydraConfig.get().runtime.output_dir))
