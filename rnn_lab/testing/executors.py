"""Behaviour of every executor of trials."""

import os
import signal
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, wait

import pytest

from rnn_lab.sweeping.executors import TrialExecutor, WorkerDied

PATIENCE = 30
"""Seconds for an answer that should come at once."""


class ExecutorContract(ABC):
    """Tests of an executor: derive ``TestMine`` from it and define `make`."""

    @abstractmethod
    def make(self, workers: int) -> TrialExecutor:
        """An executor of so many trials at a time."""

    @pytest.fixture(scope="class")
    @classmethod
    def executor(cls) -> Iterator[TrialExecutor]:
        """One of two workers, for all tests that leave it whole."""
        with cls().make(2) as one:
            yield one

    def test_calls_run_in_other_processes(self, executor: TrialExecutor) -> None:
        """A trial that brings its process down takes no other one with it."""
        assert executor.submit(_who).result(timeout=PATIENCE) != os.getpid()

    def test_two_calls_run_at_a_time_in_two_processes(self, executor: TrialExecutor) -> None:
        """As many as there are workers."""
        slow = [executor.submit(_who, 0.5) for _ in range(2)]
        assert len({future.result(timeout=PATIENCE) for future in slow}) == 2

    def test_a_short_call_does_not_wait_for_a_long_one(self, executor: TrialExecutor) -> None:
        """The first worker that is free takes the next call."""
        long = executor.submit(_who, 3.0)
        for _ in range(4):
            assert executor.submit(_who).result(timeout=PATIENCE)
        assert not long.done()
        long.result(timeout=PATIENCE)

    def test_an_exception_comes_back(self, executor: TrialExecutor) -> None:
        """As it was raised."""
        with pytest.raises(LookupError, match="nothing there"):
            executor.submit(_refuse).result(timeout=PATIENCE)

    def test_a_killed_worker_fails_its_own_call_alone(self, executor: TrialExecutor) -> None:
        """And its slot is served again."""
        neighbour = executor.submit(_who, 2.0)
        with pytest.raises(WorkerDied):
            executor.submit(_die).result(timeout=PATIENCE)
        assert neighbour.result(timeout=PATIENCE)
        assert executor.submit(_who).result(timeout=PATIENCE)

    def test_each_worker_has_one_blas_thread(self, executor: TrialExecutor) -> None:
        """Two workers whose BLAS takes every core are slower than two with one thread each."""
        assert executor.submit(os.getenv, "OMP_NUM_THREADS").result(timeout=PATIENCE) == "1"

    def test_abandon_ends_running_calls_at_once(self) -> None:
        """Calls that wait are cancelled, and no more are taken."""
        executor = self.make(1)
        running, waiting = executor.submit(_who, 60.0), executor.submit(_who)
        wait([running], timeout=0.5, return_when=FIRST_COMPLETED)
        started = time.monotonic()
        executor.abandon()
        assert time.monotonic() - started < 20
        assert waiting.cancelled() or waiting.exception() is not None
        with pytest.raises(RuntimeError):
            executor.submit(_who)


def _who(seconds: float = 0.0) -> int:
    time.sleep(seconds)
    return os.getpid()


def _die(number: int = signal.SIGKILL) -> None:
    os.kill(os.getpid(), number)
    time.sleep(10)


def _refuse() -> None:
    raise LookupError("nothing there")
