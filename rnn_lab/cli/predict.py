"""The command ``predict``: forecast a new series with a trained network, or let one write more of a text."""

import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import hydra
from omegaconf import DictConfig, OmegaConf
from pydantic import BaseModel, Field, ValidationError

from rnn_lab.cli import help_page
from rnn_lab.cli.arguments import verbatim
from rnn_lab.cli.exits import one_sentence
from rnn_lab.cli.suggestions import PACKAGE
from rnn_lab.component import STRICT, refusal
from rnn_lab.errors import BadInput

if TYPE_CHECKING:
    from rnn_lab.evaluation import Forecaster, TextModel, Trained

Columns = str | int | list[str | int] | None


class Data(BaseModel):
    """The series to forecast; None means as in the file that the network was trained on."""

    model_config = STRICT
    path: str | None
    columns: Columns
    target: Columns
    header: bool | None
    index: str | int | None
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None


class Tracking(BaseModel):
    """Where MLflow keeps the run."""

    model_config = STRICT
    uri: str | None


class Request(BaseModel):
    """What is asked for: the keys of ``conf/predict.yaml``."""

    model_config = STRICT
    run: str
    steps: Annotated[int, Field(ge=0)]
    out: str | None
    prompt: str | None
    temperature: Annotated[float, Field(ge=0)]
    seed: Annotated[int, Field(ge=0)]
    data: Data
    tracking: Tracking


def main(arguments: list[str]) -> None:
    """Do what the arguments say, or show the page of help."""
    if help_page.asked(arguments):
        help_page.show("predict", "predict", arguments)
        return
    sys.argv[1:] = verbatim(arguments, "prompt")
    predict()


@hydra.main(version_base="1.3", config_path=PACKAGE, config_name="predict")
def predict(config: DictConfig) -> None:
    """Read, forecast, write, and say what was written."""
    with one_sentence():
        request = check(config)
        answer(request, load(request))


def check(config: DictConfig) -> Request:
    """Refuse missing keys and wrong types."""
    if missing := sorted(OmegaConf.missing_keys(config)):
        raise BadInput(f"{missing[0]} is missing: say {missing[0]}=... (--help shows examples)")
    try:
        return Request.model_validate(OmegaConf.to_container(config, resolve=True))
    except ValidationError as error:
        raise BadInput(refusal(error, "")) from error


def load(request: Request) -> "Trained":
    """Load the network of a run folder, or of an MLflow run."""
    from rnn_lab.evaluation import Trained  # NumPy and all: not for a --help

    if Path(request.run).is_dir():
        return Trained.load(request.run)
    if not re.fullmatch(r"[0-9a-f]{32}|models:/.+", request.run):
        raise BadInput(
            f"run={request.run} is neither a run folder nor the id of an MLflow run (32 hexadecimal digits), nor a "
            "registered model (models:/NAME@best)"
        )
    from rnn_lab.tracking.download import download_network

    with TemporaryDirectory() as folder:
        download_network(request.run, request.tracking.uri, Path(folder))
        return Trained.load(folder)


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
        forecast(request, trained, Path(data.path), Path(request.out or "forecast.csv"))
    else:
        raise BadInput(
            f"run={request.run} was trained on a task's records: there is no series that it could forecast, and no text"
        )


def write(request: Request, model: "TextModel", prompt: str) -> None:
    """Print the prompt and what the network writes after it, or put it into a file."""
    from rnn_lab.atomic import atomic_write
    from rnn_lab.rng import named_rng

    text = prompt + model.write(prompt, request.steps, request.temperature, named_rng(request.seed, "noise"))
    if request.out is None:
        print(text)
        return
    try:
        with atomic_write(Path(request.out)) as file:
            file.write(f"{text}\n".encode())
    except OSError as error:
        raise BadInput(f"out={request.out} cannot be written: {error.strerror}") from error
    print(f"{request.steps} characters written after the prompt: {request.out}")


def forecast(request: Request, forecaster: "Forecaster", path: Path, out: Path) -> None:
    """Forecast, then write both files or none."""
    from rnn_lab.evaluation.forecast import look_ahead, read_series

    if out.suffix != ".csv":
        raise BadInput(f"out={out} must end in .csv: a figure of the same name goes beside it, as .png")
    if out.resolve() == path.resolve():
        raise BadInput(f"out={out} would overwrite data.path")
    data = request.data
    given = {"header": data.header, "index": data.index, "delimiter": data.delimiter}
    reading: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    if reading.get("index") == "none":
        reading["index"] = None
    series = read_series(forecaster, path, columns=data.columns, target=data.target, reading=reading)
    outlook = look_ahead(forecaster, series, request.steps)

    from rnn_lab import figures

    picture, new = out.with_suffix(".png"), not out.with_suffix(".png").exists()
    figure = figures.forecast(
        outlook.observed,
        outlook.one_step,
        outlook.free_run,
        targets=outlook.targets,
        rows=outlook.rows,
        horizon=outlook.horizon,
        index=outlook.index,
        index_name=outlook.index_name,
    )
    figures.save(figure, picture)
    try:
        outlook.write_csv(out)
    except BadInput:
        if new:
            picture.unlink(missing_ok=True)
        raise
    print(f"{outlook.rows} rows read, {len(outlook.index) - outlook.rows} forecast after them: {out} and {picture}")
