"""Settings of tracking: the component behind ``conf/tracking/*.yaml``."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field
from pydantic.dataclasses import dataclass

from rnn_lab.component import STRICT
from rnn_lab.errors import BadInput
from rnn_lab.redaction import has_password
from rnn_lab.tracking.address import fault


def _every(value: Any) -> Any:
    if value == "auto" or (isinstance(value, int) and not isinstance(value, bool) and value >= 1):
        return value
    raise ValueError("it must be 'auto' or a whole number of epochs >= 1")


def _uri(value: Any) -> Any:
    if value is None:
        return None
    if not isinstance(value, str):
        raise ValueError("it must be null or an address")
    if wrong := fault(value):
        raise ValueError(f"it {wrong}")
    if has_password(value):
        raise BadInput("tracking.uri holds a password, which the run would remember: say it in MLFLOW_TRACKING_URI.")
    return value


Every = Annotated[int | Literal["auto"], BeforeValidator(_every)]
Uri = Annotated[str | None, BeforeValidator(_uri)]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Tracking:
    """Settings of tracking: where a run is remembered beside its folder, and how much of it.

    Args:
        enabled: carry the journal to MLflow. If not, nothing of MLflow starts; the run folder is as complete.
        uri: MLflow's tracking URI; null takes ``MLFLOW_TRACKING_URI``, else ``sqlite:///mlflow.db`` in the
            working directory.
        experiment: MLflow's experiment; made when it is not there.
        run_name: the run's name; null lets the lab make one from the config.
        tags: tags of your own for the run.
        weights_every: keep the weights of each n-th epoch; ``auto`` keeps each up to epoch 50, and 50 evenly
            spaced of a longer run. The first and the last epoch are always kept.
        plots_every: likewise, the predictions behind the page of predictions.
        register: make the network a version of the model named as its data, in MLflow's registry; the best one there
            has the alias ``best``. A study's winner is registered in any case.
        figures: draw the final figures into the run folder, in a process that goes on after the answer.
        wait: return from a run when everything is done: the figures drawn, and everything in MLflow; instead of when
            the answer is there and MLflow has the run.

    Example:
        >>> Tracking(weights_every=0)  # doctest: +ELLIPSIS
        Traceback (most recent call last):
            ...
        pydantic_core._pydantic_core.ValidationError: 1 validation error for Tracking
        weights_every
          Value error, it must be 'auto' or a whole number of epochs >= 1 [...
    """

    enabled: bool = True
    uri: Uri = None
    experiment: str = Field(default="rnn-lab", min_length=1)
    run_name: str | None = Field(default=None, min_length=1)
    tags: dict[str, str] = Field(default_factory=dict)
    weights_every: Every = "auto"
    plots_every: Every = "auto"
    register: bool = False
    figures: bool = True
    wait: bool = False
