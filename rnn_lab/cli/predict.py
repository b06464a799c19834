"""The command ``predict``: forecast a new series with a trained network, or let one write more of a text."""

import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any, Literal

import hydra
from omegaconf import DictConfig, OmegaConf
from pydantic import BaseModel, Field, ValidationError

from rnn_lab.cli import help_page
from rnn_lab.cli.exits import one_sentence
from rnn_lab.cli.passwords import refuse_passwords
from rnn_lab.cli.suggestions import PACKAGE
from rnn_lab.cli.verbatim import LISTS, TEXTS, verbatim
from rnn_lab.component import STRICT, refusal
from rnn_lab.errors import BadInput
from rnn_lab.home import at_home

if TYPE_CHECKING:
    from rnn_lab.evaluation import Forecaster, TextModel, Trained

STEPS = 50
"""Rows or characters to write where it is not said how many."""
Columns = str | int | list[str | int] | None


class Data(BaseModel):
    """The series to forecast; None means as in the file that the network was trained on."""

    model_config = STRICT
    path: str | None
    columns: Columns
    target: Columns
    header: bool | None
    index: str | int | None
    delimiter: str | None
    decimal: Annotated[str, Field(min_length=1, max_length=1)] | None
    thousands: Annotated[str, Field(min_length=1)] | None
    encoding: str | None
    comment: Annotated[str, Field(min_length=1)] | None
    skiprows: Annotated[int, Field(ge=0)] | None
    skipfooter: Annotated[int, Field(ge=0)] | None
    compression: Literal["infer", "gzip", "bz2", "xz", "zip", "none"] | None
    date_format: str | None
    tz: str | None
    na_values: str | int | float | list[str | int | float] | None
    missing: Literal["refuse", "forward_fill", "interpolate", "drop"] | None


class Tracking(BaseModel):
    """Address at which MLflow keeps the run."""

    model_config = STRICT
    uri: str | None


class Request(BaseModel):
    """Request of the user: the keys of ``conf/predict.yaml``."""

    model_config = STRICT
    run: str
    trust: str | list[str]
    steps: Annotated[int, Field(ge=0)] | None
    out: str | None
    interval: Annotated[float, Field(gt=0, lt=1)] | None
    interval_from: Literal["validation", "replicas"]
    prompt: str | None
    temperature: Annotated[float, Field(ge=0)]
    seed: Annotated[int, Field(ge=0)]
    data: Data
    tracking: Tracking

    @property
    def trusted(self) -> list[str]:
        """Modules whose classes may be made."""
        return self.trust.split(",") if isinstance(self.trust, str) else self.trust


def main(arguments: list[str]) -> None:
    """Do what the arguments say, or show the page of help."""
    if help_page.asked(arguments):
        help_page.show("predict", "predict", arguments)
        return
    refuse_passwords(argument for argument in arguments if argument.startswith("tracking"))
    sys.argv[1:] = verbatim(arguments, "prompt", *TEXTS, *LISTS)
    predict()


@hydra.main(version_base="1.3", config_path=PACKAGE, config_name="predict")
def predict(config: DictConfig) -> None:
    """Read, forecast, write, and say what was written."""
    with one_sentence():
        request = check(config)
        answer(request, load(request))


def check(config: DictConfig) -> Request:
    """Refuse missing keys and wrong types, and names of files in a home that there is not."""
    if missing := sorted(OmegaConf.missing_keys(config)):
        raise BadInput(f"{missing[0]} is missing: say {missing[0]}=... (--help shows examples)")
    try:
        request = Request.model_validate(OmegaConf.to_container(config, resolve=True))
    except ValidationError as error:
        raise BadInput(refusal(error, "")) from error
    return _expanded(request)


def _expanded(request: Request) -> Request:
    """Put the home folder for a ``~``, once for all, so that two names of one file can be told to be one."""
    data, out = request.data, request.out
    data = data.model_copy(update={"path": data.path and at_home(data.path, "data.path")})
    return request.model_copy(
        update={"run": at_home(request.run, "run"), "out": out and at_home(out, "out"), "data": data}
    )


def load(request: Request) -> "Trained":
    """Load the network of a run folder, or of an MLflow run."""
    from rnn_lab.evaluation import Trained  # NumPy and all: not for a --help

    if Path(request.run).is_dir():
        return Trained.load(request.run, request.trusted)
    if not re.fullmatch(r"[0-9a-f]{32}|models:/.+", request.run):
        raise BadInput(
            f"run={request.run} is neither a run folder nor the id of an MLflow run (32 hexadecimal digits), nor a "
            "registered model (models:/NAME@best)"
        )
    from rnn_lab.tracking.download import download_network

    with TemporaryDirectory() as folder:
        download_network(request.run, request.tracking.uri, Path(folder))
        return Trained.load(folder, request.trusted)


def answer(request: Request, trained: "Trained") -> None:
    """Do what the network was trained for."""
    from rnn_lab.evaluation import Forecaster, TextModel

    data, prompt = request.data, request.prompt
    if isinstance(trained, TextModel):
        if data.path is not None:
            raise BadInput(f"data.path={data.path} is a series, but run={request.run} writes text: say prompt=...")
        if prompt is None:
            raise BadInput("prompt is missing: say prompt=... (--help shows examples)")
        write(request, trained, prompt)
    elif isinstance(trained, Forecaster):
        if prompt is not None:
            raise BadInput(f"prompt={prompt!r} is text, but run={request.run} forecasts series: say data.path=...")
        if data.path is None:
            raise BadInput("data.path is missing: say data.path=... (--help shows examples)")
        forecast_file(request, trained, Path(data.path), Path(request.out or "forecast.csv"))
    else:
        raise BadInput(
            f"run={request.run} was trained on a task's records: there is no series that it could forecast, and no text"
        )


def write(request: Request, model: "TextModel", prompt: str) -> None:
    """Print the prompt and what the network writes after it, or put it into a file."""
    from rnn_lab.atomic import atomic_write
    from rnn_lab.capacity import refuse_too_large
    from rnn_lab.rng import named_rng

    steps = STEPS if request.steps is None else request.steps
    refuse_too_large(24.0 * steps, f"steps={steps}")  # its classes as a list and as an array, and its characters
    text = prompt + model.write(prompt, steps, request.temperature, named_rng(request.seed, "noise"))
    if request.out is None:
        print(text)
        return
    try:
        with atomic_write(Path(request.out)) as file:
            file.write(f"{text}\n".encode())
    except OSError as error:
        raise BadInput(f"out={request.out} cannot be written: {error.strerror}") from error
    print(f"{steps} characters written after the prompt: {request.out}")


def forecast_file(request: Request, forecaster: "Forecaster", path: Path, out: Path) -> None:
    """Forecast, then write both files or none."""
    from rnn_lab.capacity import refuse_too_large
    from rnn_lab.evaluation.forecast import forecast_series, read_series

    if out.suffix != ".csv":
        raise BadInput(f"out={out} must end in .csv: a figure of the same name goes beside it, as .png")
    if out.resolve() == path.resolve():
        raise BadInput(f"out={out} would overwrite data.path")
    # Of each step: three arrays of all replicas' forecasts, and its place in the index and its line in the file.
    each = 24.0 * forecaster.parameters.replicas * len(forecaster.targets) + 200
    refuse_too_large(each * (request.steps or 0), f"steps={request.steps}")
    data = request.data
    given = data.model_dump(exclude={"path", "columns", "target"}, exclude_none=True)
    reading: dict[str, Any] = {key: None if value == "none" else value for key, value in given.items()}
    series = read_series(forecaster, path, columns=data.columns, target=data.target, reading=reading)
    rows = len(series.values) - series.ahead
    steps = forecaster.most_steps(rows, STEPS, series.ahead) if request.steps is None else request.steps
    forecast = forecast_series(forecaster, series, steps, request.interval, request.interval_from)

    from rnn_lab import figures

    picture, new = out.with_suffix(".png"), not out.with_suffix(".png").exists()
    figure = figures.forecast(
        forecast.observed,
        forecast.one_step,
        forecast.free_run,
        targets=forecast.targets,
        rows=forecast.rows,
        horizon=forecast.horizon,
        interval=forecast.interval,
        index=forecast.index,
        index_name=forecast.index_name,
    )
    figures.save(figure, picture)
    try:
        forecast.write_csv(out)
    except BaseException:  # a signal, too: the two belong together
        if new:
            picture.unlink(missing_ok=True)
        raise
    for note in series.notes:
        print(note)
    print(f"{forecast.rows} rows read, {len(forecast.index) - forecast.rows} forecast after them: {out} and {picture}")
