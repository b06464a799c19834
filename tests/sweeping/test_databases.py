"""Studies in databases: a real PostgreSQL server, started for the test, and SQLite."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path

import optuna
import pytest
from optuna.trial import TrialState
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError


def _binaries() -> Path | None:
    """Folder of PostgreSQL's server programs: on the path, or where Debian keeps them."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    return next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)


@pytest.fixture(scope="module")
def postgres():
    """A PostgreSQL server of our own on a free port; gives its URL."""
    binaries = _binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL server on this machine: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))  # pytest's own folders are closed to other users
    user: dict[str, object] = {}
    if os.getuid() == 0:  # PostgreSQL refuses to run as root
        nobody = pwd.getpwnam("nobody")
        user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = folder / "data"
    options = ["-D", str(data), "-A", "trust", "-U", "me", "-E", "UTF8", "--no-sync"]
    subprocess.run([binaries / "initdb", *options], check=True, capture_output=True, cwd=folder, **user)
    command = [binaries / "postgres", "-D", data, "-p", str(port), "-k", folder, "-h", "127.0.0.1", "-F"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder, **user)
    url = f"postgresql://me:secret@127.0.0.1:{port}/postgres"
    try:
        _wait_for(url, server)
        yield url
    finally:
        server.send_signal(signal.SIGQUIT)
        server.wait(timeout=20)
        shutil.rmtree(folder)


def _wait_for(url: str, server: "subprocess.Popen[bytes]") -> None:
    engine = create_engine(url)
    end = time.monotonic() + 30
    while True:
        try:
            engine.connect().close()
        except OperationalError:
            assert time.monotonic() < end
            assert server.poll() is None
            time.sleep(0.1)
        else:
            engine.dispose()
            return


def test_postgresql_keeps_a_sweep_through_kill_9(toy, postgres, monkeypatch):
    monkeypatch.setenv("STORAGE", postgres)  # its password is in no file and no printed line
    arguments = (
        "x=interval(-1,1)",
        "sleep=0.1",
        "hydra.sweeper.storage='${oc.env:STORAGE}'",
        "hydra/sweeper/pruner=none",
    )

    storage = optuna.storages.RDBStorage(postgres)

    def trials():
        return optuna.load_study(study_name="toy", storage=storage).get_trials()

    def some_are_done():
        names = optuna.get_all_study_names(storage)
        return "toy" in names and sum(trial.state == TrialState.COMPLETE for trial in trials()) >= 2

    process = toy.start(*arguments, "hydra.sweeper.n_trials=6")
    toy.wait_for(some_are_done, process)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    out, err = toy.sweep(*arguments, "hydra.sweeper.n_trials=6")
    states = Counter(trial.state for trial in trials())
    assert states[TrialState.COMPLETE] == 6
    assert states[TrialState.RUNNING] == states[TrialState.WAITING] == 0
    assert all(trial.user_attrs.get("interrupted") for trial in trials() if trial.state == TrialState.FAIL)
    assert all(len(trial.intermediate_values) == 3 for trial in trials() if trial.state == TrialState.COMPLETE)
    assert "secret" not in out + err
    assert 'optuna-dashboard "$STORAGE"' in out
    written = [path for path in toy.folder.rglob("*") if path.is_file()]
    assert len(written) > 20
    assert not [path for path in written if b"secret" in path.read_bytes()]
    # The study belongs to its folder: from elsewhere, its job folders would be mixed with others.
    elsewhere = ("hydra.sweep.dir=elsewhere", *arguments)
    _, err = toy.sweep(*elsewhere, "hydra.sweeper.n_trials=7", code=2)
    assert f"belongs to the folder {toy.folder / 'multirun' / 'toy'}" in err
    storage.engine.dispose()


def test_sqlite_serves_and_warns_when_many_write(toy):
    storage = f"hydra.sweeper.storage=sqlite:///{toy.folder}/studies.db"
    _, err = toy.sweep("x=interval(-1,1)", storage, "hydra.sweeper.n_trials=3", "hydra.sweeper.n_jobs=3")
    assert err.count("SQLite serves few writers") == 1
    study = optuna.load_study(study_name="toy", storage=f"sqlite:///{toy.folder}/studies.db")
    assert len(study.trials) == 3
    study._storage._backend.engine.dispose()
