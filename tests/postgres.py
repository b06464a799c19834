"""A real PostgreSQL server for tests: one of our own on a free port of loopback, that asks for a password."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PASSWORD = "pw-that/nobody@sees7"
QUOTED = "pw-that%2Fnobody%40sees7"
"""The same, as an address has it."""


def binaries() -> Path:
    """Folder of PostgreSQL's programs: on the path, or where Debian keeps them; without them the test is skipped."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    for found in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        return found
    pytest.skip("no PostgreSQL server on this machine: apt-get install postgresql")


@contextmanager
def server() -> Iterator[tuple[str, int]]:
    """Start one; gives the address up to the database's name, password and all, and the port."""
    programs = binaries()
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))  # pytest's own folders are closed to other users
    user: dict[str, object] = {}
    if os.getuid() == 0:  # PostgreSQL refuses to run as root
        nobody = pwd.getpwnam("nobody")
        user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (folder / "password").write_text(PASSWORD)
    (folder / "password").chmod(0o644)
    options = ["-D", folder / "data", "-A", "scram-sha-256", "-U", "me", "-E", "UTF8", "--no-sync"]
    subprocess.run(
        [programs / "initdb", *options, f"--pwfile={folder / 'password'}"],
        check=True, capture_output=True, cwd=folder, **user,
    )  # fmt: skip
    command = [programs / "postgres", "-D", folder / "data", "-p", str(port), "-k", folder, "-h", "127.0.0.1", "-F"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder, **user)
    try:
        address = f"postgresql://me:{QUOTED}@127.0.0.1:{port}/"
        _wait_for(f"{address}postgres", process)
        yield address, port
    finally:
        process.send_signal(signal.SIGQUIT)
        process.wait(timeout=20)
        shutil.rmtree(folder)


def _wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    import psycopg

    end = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            assert time.monotonic() < end
            assert process.poll() is None
            time.sleep(0.1)
        else:
            return
