"""The way that the lab advises, against MLflow's own server with passwords; and no password in what is left."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"
QUICK = ("tracking.figures=false", "tracking.wait=true", "model.hidden_dim=4", "trainer.epochs=2")
PASSWORD = "pw-that@nobody/sees9"
QUOTED = "pw-that%40nobody%2Fsees9"
"""The same, as an address has it."""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    """The port of a real server that asks for a password, and its folder."""
    folder = tmp_path_factory.mktemp("guarded")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (folder / "auth.ini").write_text(
        f"[mlflow]\ndefault_permission = READ\ndatabase_uri = sqlite:///{folder}/auth.db\nadmin_username = ada\n"
        "authorization_function = mlflow.server.auth:authenticate_request_basic_auth\n"
        "auth_cache_ttl_seconds = 600\n"  # each look at a password costs tenths of a second
    )
    environment = os.environ | {
        "MLFLOW_AUTH_CONFIG_PATH": str(folder / "auth.ini"),
        "MLFLOW_AUTH_ADMIN_PASSWORD": PASSWORD,
        "MLFLOW_FLASK_SERVER_SECRET_KEY": "no secret here",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "PYTHONWARNINGS": "ignore",
    }
    program = [
        sys.executable,
        "-m",
        "mlflow",
        "server",
        "--app-name",
        "basic-auth",
        "--host",
        "127.0.0.1",
        "--workers",
        "1",
    ]
    with open(folder / "log", "w") as log:
        process = subprocess.Popen(
            [*program, "--port", str(port), "--backend-store-uri", f"sqlite:///{folder}/mlflow.db"],
            cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        for _ in range(1200):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5).close()
                break
            except OSError:
                assert process.poll() is None, (folder / "log").read_text()
                time.sleep(0.1)
        yield port
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def call(cwd, script, *arguments, **variables):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW_TRACKING")}
    command = [sys.executable, str(SCRIPTS / script), *arguments]
    return subprocess.run(
        command, cwd=cwd, env=environment | variables, capture_output=True, text=True, check=False, timeout=300
    )


def refuse_passwords(folder, *texts):
    """Look for the password, as it is and as an address has it, in every file below a folder and in texts."""
    for secret in (PASSWORD, QUOTED, "nobody"):
        assert all(secret not in text for text in texts)
        for path in folder.rglob("*"):
            assert secret not in path.name
            if path.is_file():
                assert secret.encode() not in path.read_bytes(), path


@pytest.mark.parametrize("address", [f"http://ada:{QUOTED}@127.0.0.1:{{}}", "http://127.0.0.1:{}"])
def test_a_server_with_passwords_has_the_run_and_nothing_has_the_password(address, guarded, tmp_path):
    """A run, and the same folder carried by sync; the address with the password in it, and MLflow's own variables."""
    own = {"MLFLOW_TRACKING_USERNAME": "ada", "MLFLOW_TRACKING_PASSWORD": PASSWORD} if "@" not in address else {}
    given = {"MLFLOW_TRACKING_URI": address.format(guarded), **own}
    done = call(tmp_path, "train.py", *QUICK, "hydra.run.dir=run", **given)
    assert done.returncode == 0, done.stderr
    assert f"http://127.0.0.1:{guarded}/#/experiments/" in done.stdout, done.stdout
    synced = call(tmp_path, "sync.py", "run", **given)
    assert (synced.returncode, synced.stderr) == (0, ""), synced
    assert f"run: http://127.0.0.1:{guarded}/#/experiments/" in synced.stdout
    refuse_passwords(tmp_path, done.stdout, done.stderr, synced.stdout)


def test_a_wrong_password_is_one_sentence_and_is_nowhere(guarded, tmp_path):
    given = {"MLFLOW_TRACKING_URI": f"http://ada:wrong-{QUOTED}@127.0.0.1:{guarded}"}
    done = call(tmp_path, "train.py", *QUICK, "hydra.run.dir=run", **given)
    assert done.returncode == 0
    synced = call(tmp_path, "sync.py", "run", **given)
    assert synced.returncode == 2
    assert synced.stderr.count("\n") == 1
    refuse_passwords(tmp_path, done.stdout, done.stderr, synced.stdout, synced.stderr)


@pytest.mark.parametrize(
    "arguments",
    [
        (f"tracking.uri=http://ada:{QUOTED}@h",),
        (f"+tracking.tags.at=http://ada:{QUOTED}@h",),
        ("-m", f"tracking.uri=http://ada:{QUOTED}@h", "seed=1,2"),
        ("search=default", f"hydra.sweeper.storage=postgresql://ada:{QUOTED}@h/db"),
        ("search=default", f"hydra.sweeper.storage='postgresql:///db?user=ada&password={QUOTED}'"),
        ("model.hidden_dim=0", f"data.path=http://ada:{PASSWORD}@h/x.csv"),
    ],
)
def test_a_password_on_the_command_line_is_refused_before_anything_is_written(arguments, tmp_path):
    done = call(tmp_path, "train.py", *arguments)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert " holds a password, which the run would remember: " in done.stderr
    assert list(tmp_path.iterdir()) == []
    refuse_passwords(tmp_path, done.stderr)


def test_a_dead_server_and_an_interruption_leave_no_password(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        uri = f"http://ada:{QUOTED}@127.0.0.1:{probe.getsockname()[1]}"
    command = [sys.executable, str(SCRIPTS / "train.py"), *QUICK[:3], "trainer.epochs=1000000", "hydra.run.dir=run"]
    with open(tmp_path / "said", "w") as said:
        running = subprocess.Popen(
            command, cwd=tmp_path, env=os.environ | {"MLFLOW_TRACKING_URI": uri}, stdout=said, stderr=said,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )  # fmt: skip
        deadline = time.monotonic() + 100
        while not (tmp_path / "run" / "mlflow.json").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        running.send_signal(signal.SIGINT)
        try:
            assert running.wait(60) == 130
        finally:
            running.kill()
    assert "does not answer (Connection refused)" in (tmp_path / "run" / "mlflow.json").read_text()
    refuse_passwords(tmp_path)
