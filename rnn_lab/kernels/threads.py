"""Replicas over the cores that a run may use: kernels let go of Python's lock."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache


def cores() -> int:
    """Cores that this process may use: ``NUMBA_NUM_THREADS``, or those that the system gives it."""
    if chosen := os.environ.get("NUMBA_NUM_THREADS", ""):
        return max(int(chosen), 1) if chosen.isdecimal() else 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def _pool(process: int) -> ThreadPoolExecutor:
    """One for each process: a fork does not take its parent's threads along."""
    return ThreadPoolExecutor(cores(), thread_name_prefix="rnn-lab-kernel")


def over_replicas(replicas: int, work: Callable[[slice], None]) -> None:
    """Do some work for all replicas, in as many parts at once as there are cores; each part is a slice of them.

    Example:
        >>> done = []
        >>> over_replicas(1, done.append)
        >>> done
        [slice(0, 1, None)]
    """
    parts = min(replicas, cores())
    if parts == 1:
        work(slice(0, replicas))
        return
    bounds = [replicas * part // parts for part in range(parts + 1)]
    for _ in _pool(os.getpid()).map(work, map(slice, bounds[:-1], bounds[1:])):
        pass
