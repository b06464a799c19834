"""What every test stands on: one BLAS thread, no telemetry, no screen, none of the user's own settings."""

import os

from hypothesis import settings

# NumPy's BLAS reads these when NumPy is first imported, which is after this file.
for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[threads] = "1"

os.environ["MPLBACKEND"] = "Agg"
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
for setting in ("MLFLOW_TRACKING_URI", "MLFLOW_EXPERIMENT_NAME", "MLFLOW_RUN_ID", "HYDRA_FULL_ERROR"):
    os.environ.pop(setting, None)

# The same examples on every machine, and none fails for being slow on a busy one.
settings.register_profile("lab", deadline=None, derandomize=True)
settings.load_profile("lab")
