"""Trials on a Dask cluster: one that is running, or one of this machine's processes for the time of the sweep."""

import contextlib
import logging
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from typing import Any, TypeVar

import dask
from distributed import Client, KilledWorker, LocalCluster

from rnn_lab.errors import BadInput
from rnn_lab.redaction import redact
from rnn_lab.sweeping.executors import TrialExecutor, WorkerDied

T = TypeVar("T")


class _Client(Client):  # type: ignore[misc]  # distributed has no types that we may count on
    """A client that ends in silence when it could not be made: its own end would fail, and print a traceback."""

    def __del__(self) -> None:
        with contextlib.suppress(Exception):
            super().__del__()


class DaskExecutor(TrialExecutor):
    """Hands trials to a Dask scheduler, ``workers`` at a time.

    A worker should have one thread (``dask worker --nthreads 1``): Hydra's state belongs to the process, so trials in
    the same process would take turns. Nothing is run twice: calls are not pure, and a lost worker fails its trial.

    Args:
        workers: how many trials are in flight; also the size of the local cluster.
        address: of the scheduler (``tcp://host:8786``), or None to start a cluster here.
        timeout: seconds to wait for the scheduler.

    Raises:
        BadInput: if the scheduler does not answer.
    """

    def __init__(self, workers: int, address: str | None = None, timeout: float = 10.0) -> None:
        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # a lost worker is the sweep's to report
        self._cluster: LocalCluster | None = None
        if address is None:
            with dask.config.set({"distributed.scheduler.allowed-failures": 0}):
                self._cluster = LocalCluster(
                    n_workers=workers,
                    threads_per_worker=1,
                    dashboard_address=":0",  # any free port: the usual one may be taken
                    silence_logs=logging.CRITICAL,
                )
        try:
            self._client = _Client(self._cluster or address, timeout=timeout, set_as_default=False)
        except (OSError, TimeoutError, ValueError):
            raise BadInput(
                f"hydra.sweeper.executor.address={redact(str(address))}: no Dask scheduler answers there within "
                f"{timeout:g} s."
            ) from None
        self._executor = self._client.get_executor(pure=False, retries=0)
        self._futures: set[Future[Any]] = set()
        self._ending = False

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Call ``fn`` on some worker."""
        if self._ending:
            raise RuntimeError("cannot submit after shutdown")
        ours: Future[T] = Future()
        self._futures.add(ours)
        ours.add_done_callback(self._futures.discard)
        self._executor.submit(fn, *args, **kwargs).add_done_callback(lambda theirs: _pass_on(theirs, ours))
        return ours

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leave the cluster, or end it if it was started here."""
        if self._ending:
            return
        self._ending = True
        self._executor.shutdown(wait=wait and not cancel_futures)
        self._client.close()
        if self._cluster is not None:
            self._cluster.close()

    def abandon(self) -> None:
        """Give up what is running.

        Workers of a cluster that is not ours cannot be ended from here: a trial that still runs there stops at its next
        report, since its study counts it as failed.
        """
        for future in list(self._futures):
            if not future.cancel():
                future.set_exception(WorkerDied("the trial was abandoned"))
        self.shutdown(cancel_futures=True)


def _pass_on(theirs: "Future[T]", ours: "Future[T]") -> None:
    """Tell our future what became of Dask's, in the words of our interface."""
    if not ours.set_running_or_notify_cancel():
        return
    try:
        ours.set_result(theirs.result())
    except KilledWorker:
        ours.set_exception(WorkerDied("the Dask worker that ran it was lost"))
    except CancelledError:
        ours.set_exception(WorkerDied("the Dask cluster cancelled it"))
    except Exception as error:
        ours.set_exception(error)
