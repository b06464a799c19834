"""No password in what a run, a sweep, a failure, an interruption and sync leave: real servers that ask for one.

MLflow's server, PostgreSQL and a Dask cluster are started by the commands of "From a laptop to a team", as they stand.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.postgres import PASSWORD, QUOTED, server

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "rnn_lab" / "sweeping" / "README.md"
QUICK = ("tracking.figures=false", "tracking.wait=true", "model.hidden_dim=4", "trainer.epochs=2")

pytestmark = pytest.mark.slow


def commands():
    """The commands of the page, in order, with what this machine has for what a reader would fill in."""
    page = PAGE.read_text(encoding="utf-8").partition("## From a laptop to a team")[2].partition("SLURM")[0]
    for block in re.findall(r"```console\n(.*?)```", page, re.DOTALL):
        yield from block.replace("\\\n", "").splitlines()


def free_ports(count):
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


class Team:
    """A shell in which the page's commands are typed, one after the other."""

    def __init__(self, folder, database):
        self.folder, self.database = folder, database
        self.mlflow, self.dask = free_ports(2)
        plain = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW_")}
        to_database = {"PGHOST": "127.0.0.1", "PGPORT": str(database), "PGUSER": "me", "PGPASSWORD": PASSWORD}
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        self.shell = subprocess.Popen(
            ["bash"], cwd=folder, env=plain | to_database | {"PATH": path, "PYTHONWARNINGS": "ignore"},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        )  # fmt: skip
        self.server = f"http://127.0.0.1:{self.mlflow}"

    def typed(self, command):
        for general, own in (
            (r"//USER:PASSWORD@HOST/", f"//me:{QUOTED}@127.0.0.1:{self.database}/"),
            (r"\bPASSWORD\b", PASSWORD),
            (r"\bHOST\b", "127.0.0.1"),
            (r"\b5000\b", str(self.mlflow)),
            (r"\b8786\b", str(self.dask)),
            (r"scripts/", f"{ROOT}/scripts/"),
        ):
            command = re.sub(general, own, command)
        return command

    def run(self, command):
        """Type a command and wait for its end; its exit code, and what it printed."""
        self.shell.stdin.write(f'{self.typed(command)}\necho "ended $?"\n')
        self.shell.stdin.flush()
        said = ""
        while not (ended := re.match(r"ended (\d+)\n", line := self.shell.stdout.readline())):
            assert line, said
            said += line
        return int(ended[1]), said

    def start(self, command):
        """Type the command of a server, and wait until it listens, if it does."""
        assert self.run(f"{command} >> log 2>&1 &")[0] == 0
        port = re.search(r"--port (\d+)", self.typed(command))
        deadline = time.monotonic() + 240
        while port:
            try:
                socket.create_connection(("127.0.0.1", int(port[1]))).close()
                return
            except OSError:
                assert time.monotonic() < deadline, (self.folder / "log").read_text()
                time.sleep(0.1)

    def rows(self):
        """Every row of MLflow's database and of Optuna's, as text, and the states of MLflow's runs."""
        import psycopg

        rows, states = [], []
        for name in ("tracking", "sweeps"):
            with psycopg.connect(f"postgresql://me:{QUOTED}@127.0.0.1:{self.database}/{name}") as database:
                query = "select table_name from information_schema.tables where table_schema = 'public'"
                for (table,) in database.execute(query).fetchall():
                    rows += [row for (row,) in database.execute(f'select t::text from "{table}" t').fetchall()]
                if name == "tracking":
                    states = [state for (state,) in database.execute("select status from runs").fetchall()]
        return rows, states

    def close(self):
        os.killpg(self.shell.pid, signal.SIGTERM)
        self.shell.communicate()


@pytest.fixture(scope="module")
def team(tmp_path_factory):
    """The page's servers at work, and the sweep's own command."""
    with server() as (_, port):
        whole = Team(tmp_path_factory.mktemp("team ü"), port)
        try:
            sweep = ""
            for command in commands():
                if command.startswith("pip"):
                    assert set(re.findall(r"dask|postgres\b", command)) in (set(), {"dask", "postgres"})
                elif command.startswith(("mlflow server", "dask")):
                    whole.start(command)
                elif command.startswith("python"):
                    sweep = command
                else:
                    assert whole.run(command) == (0, "")
            yield whole, sweep
        finally:
            whole.close()


def call(cwd, script, *arguments, **variables):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW_TRACKING")}
    command = [sys.executable, str(ROOT / "scripts" / script), *arguments]
    return subprocess.run(
        command, cwd=cwd, env=environment | variables, capture_output=True, text=True, check=False, timeout=300
    )


def refuse_passwords(folder, *texts):
    """Look for the password, as it is and as an address has it, in every file below a folder and in texts."""
    for secret in (PASSWORD, QUOTED, "nobody"):
        assert all(secret not in text for text in texts)
        for path in folder.rglob("*"):
            assert secret not in path.name
            if path.is_file() and "code/rnn_lab" not in str(path):  # the lab's own, in a packaged model
                assert secret.encode() not in path.read_bytes(), path


def test_a_team_has_the_run_and_the_sweep_and_nothing_has_a_password(team, tmp_path):
    """The sweep of the page, a run and its folder carried by sync, and a wrong password that is one sentence."""
    whole, sweep = team
    quick = "trainer.epochs=2 hydra.sweeper.confirm=0 hydra.sweeper.n_trials=3 tracking.figures=false"
    code, said = whole.run(f"{sweep} {quick}")
    assert code == 0, said
    assert f"MLflow: {whole.server}/#/experiments/" in said, said
    assert 'optuna-dashboard "$STORAGE"' in said
    given = {"MLFLOW_TRACKING_URI": whole.server.replace("//", f"//ada:{QUOTED}@")}
    done = call(tmp_path, "train.py", *QUICK, "hydra.run.dir=run", **given)
    assert done.returncode == 0, done.stderr
    assert f"{whole.server}/#/experiments/" in done.stdout, done.stdout
    synced = call(tmp_path, "sync.py", "run", **given)
    assert (synced.returncode, synced.stderr) == (0, ""), synced
    assert f"run: {whole.server}/#/experiments/" in synced.stdout
    wrong = {"MLFLOW_TRACKING_URI": given["MLFLOW_TRACKING_URI"].replace("ada:", "ada:wrong-")}
    refused = call(tmp_path, "train.py", *QUICK, "hydra.run.dir=refused", **wrong)
    assert refused.returncode == 0
    assert "refuses this user or password: say MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD" in refused.stdout
    deadline = time.monotonic() + 120
    while "RUNNING" in (found := whole.rows())[1] and time.monotonic() < deadline:
        time.sleep(0.5)
    rows, states = found
    assert states.count("FINISHED") == len(states) == 1 + 3 + 1
    printed = [part for each in (done, synced, refused) for part in (each.stdout, each.stderr)]
    refuse_passwords(tmp_path, said, *printed, *rows)
    refuse_passwords(whole.folder)


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
    command = [
        sys.executable,
        str(ROOT / "scripts" / "train.py"),
        *QUICK[:3],
        "trainer.epochs=1000000",
        "hydra.run.dir=run",
    ]
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
