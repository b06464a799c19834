"""Files as users have them: what is read, and what is refused with file, row and column."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnn_lab.errors import BadInput
from rnn_lab.sequences import read_csv

PRICES = "day,open,close,note\n2024-01-30,1,2.5,up\n2024-01-31,3,4e0,\n2024-02-01,-5,.5,down\n"


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "series.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_named_columns_and_dates(tmp_path: Path) -> None:
    series = read_csv(write(tmp_path, PRICES), columns=["open"], target="close", index="day")
    np.testing.assert_array_equal(series.values, [[1, 2.5], [3, 4], [-5, 0.5]])
    assert (series.columns, series.inputs, series.targets) == (("open", "close"), ("open",), ("close",))
    assert series.index is not None
    assert series.index_name == "day"
    np.testing.assert_array_equal(series.index, np.array(["2024-01-30", "2024-01-31", "2024-02-01"], "datetime64[us]"))


def test_all_columns_but_the_index_are_the_default(tmp_path: Path) -> None:
    series = read_csv(write(tmp_path, "x,year,y\n1,1700,2\n3,1701,4\n"), index="year")
    assert series.inputs == series.targets == ("x", "y")
    np.testing.assert_array_equal(series.index, [1700.0, 1701.0])
    assert series.values.flags.c_contiguous


def test_without_a_header_columns_go_by_position(tmp_path: Path) -> None:
    path = write(tmp_path, "1;2;3\n4;5;6\n")
    series = read_csv(path, header=False, delimiter=";", columns=[0, "1"], target=2)
    assert (series.inputs, series.targets) == (("0", "1"), ("2",))
    np.testing.assert_array_equal(series.values, [[1, 2, 3], [4, 5, 6]])


def test_a_position_counts_every_column_of_the_file(tmp_path: Path) -> None:
    assert read_csv(write(tmp_path, PRICES), columns=1, target=2, index=0).targets == ("close",)


def test_what_spreadsheets_and_pandas_write(tmp_path: Path) -> None:
    """A byte-order mark, CRLF, quotes, spaces, a nameless index, empty rows at the end."""
    text = '﻿,"a b", c\r\n0," 1.0 ",2\r\n1,3,"4"\r\n\r\n,,\r\n'
    series = read_csv(write(tmp_path, text), index=0)
    assert (series.inputs, series.index_name) == (("a b", "c"), "0")
    np.testing.assert_array_equal(series.values, [[1, 2], [3, 4]])


@pytest.mark.parametrize(
    ("cells", "moments"),
    [
        (("1949-01", "1949-02"), ("1949-01-01T00", "1949-02-01T00")),
        (("2024-01-01T10:00:00", "2024-01-01 10:30:00"), ("2024-01-01T10:00", "2024-01-01T10:30")),
        (("2024-01-01T10:00:00+02:00", "2024-01-01T09:00:00Z"), ("2024-01-01T08:00", "2024-01-01T09:00")),
    ],
)
def test_dates(tmp_path: Path, cells: tuple[str, str], moments: tuple[str, str]) -> None:
    series = read_csv(write(tmp_path, f"when,x\n{cells[0]},1\n{cells[1]},2\n"), index="when")
    np.testing.assert_array_equal(series.index, np.array(moments, "datetime64[us]"))


@pytest.mark.parametrize(
    ("text", "options", "sentence"),
    [
        (
            "x,y\n1,2\n3,four\n",
            {},
            r"row 3, column 'y' holds 'four', which is no finite number \(data.na_values names what",
        ),
        ("x,y\n1,2\n,4\n", {}, r"row 3, column 'x' is missing \(data.missing=interpolate, forward_fill or drop\)$"),
        ("x,y\n1,nan\n", {}, r"row 2, column 'y' holds 'nan', which is no finite number"),
        ("x,y\n1,inf\n", {}, r"row 2, column 'y' holds 'inf'"),
        ("x,y\n1,1e999\n", {}, r"row 2, column 'y' holds '1e999'"),
        ('x,"a\nb"\n1,2\n3,no\n', {}, r"row 4, column 'a\\nb' holds 'no'"),
        ("x,y\n1,2\n3\n", {}, r"row 3 has 1 cells instead of 2 \(data\.delimiter=','\)"),
        ("x\n1\n\n3\n", {}, r"row 3, column .x. is missing"),
        ("x,y\n1,2\n", {"header": False}, r"row 1, column '0' holds 'x'.*\(if this is a header: data\.header=true\)"),
        ("1,2\n3,4\n", {}, r"the first row holds numbers, not names: data\.header=false"),
        ("x,x\n1,2\n", {}, r"the header names column 'x' more than once"),
        ("x,y\n", {}, r"holds a header but no data"),
        ("", {}, r"is empty"),
        ("\n , \n", {}, r"is empty"),
        (b"x,y\n1,\xff\n", {}, r"is no text in UTF-8: .*data.encoding"),
        ('x,y\n1,"2\n', {}, r"is no CSV in UTF-8 with data\.delimiter=','"),
        ("x,y\n1,2\n", {"columns": "z"}, r"data\.columns names 'z', .* name \(x, y\) or a position from 0 to 1"),
        ("x,y\n1,2\n", {"columns": []}, r"data\.columns=\[\] must name at least one column"),
        ("x,y\n1,2\n", {"columns": ["x", 0]}, r"data\.columns=\['x', 0\] must name .* none twice"),
        ("x,y\n1,2\n", {"target": 2}, r"data\.target names 2, which is no column"),
        ("x,y\n1,2\n", {"target": -1}, r"data\.target names -1, which is no column"),
        ("x,y\n1,2\n", {"index": "t"}, r"data\.index names 't', which is no column"),
        ("t,y\n2,2\n1,2\n", {"index": "t"}, r"data\.index=t does not increase at row 3 \('1'\)"),
        ("t,y\n1,2\n1,2\n", {"index": "t"}, r"data\.index=t does not increase at row 3"),
        ("t,y\nmon,2\ntue,2\n", {"index": "t"}, r"row 2, column 't' holds 'mon', but data\.index=t must be numbers"),
        ("t,y\n1,2\ntue,2\n", {"index": "t"}, r"row 3, column 't' holds 'tue'"),
    ],
)
def test_what_does_not_serve_is_refused(
    tmp_path: Path, text: str | bytes, options: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(BadInput, match=sentence) as refusal:
        read_csv(write(tmp_path, text), **options)
    assert "\n" not in str(refusal.value).replace("a\\nb", "")


@pytest.mark.parametrize("delimiter", ['"', "\n", "", "ab"])
def test_an_impossible_delimiter_is_refused(tmp_path: Path, delimiter: str) -> None:
    with pytest.raises(BadInput, match="data"):
        read_csv(write(tmp_path, "x,y\n1,2\n"), delimiter=delimiter)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"data\.path=.*nowhere\.csv cannot be read: No such file"):
        read_csv(tmp_path / "nowhere.csv")
    with pytest.raises(BadInput, match=r"cannot be read: Is a directory"):
        read_csv(tmp_path)
