"""A run deleted in MLflow."""

from rnn_lab.errors import BadInput
from rnn_lab.tracking import address
from rnn_lab.tracking.names import RUN
from rnn_lab.tracking.store import open_now
from rnn_lab.tracking.view import forget_view_of_run


def forget(run_id: str, uri: str, run: str) -> None:
    """Delete a run in MLflow, where it can be restored until ``mlflow gc``; one that is gone already is no fault.

    Args:
        run_id: MLflow's.
        uri: the store's address, as the run's folder has it: without a password, which ``MLFLOW_TRACKING_URI`` adds.
        run: the id in the folder's journal, which has to be that of MLflow's run: the folder may be somebody else's.

    Raises:
        BadInput: the store is not there, does not answer, or is a server that the user did not name.
    """
    given = address.resolve(None)
    resolved = given if address.shown(given) == uri else uri
    if wrong := address.fault(uri):
        raise BadInput(f"the folder's {uri} is no address of an MLflow store: it {wrong}; the run is left as it is")
    file = address.database_file(resolved)
    if not file and resolved != given:  # the folder may be somebody else's, and a server is shown the user's password
        raise BadInput(f"the run is in MLflow at {uri}: say MLFLOW_TRACKING_URI={uri} if that is yours")
    if file and not file.exists():
        raise BadInput(f"there is no MLflow store {uri} any more, which the run is in")
    if silent := address.silence(resolved):
        raise BadInput(f"MLflow at {uri} does not answer ({silent}): the run is left as it is, there and here")
    client = open_now(resolved)
    from mlflow.exceptions import MlflowException

    try:
        found = client.get_run(run_id)
        if found.data.tags.get(RUN) != run:
            raise BadInput(f"the run {run_id} in MLflow at {uri} is another folder's: it is left as it is")
        forget_view_of_run(client, found.info.experiment_id, run_id)
        client.delete_run(run_id)
    except MlflowException as error:
        if error.error_code not in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            raise BadInput(f"MLflow at {uri} does not delete the run: {error.message}") from error
