"""Endings of a command: an answer, or one sentence that says what to change, and an exit code."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rnn_lab import signals
from rnn_lab.cli import ownership
from rnn_lab.errors import Diverged
from rnn_lab.redaction import said

FAILED, REFUSED = 1, 2


def finish(task: Callable[[], Any]) -> None:
    """Run a command, and end with an exit code that says what happened.

    2 is bad input, 1 a run that failed; 130, 143 and 129 are Ctrl-C, a request to terminate and a closed terminal.
    Anything else is a bug, and shows its traceback.
    """
    os.environ["HYDRA_FULL_ERROR"] = "1"  # errors reach us instead of being printed by Hydra
    with one_sentence(outermost=True):
        task()


@contextmanager
def one_sentence(*, outermost: bool = False) -> Iterator[None]:
    """Turn an error that the user can mend into one sentence on stderr and an exit code.

    A Hydra task wraps its body in this too: otherwise Hydra would print a line of its own first. Within a sweep it
    does nothing there, so that the sweeper learns what became of its trial.
    """
    try:
        yield
    except BrokenPipeError:  # the reader has seen enough, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(FAILED) from None
    except (Exception, KeyboardInterrupt) as raised:
        error = signals.received() or raised
        from rnn_lab.cli.sentences import sentence  # Hydra: not for a command that ends well without it

        message = sentence(error)
        if message is None or (not outermost and _sweeping()):
            raise
        ownership.give_back()
        print(said(message if message.endswith((".", "?")) else f"{message}."), file=sys.stderr)
        if isinstance(error, KeyboardInterrupt):
            raise SystemExit(signals.ended_by(error).code) from None
        raise SystemExit(FAILED if isinstance(error, Diverged) else REFUSED) from None


def _sweeping() -> bool:
    """Tell whether Hydra runs several jobs."""
    from hydra.core.hydra_config import HydraConfig
    from hydra.types import RunMode

    return HydraConfig.initialized() and HydraConfig.get().mode == RunMode.MULTIRUN
