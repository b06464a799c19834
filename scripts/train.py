"""Train a recurrent network: compose a config, run it, print where to look. See ``--help``."""

import sys
from pathlib import Path
from typing import Any

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException
from omegaconf import DictConfig

from rnn_lab import command_line, sweeping
from rnn_lab.errors import BadInput
from rnn_lab.sweeping.app import App


def check(config: DictConfig) -> list[str]:
    """Build what a run would be of, for a sweep that is about to start; gives the names of its objectives."""
    from rnn_lab import lab

    try:
        return lab.build(config).objectives
    except HydraException as error:
        raise BadInput(str(command_line.sentence(error)).removeprefix("Error: ")) from None


sweeping.register(  # hydra/sweeper=rnn_lab, which search=... chooses
    App(
        check=check,
        defaults={
            "n_trials": 30,
            "pruner": "early",  # ends the worse half at epoch 6; median looks at each epoch, and at times ends the best
            "group_by": ["data"],
            "tracking": "${tracking}",
            "figures": True,
        },
        trial=["tracking.figures=false"],  # a study draws its own
        idle=["tracking", "trainer.checkpoint_seconds"],
        repeats=True,
    )
)


@hydra.main(version_base="1.3", config_path="../conf", config_name="config")
def train(config: DictConfig) -> Any:
    """Return the objective, ``val/rmse`` of the weights that the run keeps unless ``objective`` says otherwise."""
    from rnn_lab import lab  # NumPy and all: not for a --help

    with command_line.one_sentence():
        return lab.run(config, Path(HydraConfig.get().runtime.output_dir))


if __name__ == "__main__":
    sys.argv[1:] = command_line.with_mode(command_line.with_resumed(sys.argv[1:]))
    command_line.main(train)
