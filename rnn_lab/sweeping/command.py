"""Commands that the user can paste: to continue the sweep, to run one trial again, to look at the study."""

import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf

from rnn_lab import paste
from rnn_lab.hydra_private import get_args_parser
from rnn_lab.redaction import redact
from rnn_lab.sweeping.executors.local import ONE_THREAD
from rnn_lab.sweeping.secrets import in_shell

OF_THE_SWEEP = ("hydra.sweeper", "hydra/sweeper", "hydra.sweep.", "hydra.mode")


@dataclass(frozen=True)
class Command:
    """Command line that started this process.

    Attributes:
        program: the interpreter and the script.
        arguments: everything after the script, as typed.
        flags: those of the arguments that choose the config (``--config-name`` and the like).
        hydra: the overrides of Hydra's own config that a single run shares with the sweep.
        place: the working directory.
    """

    program: list[str]
    arguments: list[str]
    flags: list[str]
    hydra: list[str]
    place: Path

    @classmethod
    def typed(cls, config: DictConfig) -> "Command":
        """Read it from this process."""
        arguments = sys.argv[1:]
        flags, _ = get_args_parser().parse_known_args(arguments)
        chosen = {
            "--config-path": flags.config_path,
            "--config-name": flags.config_name,
            "--config-dir": flags.config_dir,
        }
        choosing = [part for flag, value in chosen.items() if value for part in (flag, value)]
        given: Any = OmegaConf.to_container(config.hydra.overrides.hydra, resolve=False)
        own = [str(text) for text in given if not str(text).lstrip("+~").startswith(OF_THE_SWEEP)]
        return cls(paste.started(), arguments, choosing, own, Path.cwd())

    def again(self) -> str:
        """The sweep's own command line, which continues it from any working directory.

        It goes to its own: a study holds its description to the words that it was given, names of files among them, and
        so does whatever else is named relative to there.
        """
        return self.widened([])

    def widened(self, overrides: Sequence[str]) -> str:
        """The sweep's own command line with some ranges in place of those that it had."""
        given = {text.partition("=")[0] for text in overrides}
        kept = [text for text in self.arguments if text.partition("=")[0].lstrip("+") not in given]
        # Hydra reads overrides that stand together: none between a flag such as --multirun and the end.
        end = max((place for place, text in enumerate(kept, 1) if _is_override(text)), default=len(kept))
        command = shlex.join([*self.program, *kept[:end], *overrides, *kept[end:]])
        return f"(cd {shlex.quote(str(self.place))} && {command})"

    def rerun(self, overrides: Sequence[str]) -> str:
        """One trial as a single run, with the one BLAS thread that its worker had (sums differ in their last bit)."""
        threads = [
            f"{name}={ONE_THREAD[name]}" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
        ]
        given = paste.anywhere(overrides)
        return " ".join([*threads, shlex.join([*self.program, *self.flags, *given, *self.hydra, "hydra.mode=RUN"])])


def _is_override(argument: str) -> bool:
    return argument.startswith("~") or ("=" in argument and not argument.startswith("-"))


def dashboard(address: str, raw: object = None) -> str:
    """Sentence with the command that opens the storage in a browser, and how to install what does it.

    Args:
        address: of the storage.
        raw: as the user gave it; an address that stands in an environment variable is shown by its name.
    """
    whole = paste.whole_address(address)
    command = f"optuna-dashboard {in_shell(address, raw) or shlex.quote(redact(whole))}"
    install = "" if find_spec("optuna_dashboard") else " after pip install optuna-dashboard"
    return f"To look at it{install}: {command}"
