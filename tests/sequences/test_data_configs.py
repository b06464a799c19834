"""Every YAML of conf/data: every argument written out and explained, composed by Hydra, turned into a dataset."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hydra import compose, initialize_config_dir
from hydra.utils import get_class, instantiate

import rnn_lab.sequences
from rnn_lab.errors import BadInput
from rnn_lab.sequences import Data, Dataset, Generator, SeriesDataset, StreamDataset, Task, TaskDataset

CONF = Path(__file__).parents[2] / "conf"
NAMES = sorted(path.stem for path in (CONF / "data").glob("*.yaml"))

every_name = pytest.mark.parametrize("name", NAMES)


def text(name: str) -> str:
    return (CONF / "data" / f"{name}.yaml").read_text()


def made(name: str, *overrides: str) -> Data:
    with initialize_config_dir(str(CONF), version_base="1.3"):
        config = compose(overrides=[f"+data={name}", *overrides])
    dataset: Data = instantiate(config.data, _convert_="all").dataset()
    return dataset


def series(name: str, *overrides: str) -> SeriesDataset:
    dataset = made(name, *overrides)
    assert isinstance(dataset, SeriesDataset)
    return dataset


def components(node: Any) -> list[dict[str, Any]]:
    """Every mapping with a ``_target_``, however deep."""
    if isinstance(node, list):
        return [found for item in node for found in components(item)]
    if not isinstance(node, dict):
        return []
    return [node] * ("_target_" in node) + [found for item in node.values() for found in components(item)]


@every_name
def test_every_argument_is_written_out(name: str) -> None:
    for component in components(yaml.safe_load(text(name))):
        kind = get_class(component["_target_"])
        arguments = {field.name for field in fields(kind)}
        assert set(component) - {"_target_"} == arguments


@every_name
def test_it_begins_with_what_it_is_and_explains_its_arguments(name: str) -> None:
    lines = text(name).splitlines()
    assert lines[0].startswith("# ")
    top = [line for line in lines if line[:1].isalpha() and not line.startswith("name:")]
    assert all("# " in line or line == "series:" for line in top), top
    if "task:" in text(name):
        own = text(name).partition("task:")[2].splitlines()[2:]
        assert all(" # " in line for line in own), own


@pytest.mark.slow
@every_name
def test_it_is_called_by_its_file_and_makes_a_dataset(name: str, tmp_path: Path) -> None:
    overrides: list[str] = []
    if name == "csv":
        rows = "\n".join(f"{n},{np.sin(n)}" for n in range(60))
        (tmp_path / "own.csv").write_text(f"a,b\n{rows}\n")
        overrides = [f"data.path={tmp_path / 'own.csv'}"]
    data = made(name, *overrides)
    assert data.name == name
    if isinstance(data, StreamDataset):
        for rows in (data.train, data.validation):
            assert rows.length >= 9_000
            X, Y = rows.read(np.array([0, 70]), steps=60)
            assert X.shape == (60, 2, len(data.inputs))
            assert Y.shape == ((60, 2) if data.classes else (60, 2, len(data.targets)))
            assert np.isfinite(X).all()
            assert np.isfinite(Y).all()
        return
    assert isinstance(data, Dataset)
    for records in (data.train, data.validation):
        assert records.X.shape == (len(records), data.window, len(data.inputs))
        steps = (data.window,) if data.each_step else ()
        numbers = () if data.classes else (len(data.targets),)
        assert records.Y.shape == (len(records), *steps, *numbers)
        assert np.isfinite(records.X).all()
        assert np.isfinite(records.Y).all()
        assert len(records) >= 50 or name == "csv"
    if isinstance(data, TaskDataset):
        assert data.test is not None
        assert data.fresh is not None
    else:
        assert data.train.at.max() < data.validation.at.min()


def test_every_generator_and_every_task_has_a_yaml() -> None:
    used = {component["_target_"] for name in NAMES for component in components(yaml.safe_load(text(name)))}
    known = {
        f"rnn_lab.sequences.{kind.__name__}"
        for kind in (getattr(rnn_lab.sequences, name) for name in rnn_lab.sequences.__all__)
        if isinstance(kind, type) and issubclass(kind, Generator | Task) and kind not in (Generator, Task)
    }
    assert known <= used


def test_a_composed_series_takes_its_length_over() -> None:
    assert series("composed", "data.series.length=300").series.shape == (300, 1)


def test_overrides_speak_of_the_keys_that_messages_name() -> None:
    with pytest.raises(BadInput, match=r"data\.window=300 with data\.horizon=1"):
        made("sine", "data.window=300")
    with pytest.raises(BadInput, match=r"data\.train=0\.99, data\.validation=50"):
        made("sine", "data.train=0.99")


def test_narma_reads_the_input_and_forecasts_the_output() -> None:
    data = made("narma10")
    assert (data.inputs, data.targets) == (("u",), ("y",))
