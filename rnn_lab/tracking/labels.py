"""A run's tags and parameters on their way into MLflow."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from rnn_lab.tracking.names import TAG_LENGTH, parameter_name, shortened

if TYPE_CHECKING:
    from mlflow import MlflowClient

PARAMETERS = 100
"""MLflow's limit of parameters in one call."""


class Labels:
    """Writes tags, and those parameters that MLflow does not have: it lets none be changed.

    Args:
        client: of the store.
        run_id: MLflow's.
        there: names of the parameters that the run has already.
    """

    def __init__(self, client: "MlflowClient", run_id: str, there: Collection[str] = ()) -> None:
        self._client, self._run_id, self._there = client, run_id, set(there)

    def tag(self, tags: dict[str, Any]) -> None:
        """Set tags; one whose value is None is left alone."""
        from mlflow.entities import RunTag

        given = [RunTag(name, value) for name, value in texts(tags).items()]
        self._client.log_batch(self._run_id, tags=given)

    def add_parameters(self, flat: dict[str, str]) -> None:
        """Add parameters by their MLflow names."""
        from mlflow.entities import Param

        new = [Param(name, value) for name, value in flat.items() if name not in self._there]
        for first in range(0, len(new), PARAMETERS):
            self._client.log_batch(self._run_id, params=new[first : first + PARAMETERS])
        self._there |= set(flat)


def texts(tags: dict[str, Any]) -> dict[str, str]:
    """Return tags as MLflow takes them; the user's own may have any name.

    Example:
        >>> texts({"seed": 3, "unknown": None})
        {'seed': '3'}
    """
    return {
        parameter_name(name): shortened(str(value), TAG_LENGTH) for name, value in tags.items() if value is not None
    }
