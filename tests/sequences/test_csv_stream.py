"""A table as a stream: what is read block by block is what the table holds, and what it lacks is said."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from rnn_lab.errors import BadInput
from rnn_lab.evaluation import StreamForecaster
from rnn_lab.network import GRU, Network
from rnn_lab.sequences import Sine, Stream, StreamDataset, csv_text, read_csv

ROWS = 300


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three columns and a date, of which the cell of row 150 is missing; read 50 rows at a time."""
    monkeypatch.setattr(csv_text.CsvText.blocks, "__defaults__", (200,))
    values = np.random.default_rng(0).normal(size=(ROWS, 3)).round(6)
    days = np.datetime64("2020-01-01") + np.arange(ROWS)
    lines = [f"{day};{a};{b};{c}".replace(".", ",") for day, (a, b, c) in zip(days, values, strict=True)]
    lines[150] = lines[150].rpartition(";")[0] + ";NA"
    path = tmp_path / "table.csv"
    path.write_text("\n".join(["when;a;b;c", *lines]) + "\n")
    return path


def stream(path: Path, **options: Any) -> StreamDataset:
    how = {"series": Sine(length=9), "train": 0.6, "validation": 0.4, "index": "when", "decimal": ",", **options}
    return Stream(name="table", path=str(path), **how).dataset()


def test_it_reads_the_table_block_by_block_and_drops_or_refuses_what_is_missing(table: Path) -> None:
    data = stream(table, missing="drop", columns=["c", "a"], target="b", horizon=2, scaling="standard")
    whole = read_csv(table, index="when", decimal=",", columns=["c", "a"], target="b", missing="drop")
    assert (data.inputs, data.targets) == (("c", "a"), ("b",))
    assert data.remarks == (
        f"{table}: {ROWS - 1} rows; inputs c, a; targets b",
        "1 rows that lack a cell are left out (drop)",
    )
    X, Y = data.train.read(np.array([0]), data.train.length)
    np.testing.assert_allclose(data.input_scaler.undo(X[:, 0]), whole.values[: len(X), :2], atol=1e-12)
    np.testing.assert_allclose(data.target_scaler.undo(Y[:, 0]), whole.values[2 : len(Y) + 2, 2:], atol=1e-12)
    assert stream(table, columns=["a"]).train.length == 179  # nothing is missing there


@pytest.mark.parametrize(
    ("start", "frequency", "pattern"),
    [("2024-01-01", "250ms", None), ("2024-01-01", "B", "%d/%m/%Y"), ("2024-01-01", "D", "%-m/%-d/%Y")],
)
def test_the_calendar_is_remembered_and_later_blocks_have_the_first_ones_format(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start: str, frequency: str, pattern: str | None
) -> None:
    """As str() writes them, every fourth of these times has no fraction."""
    monkeypatch.setattr(csv_text.CsvText.blocks, "__defaults__", (200,))
    dates = pd.date_range(start, periods=ROWS, freq=frequency)
    lines = [f"{str(day) if pattern is None else day.strftime(pattern)};{n % 7}" for n, day in enumerate(dates)]
    (tmp_path / "table.csv").write_text("\n".join(["when;a", *lines]) + "\n")
    data = stream(tmp_path / "table.csv")
    assert data.calendar is not None
    assert data.calendar.step == frequency
    network = Network(GRU(hidden_dim=2), 1, 1, None, each_step=True)
    forecaster = StreamForecaster.of(network, network.initial([0]), data)
    assert forecaster.calendar == data.calendar.recipe


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, r"the cell in row 152, column 'c' holds 'NA'"),
        ({"missing": "forward_fill"}, "data.missing=forward_fill makes cells up"),
        ({"columns": ["a"], "target": "d"}, "data.target names 'd', which is no column"),
        ({"thousands": ","}, r"data\.thousands and data\.decimal are both ','"),
        ({"columns": ["a", "b"], "na_values": -9999}, "data.na_values names -9999, which no cell of a, b holds"),
        ({"columns": ["a"], "na_values": ["?", "-"]}, r"data\.na_values names '\?', which no cell of a holds"),
    ],
)
def test_what_it_cannot_read_is_refused(table: Path, options: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        stream(table, **options)


def test_what_may_not_end_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in ("/dev/zero", str(tmp_path / "pipe")):
        for compression in (None, "zip", "gzip"):
            with pytest.raises(BadInput, match=rf"^data\.path={path} is no regular file$"):
                read_csv(Path(path), compression=compression)
            with pytest.raises(BadInput, match=rf"^data\.path={path} is no regular file$"):
                stream(Path(path), compression=compression)


def test_marks_of_missing_cells_may_stand_in_different_blocks(table: Path) -> None:
    lines = table.read_text().splitlines()
    for row, cell in ((20, "?"), (280, "-9999,0")):
        lines[row] = lines[row].rpartition(";")[0] + f";{cell}"
    table.write_text("\n".join(lines) + "\n")
    data = stream(table, columns=["c"], missing="drop", na_values=["?", -9999])
    assert data.remarks[1] == "3 rows that lack a cell are left out (drop)"


def test_times_must_increase_from_block_to_block_and_keys_of_a_table_need_one(table: Path) -> None:
    lines = table.read_text().splitlines()
    table.write_text("\n".join([*lines[:201], "2020-01-05;1;1;1", *lines[202:]]))
    with pytest.raises(BadInput, match=r"does not increase at row 202 \('2020-01-05'\)"):
        stream(table, columns=["a"])
    with pytest.raises(BadInput, match=r"data\.decimal=',' says how to read a table: say data.path too"):
        Stream(name="sine", series=Sine(length=99), train=0.6, validation=0.4, decimal=",").dataset()
