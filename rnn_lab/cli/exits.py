"""Endings of a command: an answer, or one sentence that says what to change, and an exit code."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rnn_lab.cli import ownership
from rnn_lab.errors import Diverged
from rnn_lab.redaction import said

FAILED, REFUSED, INTERRUPTED = 1, 2, 130


def finish(task: Callable[[], Any]) -> None:
    """Run a command, and end with an exit code that says what happened.

    2 is bad input, 1 a run that failed, 130 one that was interrupted. Anything else is a bug, and shows its traceback.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # let a terminated run say so in its journal
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
    except (Exception, KeyboardInterrupt) as error:
        from rnn_lab.cli.sentences import sentence  # Hydra: not for a command that ends well without it

        message = sentence(error)
        if message is None or (not outermost and _sweeping()):
            raise
        ownership.give_back()
        print(said(message if message.endswith((".", "?")) else f"{message}."), file=sys.stderr)
        code = (
            INTERRUPTED if isinstance(error, KeyboardInterrupt) else FAILED if isinstance(error, Diverged) else REFUSED
        )
        raise SystemExit(code) from None


def _sweeping() -> bool:
    """Whether Hydra runs several jobs."""
    from hydra.core.hydra_config import HydraConfig
    from hydra.types import RunMode

    return HydraConfig.initialized() and HydraConfig.get().mode == RunMode.MULTIRUN
