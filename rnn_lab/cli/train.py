"""The command ``train``: compose a config, run it, print where to look."""

import sys
from pathlib import Path
from typing import Any

import hydra
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from rnn_lab import sweeping
from rnn_lab.cli import help_page
from rnn_lab.cli.arguments import with_mode, with_resumed
from rnn_lab.cli.exits import one_sentence
from rnn_lab.cli.suggestions import PACKAGE


def main(arguments: list[str]) -> None:
    """Train as the arguments say, or show the page of help."""
    if help_page.asked(arguments):
        help_page.show("train", "config", arguments)
        return
    sweeping.register()  # hydra/sweeper=rnn_lab, which search=... chooses
    sys.argv[1:] = with_mode(with_resumed(arguments))
    train()


@hydra.main(version_base="1.3", config_path=PACKAGE, config_name="config")
def train(config: DictConfig) -> Any:
    """Return the objective, ``val/rmse`` of the weights that the run keeps unless ``objective`` says otherwise."""
    from rnn_lab import lab  # NumPy and all: not for a --help

    with one_sentence():
        return lab.run(config, Path(HydraConfig.get().runtime.output_dir))
