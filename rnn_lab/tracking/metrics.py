"""A run's numbers on their way into MLflow: in batches, each once, however often the journal is carried."""

from typing import TYPE_CHECKING, Any

from rnn_lab.tracking.names import metric_name

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Metric

BATCH = 1000
"""MLflow's limit of metrics in one call."""


class Metrics:
    """Collects numbers, and sends those that MLflow does not have.

    MLflow keeps two rows apart that differ in their time alone, and a resumed run makes its last epochs again. So it is
    name and step that tell whether a number is there.

    Args:
        client: of the store.
        run_id: MLflow's.
        fresh: the run was made just now, so that nothing is there yet.
    """

    def __init__(self, client: "MlflowClient", run_id: str, *, fresh: bool) -> None:
        self._client, self._run_id, self._fresh = client, run_id, fresh
        self._waiting: list[Metric] = []
        self._there: dict[str, set[int]] = {}

    def add(self, numbers: dict[str, Any], *, step: int, time: float) -> None:
        """Collect numbers of one step; time in unix seconds, NaN and infinities as the journal spells them."""
        from mlflow.entities import Metric

        for name, value in numbers.items():
            key = metric_name(name)
            steps = self._steps(key)
            if step not in steps:
                steps.add(step)
                self._waiting.append(Metric(key, float(value), int(time * 1000), step))

    def send(self) -> None:
        """Send what has been collected."""
        while self._waiting:
            self._client.log_batch(self._run_id, metrics=self._waiting[:BATCH])
            del self._waiting[:BATCH]

    def _steps(self, key: str) -> set[int]:
        if key not in self._there:
            history = [] if self._fresh else self._client.get_metric_history(self._run_id, key)
            self._there[key] = {metric.step for metric in history}
        return self._there[key]
