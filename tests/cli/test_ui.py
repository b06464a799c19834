"""scripts/ui.py as its user runs it; that its pages come up is shown by tests/tracking/test_server.py."""

import os
import signal
import socket
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

UI = Path(__file__).parents[2] / "scripts" / "ui.py"


def ui(cwd, *arguments):
    return subprocess.run([sys.executable, UI, *arguments], cwd=cwd, capture_output=True, text=True, check=False)


def test_a_port_in_use_is_one_sentence(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = ui(tmp_path, "--port", str(port))
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == f"rnn-lab ui: error: --port {port} cannot be used: Address already in use"
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_address_is_one_sentence(tmp_path):
    done = ui(tmp_path, "--uri", "mlruns")
    assert done.returncode == 2
    assert "--uri mlruns must start with one of http" in done.stderr


def test_a_server_needs_no_other(tmp_path):
    done = ui(tmp_path, "--uri", "http://ada:secret@host:5000")
    assert (done.returncode, done.stdout) == (0, "http://host:5000 has pages of its own.\n")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--uri", "ftp://ada:s3cret@h"), "--uri ftp://ada:***@h must start with one of http"),
        (("--urii=http://ada@corp.com:s3cret@h",), "unrecognized arguments: --urii=http://ada@corp.com:***@h"),
    ],
)
def test_a_refusal_repeats_no_password(arguments, says, tmp_path):
    done = ui(tmp_path, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr.splitlines()[-1]
    assert "s3cret" not in done.stderr


@pytest.mark.parametrize("uri", ["postgresql://ada:s3cret@127.0.0.1:1/db", "sqlite:///junk.db", "mysql+no://h/db"])
def test_a_store_that_cannot_be_opened_is_one_sentence(uri, tmp_path):
    (tmp_path / "junk.db").write_text("x\n" * 1000)
    done = ui(tmp_path, "--uri", uri)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert " cannot be opened: " in done.stderr
    assert "s3cret" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["junk.db"]


@pytest.mark.parametrize(
    ("number", "code", "says"), [(signal.SIGINT, 130, "Interrupted."), (signal.SIGTERM, 143, "Terminated.")]
)
def test_what_ends_the_pages_ends_their_server_without_a_traceback(number, code, says, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    stand_in = (
        "from http.server import BaseHTTPRequestHandler, HTTPServer\n"
        "class Handler(BaseHTTPRequestHandler):\n"
        "    do_GET = lambda self: self.send_response(200) or self.end_headers()\n"
        "    log_message = lambda *_: None\n"
        f"HTTPServer(('127.0.0.1', {port}), Handler).serve_forever()"
    )
    keeper = subprocess.Popen(
        [sys.executable, "-m", "rnn_lab.cli.announce", str(port), "here", sys.executable, "-c", stand_in],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # ignored in the background of a shell
    )
    assert keeper.stdout.readline() == "here\n"
    (keeper.send_signal if number == signal.SIGTERM else partial(os.killpg, keeper.pid))(number)
    assert keeper.communicate(timeout=60)[1] == f"{says}\n"
    assert keeper.returncode == code
    with socket.create_server(("127.0.0.1", port)):
        pass  # the port is free again
