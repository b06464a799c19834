"""Commands of the lab in processes of their own, which are forked from one that has imported the libraries already.

Hundreds of tests run a command; without this, most of their time would be Python's imports. Each process is as new as
any other: its own working directory, environment, arguments, streams and exit code. A test of what is imported, of
threads, signals or installations starts a process of the plain kind.
"""

import atexit
import multiprocessing
import os
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(
    [
        *("rnn_lab.cli.main", "rnn_lab.cli.predict", "rnn_lab.cli.train", "rnn_lab.redraw", "rnn_lab.run_figures"),
        *("rnn_lab.sweeping.sweep", "rnn_lab.sweeping.results", "optuna.samplers", "optuna.pruners", "pandas"),
    ]
)


def python(
    script: Path | str, *arguments: str, cwd: Path, env: Mapping[str, str] | None = None, timeout: float = 120
) -> "subprocess.CompletedProcess[str]":
    """Run ``python script arguments`` to its end; gives its exit code and what it printed."""
    line = [str(script), *map(str, arguments)]
    with tempfile.TemporaryFile("w+b") as out, tempfile.TemporaryFile("w+b") as err:
        streams = tuple(multiprocessing.reduction.DupFd(file.fileno()) for file in (out, err))
        process = SERVER.Process(target=_work, args=(line, str(cwd), dict(os.environ if env is None else env), streams))
        process.start()
        process.join(timeout)
        if process.exitcode is None:
            process.kill()
            raise subprocess.TimeoutExpired(line, timeout)
        printed = []
        for file in (out, err):
            file.seek(0)
            printed.append(file.read().decode())
        return subprocess.CompletedProcess(line, process.exitcode, *printed)


def _work(line: list[str], cwd: str, env: dict[str, str], streams: tuple[object, object]) -> None:
    for number, stream in enumerate(streams, 1):
        os.dup2(stream.detach(), number)  # type: ignore[attr-defined]
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    sys.argv, sys.orig_argv = list(line), [sys.executable, *line]
    sys.path.insert(0, os.path.dirname(os.path.abspath(line[0])))  # as Python does
    try:
        runpy.run_path(line[0], run_name="__main__")
    finally:
        atexit._run_exitfuncs()  # which multiprocessing leaves out
