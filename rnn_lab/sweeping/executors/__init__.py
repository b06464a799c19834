"""Executors of trials with the interface of :mod:`concurrent.futures`, one process for each trial at a time."""

from concurrent.futures import Executor


class WorkerDied(RuntimeError):
    """The process that ran a trial ended without an answer; the message says how."""


class TrialExecutor(Executor):
    """An executor whose running calls can be given up."""

    def abandon(self) -> None:
        """End every worker at once, whatever it is doing; pending futures fail with :class:`WorkerDied`."""
        raise NotImplementedError
