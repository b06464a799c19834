"""The shipped series: the file as it was published, found from wherever one stands."""

import csv
from pathlib import Path

import numpy as np
import pytest

from rnn_lab.sequences import Sunspots, Table

SUNSPOTS = Sunspots(name="sunspots", window=12, train=209, validation=88, scaling="standard")


def test_sunspots_are_the_published_ones() -> None:
    """Length, years and values as in the yearly list; 1957 holds its record of 190.2."""
    data = SUNSPOTS.dataset()
    assert data.index is not None
    assert data.index_name == "YEAR"
    np.testing.assert_array_equal(data.index, np.arange(1700, 2009))
    assert data.index[np.argmax(data.series)] == 1957
    assert data.series.max() == 190.2
    assert (data.series[0, 0], data.series[-1, 0]) == (5.0, 2.9)


def test_sunspots_train_until_1920() -> None:
    data = SUNSPOTS.dataset()
    assert data.index is not None
    assert (data.index[data.train.at[0]], data.index[data.train.at[-1]]) == (1712, 1920)
    assert (data.index[data.validation.at[0]], data.index[data.validation.at[-1]]) == (1921, 2008)
    rows = data.series[:221]
    np.testing.assert_allclose(data.target_scaler.shift, rows.mean())
    np.testing.assert_allclose(data.target_scaler.scale, rows.std())


def test_sunspots_are_found_from_any_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = SUNSPOTS.dataset().fingerprint
    monkeypatch.chdir(tmp_path)
    assert SUNSPOTS.dataset().fingerprint == here


def test_sunspots_ship_with_the_package() -> None:
    """The file is package data by pyproject's pattern, and a plain CSV of two columns."""
    from importlib.resources import files

    with (files("rnn_lab.sequences") / "sunspots.csv").open() as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["YEAR", "SUNACTIVITY"]
    assert len(rows) == 310


def test_a_tabulator_as_a_shell_passes_it_on(tmp_path: Path) -> None:
    (tmp_path / "tabs.tsv").write_text("x\ty\n1\t2\n3\t4\n5\t6\n")
    for delimiter in ("\t", r"\t"):
        table = Table(
            name="tabs",
            path=str(tmp_path / "tabs.tsv"),
            delimiter=delimiter,
            window=1,
            train=1,
            validation=1,
            target="y",
            scaling="none",
        )
        np.testing.assert_array_equal(table.dataset().train.Y, [[4.0]])
