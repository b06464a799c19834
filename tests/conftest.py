"""Conditions of every test: one BLAS thread, no telemetry, no screen, none of the user's own settings."""

import atexit
import os
import shutil
import tempfile

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
