"""Conditions of every test: one BLAS thread, no telemetry, no screen, none of the user's own settings."""

import atexit
import os
import shutil
import tempfile
import warnings
from pathlib import Path

import pytest
from hypothesis import settings

# NumPy's BLAS reads these when NumPy is first imported, which is after this file.
for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[threads] = "1"

os.environ["MPLBACKEND"] = "Agg"
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
for setting in ("MLFLOW_TRACKING_URI", "MLFLOW_EXPERIMENT_NAME", "MLFLOW_RUN_ID", "HYDRA_FULL_ERROR"):
    os.environ.pop(setting, None)

# Notes of runs under way go to the user's state folder, and whoever comes next carries what they name.
os.environ["XDG_STATE_HOME"] = tempfile.mkdtemp(prefix="rnn-lab-state-")
atexit.register(shutil.rmtree, os.environ["XDG_STATE_HOME"], ignore_errors=True)

# The same examples on every machine, and none fails for being slow on a busy one.
settings.register_profile("lab", deadline=None, derandomize=True)
settings.load_profile("lab")


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory) -> Path:
    """A store that was opened once; making one takes seconds.

    What MLflow and its libraries say of themselves while they are imported is let pass here, and nowhere else.
    """
    file = tmp_path_factory.mktemp("store") / "mlflow.db"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import mlflow.pyfunc.model  # noqa: F401

        from rnn_lab.tracking.store import open_store

        open_store(f"sqlite:///{file}")
    return file


@pytest.fixture
def store(empty_store, tmp_path) -> str:
    """The address of a fresh store of one's own."""
    (tmp_path / "store").mkdir()
    shutil.copy(empty_store, tmp_path / "store" / "mlflow.db")
    return f"sqlite:///{tmp_path}/store/mlflow.db"
