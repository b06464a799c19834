"""The trained network as MLflow serves it. MLflow runs this file to load a model ("models from code"): no pickle.

There is no forward pass here: `rnn_lab.evaluation.trained_network.Trained` predicts, in MLflow as in the lab.
"""

from pathlib import Path
from typing import Any

import mlflow
import numpy as np
from mlflow.pyfunc.model import PythonModel

from rnn_lab.evaluation.trained_network import Trained


class Model(PythonModel):
    """Targets (N, O), or (N, T, O) at each step, from windows (N, T, D); in the data's own units, or probabilities."""

    def load_context(self, context: Any) -> None:
        """Read the weights that were logged with the model."""
        self.trained = Trained.load(Path(context.artifacts["weights"]).parent, trusted=None)  # its code came along

    def predict(
        self,
        context: Any,
        model_input: np.ndarray,  # MLflow reads this hint, and knows no other for arrays
        params: dict[str, Any] | None = None,
    ) -> np.ndarray:
        """Return the mean of the replicas."""
        return self.trained.predict(model_input)


mlflow.models.set_model(Model())
