"""A server's keeper: ``python -m rnn_lab.cli.announce PORT LINE COMMAND...`` prints the line when it answers."""

import contextlib
import signal
import subprocess
import sys
import time
import urllib.request

from rnn_lab import signals


def main(port: int, line: str, command: list[str], every: float = 0.2) -> int:
    """Run a server on a port of this machine until it ends, or a signal ends it; gives the exit code.

    Ctrl-C goes to all processes of a terminal. The server is deaf to it, which it would answer with a traceback, and is
    asked by the one signal that it takes for a request to end.
    """
    with signals.held_back():
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        server = subprocess.Popen(command)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        signals.raise_from_here()
    try:
        while server.poll() is None and not _answers(port):
            time.sleep(every)
        if server.poll() is None:
            print(line, flush=True)
        return server.wait()
    except KeyboardInterrupt as error:
        ended = signals.ended_by(error)
        server.terminate()
        server.wait()
        print(f"{ended.reason.capitalize()}.", file=sys.stderr)
        return ended.code


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError):
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"http://127.0.0.1:{port}/health", None, 5)
        return True
    return False


if __name__ == "__main__":
    signals.listen()
    sys.exit(main(int(sys.argv[1]), sys.argv[2], sys.argv[3:]))
