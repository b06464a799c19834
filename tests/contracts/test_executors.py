"""The executors that ship pass the suite that ships."""

import pytest

from rnn_lab.sweeping.executors.dask import DaskExecutor
from rnn_lab.sweeping.executors.local import LocalExecutor
from rnn_lab.testing.executors import ExecutorContract

# Dask leaves a socket of its own to the garbage collector.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")]


class TestLocal(ExecutorContract):
    def make(self, workers):
        return LocalExecutor(workers)


class TestDask(ExecutorContract):
    def make(self, workers):
        return DaskExecutor(workers)
