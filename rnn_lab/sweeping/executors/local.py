"""Trials in worker processes on this machine."""

import contextlib
import multiprocessing
import os
import queue
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from multiprocessing.resource_tracker import ensure_running
from typing import Any, TypeVar

from rnn_lab.sweeping.executors import TrialExecutor, WorkerDied

T = TypeVar("T")
Call = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]

ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "VECLIB_MAXIMUM", "NUMEXPR", "NUMBA")}
"""Two workers whose BLAS takes every core run several times slower than two with one thread each."""

_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(["rnn_lab.sweeping.worker"])


class LocalExecutor(TrialExecutor):
    """``workers`` processes, each with one BLAS thread; the first one that is free takes the next call.

    Every worker is forked from a fresh interpreter that has imported what trials need, and in which BLAS has read its
    number of threads anew; it serves one slot.
    If one dies, its own call fails with :class:`WorkerDied` and the slot gets a new process; the others notice nothing.

    >>> with LocalExecutor(1) as executor:
    ...     executor.submit(divmod, 7, 3).result()
    (2, 1)
    """

    def __init__(self, workers: int) -> None:
        self._calls: queue.SimpleQueue[tuple[Future[Any], Call] | None] = queue.SimpleQueue()
        self._processes: dict[int, BaseProcess] = {}
        self._ending = self._abandoned = False
        self._environment = {name: os.environ.get(name) for name in ONE_THREAD}
        os.environ.update(ONE_THREAD)  # the workers' process inherits it, and reads it before NumPy does
        ensure_running()  # now: as it starts, it lets through again what the thread of a slot has blocked
        self._slots = [threading.Thread(target=self._serve, args=(slot,), daemon=True) for slot in range(workers)]
        for thread in self._slots:
            thread.start()

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Call ``fn`` in the first worker that is free."""
        if self._ending:
            raise RuntimeError("cannot submit after shutdown")
        future: Future[T] = Future()
        self._calls.put((future, (fn, args, kwargs)))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the workers after the calls that were submitted (``cancel_futures``: that are running)."""
        self._ending = True
        if cancel_futures:
            self._cancel_waiting()
        for _ in self._slots:
            self._calls.put(None)
        if wait:
            for thread in self._slots:
                thread.join()
        for name, value in self._environment.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value

    def abandon(self) -> None:
        """End every worker at once."""
        self._ending = self._abandoned = True
        self._cancel_waiting()
        for process in list(self._processes.values()):
            process.kill()
        self.shutdown()

    def _cancel_waiting(self) -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                if item := self._calls.get_nowait():
                    item[0].cancel()

    def _serve(self, slot: int) -> None:
        # These go to the whole process group; a worker inherits this mask, so that only the coordinator acts on them.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
        worker: _Worker | None = None
        with contextlib.suppress(Exception):  # the first call tries again, and is told why it fails
            worker = self._start(slot)
        while item := self._calls.get():
            future, call = item
            if not future.set_running_or_notify_cancel():
                continue
            try:
                if worker is None or not worker.process.is_alive():
                    worker = self._start(slot)
                if self._abandoned:
                    worker.process.kill()
                done, value = worker.ask(call)
            except Exception as error:
                future.set_exception(error)
            else:
                if done:
                    future.set_result(value)
                else:
                    future.set_exception(value)
        if worker is not None:
            worker.end()

    def _start(self, slot: int) -> "_Worker":
        worker = _Worker()
        self._processes[slot] = worker.process
        return worker


class _Worker:
    """One process and the pipe to it."""

    def __init__(self) -> None:
        self.pipe, theirs = _SERVER.Pipe()
        self.process: BaseProcess = _SERVER.Process(target=_work, args=(theirs,))
        self.process.start()
        theirs.close()

    def ask(self, call: Call) -> tuple[bool, Any]:
        try:
            self.pipe.send(call)
            answer: tuple[bool, Any] = self.pipe.recv()
        except (EOFError, ConnectionError):
            self.process.join()
            raise WorkerDied(_how_it_ended(self.process.exitcode)) from None
        return answer

    def end(self) -> None:
        self.pipe.close()
        self.process.join()


def _how_it_ended(code: int | None) -> str:
    if code is not None and code < 0:
        return f"the worker process was killed by {signal.Signals(-code).name}"
    return f"the worker process ended with exit code {code}"


def _work(pipe: Connection) -> None:
    """Serve calls until the pipe closes; the life of a worker process."""
    threading.Thread(target=_follow_parent, daemon=True).start()
    while True:
        try:
            function, args, kwargs = pipe.recv()
            answer = (True, function(*args, **kwargs))
        except EOFError:
            return
        except BaseException as error:
            answer = (False, error)
        pipe.send(answer)


def _follow_parent() -> None:
    """End this process when its parent has gone: a trial whose coordinator was killed must not go on writing."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
