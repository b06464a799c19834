"""The executors that ship pass the suite that ships."""

import signal
import subprocess
import sys

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


def test_a_script_without_a_guard_fails_instead_of_waiting_for_ever(tmp_path):
    """Its workers import it anew, and cannot start workers of their own while they do."""
    script = tmp_path / "unguarded.py"
    script.write_text(
        "from rnn_lab.sweeping.executors.local import LocalExecutor\n"
        "with LocalExecutor(1) as executor:\n"
        "    print(executor.submit(divmod, 7, 3).result())\n"
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1
    assert "__name__ == '__main__'" in done.stderr
    assert "WorkerDied: the worker process ended with exit code 1" in done.stderr


def test_what_is_sent_to_the_whole_group_reaches_no_trial():
    """A trial would record an end of its own, and its coordinator take it for a failure."""
    code = (
        "import signal\n"
        "from rnn_lab.sweeping.executors.local import LocalExecutor\n"
        "with LocalExecutor(1) as executor:\n"
        "    print(*sorted(executor.submit(signal.pthread_sigmask, signal.SIG_BLOCK, []).result()))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert set(map(int, done.stdout.split())) >= {signal.SIGHUP, signal.SIGINT, signal.SIGTERM}
