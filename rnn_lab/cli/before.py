"""Checks of a composed config that come before Hydra writes anything: no password in it, and a folder of its own."""

from pathlib import Path
from typing import Any

from hydra.experimental.callback import Callback
from omegaconf import DictConfig, OmegaConf

from rnn_lab import signals
from rnn_lab.cli import ownership
from rnn_lab.cli.exits import one_sentence
from rnn_lab.cli.passwords import refuse_passwords
from rnn_lab.errors import BadInput
from rnn_lab.keys import flatten


class BeforeRun(Callback):
    """Hydra's callback that refuses, in one sentence and with exit code 2, what must leave no trace.

    Hydra makes a warning of what a callback raises; so it ends the process itself.
    """

    def on_run_start(self, config: DictConfig, **_: Any) -> None:
        """Take the run folder."""
        with one_sentence(outermost=True):
            refuse_passwords(_texts(config))
            hydra = config.hydra
            folder = Path(str(hydra.run.dir))
            with signals.held_back():  # from here on there is a folder to give back
                ownership.take(folder, record=hydra.output_subdir or ".hydra", log=f"{hydra.job.name}.log")
                signals.raise_from_here()

    def on_multirun_start(self, config: DictConfig, **_: Any) -> None:
        """See that Hydra's own sweeper writes over no run; the lab's goes on in its own folder."""
        with one_sentence(outermost=True):
            refuse_passwords(_texts(config))
            folder = Path(str(config.hydra.sweep.dir))
            if folder.exists() and not folder.is_dir():
                raise BadInput(f"hydra.sweep.dir={folder.absolute()} is a file: name a folder.")
            if config.hydra.sweeper._target_.startswith("hydra.") and next(folder.glob(f"*/{ownership.JOURNAL}"), None):
                raise BadInput(f"hydra.sweep.dir={folder.absolute()} holds other runs: name a new folder.")


def _texts(config: DictConfig) -> list[str]:
    plain: Any = OmegaConf.to_container(config, resolve=False)
    return [f"{key}={value}" for key, value in flatten(plain).items()]
