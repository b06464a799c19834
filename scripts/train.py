"""Train a recurrent network: compose a config, run it, print where to look. See ``--help``."""

import sys
from pathlib import Path
from typing import Any

import hydra
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from rnn_lab import command_line, sweeping

sweeping.register()  # hydra/sweeper=rnn_lab, which search=... chooses


@hydra.main(version_base="1.3", config_path="../conf", config_name="config")
def train(config: DictConfig) -> Any:
    """Return the objective, ``val/rmse`` of the weights that the run keeps unless ``objective`` says otherwise."""
    from rnn_lab import lab  # NumPy and all: not for a --help

    with command_line.one_sentence():
        return lab.run(config, Path(HydraConfig.get().runtime.output_dir))


if __name__ == "__main__":
    typed = command_line.verbatim(sys.argv[1:], *command_line.TEXTS, *command_line.NAMES)
    sys.argv[1:] = command_line.with_mode(command_line.with_resumed(typed))
    command_line.main(train)
