"""Contract of every executor; a new one is added to ``EXECUTORS`` and passes the same suite."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, wait

import pytest

from rnn_lab.sweeping.executors import TrialExecutor, WorkerDied
from rnn_lab.sweeping.executors.dask import DaskExecutor
from rnn_lab.sweeping.executors.local import LocalExecutor

# Dask leaves a socket of its own to the garbage collector.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")]

EXECUTORS: dict[str, Callable[[int], TrialExecutor]] = {"local": LocalExecutor, "dask": DaskExecutor}


@pytest.fixture(params=EXECUTORS, scope="module")
def executor(request) -> Iterator[TrialExecutor]:
    with EXECUTORS[request.param](2) as one:
        yield one


def _who(seconds: float = 0.0) -> int:
    time.sleep(seconds)
    return os.getpid()


def _die(number: int = signal.SIGKILL) -> None:
    os.kill(os.getpid(), number)
    time.sleep(10)


def _refuse() -> None:
    raise LookupError("nothing there")


def test_calls_run_in_other_processes(executor):
    assert executor.submit(_who).result(timeout=30) != os.getpid()


def test_two_calls_run_at_a_time_in_two_processes(executor):
    slow = [executor.submit(_who, 0.5) for _ in range(2)]
    assert len({future.result(timeout=30) for future in slow}) == 2


def test_a_short_call_does_not_wait_for_a_long_one(executor):
    long = executor.submit(_who, 3.0)
    for _ in range(4):
        assert executor.submit(_who).result(timeout=30)
    assert not long.done()
    long.result(timeout=30)


def test_an_exception_comes_back(executor):
    with pytest.raises(LookupError, match="nothing there"):
        executor.submit(_refuse).result(timeout=30)


def test_a_killed_worker_fails_its_own_call_alone(executor):
    neighbour = executor.submit(_who, 2.0)
    with pytest.raises(WorkerDied):
        executor.submit(_die).result(timeout=30)
    assert neighbour.result(timeout=30)
    assert executor.submit(_who).result(timeout=30)  # and its slot is served again


def test_each_worker_has_one_blas_thread(executor):
    assert executor.submit(os.getenv, "OMP_NUM_THREADS").result(timeout=30) == "1"


@pytest.mark.parametrize("name", EXECUTORS)
def test_abandon_ends_running_calls_at_once(name):
    executor = EXECUTORS[name](1)
    running, waiting = executor.submit(_who, 60.0), executor.submit(_who)
    wait([running], timeout=0.5, return_when=FIRST_COMPLETED)
    started = time.monotonic()
    executor.abandon()
    assert time.monotonic() - started < 20
    assert waiting.cancelled() or waiting.exception() is not None
    with pytest.raises(RuntimeError):
        executor.submit(_who)
