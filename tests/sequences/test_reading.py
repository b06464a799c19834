"""Small files as people have them: each is read as pandas reads it, or refused in one sentence."""

import bz2
import gzip
import io
import lzma
import zipfile

import numpy as np
import pandas as pd
import pytest

from rnn_lab.errors import BadInput
from rnn_lab.sequences import Table, read_csv

EURO = "Datum;Kurs;Menge\n01.02.2024;1.234,5;10\n02.02.2024;1.235,75;-3\n03.02.2024;999,0;7\n"
FILES = {
    "plain": ("a,b\n1,2\n3,4\n", {}),
    "semicolon found": ("a;b\n1;2\n3;4\n", {}),
    "tab found": ("a\tb\n1\t2\n3\t4\n", {}),
    "bar found": ("a|b\n1|2\n3|4\n", {}),
    "semicolon given": ("a;b\n1;2\n3;4\n", {"delimiter": ";"}),
    "tab as typed": ("a\tb\n1\t2\n3\t4\n", {"delimiter": "\\t"}),
    "blank": ("a b\n1 2\n3 4\n", {"delimiter": " "}),
    "colon": ("a:b\n1:2\n3:4\n", {"delimiter": ":"}),
    "one column": ("a\n1\n2\n", {}),
    "decimal comma": ("a;b\n1,5;2\n-3,25;4e1\n", {"decimal": ","}),
    "decimal comma, header cut by it no more": ("1,5;2,5\n3,5;4,5\n", {"decimal": ",", "header": False}),
    "thousands": ('a,b\n"1,234.56",2\n"-1,234,567",4\n', {"thousands": ","}),
    "decimal comma, quoted": ('"a","b"\n"1,5","2"\n"-3,25","4e1"\n', {"decimal": ","}),
    "thousands dot": ("a;b\n1.234,5;2\n3;4\n", {"decimal": ",", "thousands": "."}),
    "thousands blank": ("a;b\n1 234;2\n12 345 678;4\n", {"thousands": " "}),
    "thousands apostrophe": ("a;b\n1'234.5;2\n3;4\n", {"thousands": "'"}),
    "comment lines": ("# station 7, north\na,b\n1,2\n# a pause, here\n3,4\n", {"comment": "#"}),
    "comment at the end of a line": ("a,b\n1,2# so\n3,4\n", {"comment": "#"}),
    "lines before": ("Exported by X\n\na,b\n1,2\n3,4\n", {"skiprows": 2}),
    "lines after": ("a,b\n1,2\n3,4\nSource: X, Y, Z\nend\n", {"skipfooter": 2}),
    "lines before and after": ("title\na,b\n1,2\n3,4\ntotal,,\n", {"skiprows": 1, "skipfooter": 1}),
    "no header": ("1,2\n3,4\n", {"header": False}),
    "quotes": ('"a","b"\n"1","2"\n"3","4"\n', {}),
    "a delimiter in quotes": ('"a, in m",b\n1,2\n3,4\n', {}),
    "a line end in quotes": ('"a\nin m",b\n1,2\n3,4\n', {}),
    "quotes doubled": ('"a ""x""",b\n1,2\n3,4\n', {}),
    "CRLF": ("a,b\r\n1,2\r\n3,4\r\n", {}),
    "no line end at the end": ("a,b\n1,2\n3,4", {}),
    "blanks around": ("a , b\n 1 , 2\n3,4 \n", {}),
    "exponents and signs": ("a,b\n+1e3,-2E-2\n.5,4.\n", {}),
    "many digits": ("a,b\n0.1234567890123456789,2\n179769313486231570000000000000000000000,4\n", {}),
    "sentinel": ("a,b\n1,2\n-9999,4\n5,6\n", {"na_values": -9999, "missing": "forward_fill"}),
    "NA": ("a,b\n1,2\nNA,4\n5,6\n", {"missing": "interpolate"}),
    "a question mark": ("a,b\n1,2\n?,4\n5,6\n", {"na_values": "?", "missing": "interpolate"}),
    "a sentinel as large as can be": ("a,b\n1,2\n-1.797e308,4\n", {"na_values": -1.797e308, "missing": "forward_fill"}),
    "several": ("a,b\n1,2\n?,-1\n5,6\n", {"na_values": ["?", -1], "missing": "forward_fill"}),
    "rows dropped": ("a,b\n1,2\n,4\n5,6\n", {"missing": "drop"}),
    "two gaps": ("a,b\n1,2\n,4\n,n/a\n7,8\n", {"missing": "interpolate"}),
    "columns named by numbers": ("date,0,1,2\nx,1,2,3\ny,4,5,6\n", {"columns": [1, 2]}),
    "blank lines between rows": ("a,b\n\n1,2\n\n  \n3,4\n\n", {}),
    "blank lines of Windows, and a cell of two lines": ('a,"b\r\n\r\nc"\r\n\r\n1,2\r\n', {}),
    "blank lines and comments": ("a,b\n# x\n\n1,2\n3,4 # y\n\n# z\n\n5,6\n", {"comment": "#"}),
    "a delimiter at each line's end": ("a,b,\n1,2,\n3,4,\n", {}),
    "the same without a header": ("1;2;\n3;4;\n", {"header": False}),
    "runs of blanks": ("  a    b \n  1   22\n333    4  \n\n", {"delimiter": " "}),
    "runs of blanks, quoted": ('"a x"   b\n1 "2"\n', {"delimiter": " "}),
    "a cell of a megabyte": (f"a,b,c\n1,2,{'z' * 2**20}\n3,4,\n", {"columns": ["a", "b"]}),
    "old Macintosh": ("a,b\r1,2\r3,4\r", {}),
    "whole numbers beyond 2^53": ("a,b\n9007199254740993,2\n1180591620717411303424,4\n", {}),
    "umlauts": ("Größe,ß\n1,2\n3,4\n", {}),
}
NUMBERS = {"skipinitialspace": True}


def as_pandas(path, text, reading):
    """The table as pandas has it under the arguments of the same names."""
    how = {key: value for key, value in reading.items() if key not in ("missing", "columns", "header", "delimiter")}
    delimiter = reading.get("delimiter", next((mark for mark in ";\t|" if mark in text), ","))
    how |= {"sep": delimiter.replace("\\t", "\t"), "header": 0 if reading.get("header", True) else None}
    how |= {"engine": "python"} if "skipfooter" in how else NUMBERS
    how |= {"sep": r"\s+"} if delimiter == " " else {}
    table = pd.read_csv(path, **how, index_col=False).dropna(axis=1, how="all")
    fills = {"forward_fill": table.ffill, "interpolate": table.interpolate, "drop": table.dropna}
    table = fills[reading["missing"]]() if "missing" in reading else table
    return table[[str(name) for name in reading["columns"]]] if "columns" in reading else table


@pytest.mark.parametrize(("text", "reading"), FILES.values(), ids=FILES)
def test_the_numbers_are_those_of_pandas(tmp_path, text, reading):
    path = tmp_path / "file.csv"
    path.write_bytes(text.encode())
    series, expected = read_csv(path, **reading), as_pandas(path, text, reading)
    np.testing.assert_array_equal(series.values, expected.to_numpy(float))
    assert list(series.columns) == [str(name).strip() for name in expected.columns]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16", "cp1252"])
def test_encodings(tmp_path, encoding):
    (tmp_path / "f.csv").write_bytes("größe,b\n1,2\n".encode(encoding))
    said = {} if encoding.startswith("utf-8") else {"encoding": encoding}
    assert read_csv(tmp_path / "f.csv", **said).columns == ("größe", "b")


@pytest.mark.parametrize("suffix", ["gz", "bz2", "xz", "zip"])
def test_compressed_files(tmp_path, suffix):
    path, text = tmp_path / f"f.csv.{suffix}", b"a,b\n1,2\n3,4\n"
    if suffix == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("f.csv", text)
    else:
        path.write_bytes({"gz": gzip, "bz2": bz2, "xz": lzma}[suffix].compress(text))
    np.testing.assert_array_equal(read_csv(path).values, [[1, 2], [3, 4]])
    path.rename(tmp_path / "bare")
    kind = {"gz": "gzip"}.get(suffix, suffix)
    np.testing.assert_array_equal(read_csv(tmp_path / "bare", compression=kind).values, [[1, 2], [3, 4]])


def test_a_european_file_with_dates(tmp_path):
    (tmp_path / "f.csv").write_text(EURO)
    series = read_csv(
        tmp_path / "f.csv", index="Datum", decimal=",", thousands=".", date_format="%d.%m.%Y", target="Kurs"
    )
    np.testing.assert_array_equal(series.values[:, 0], [1234.5, 1235.75, 999])
    assert series.calendar.write(series.index) == ["01.02.2024", "02.02.2024", "03.02.2024"]


def test_an_index_as_pandas_writes_it_beside_columns_named_by_numbers(tmp_path):
    pd.DataFrame(np.arange(6.0).reshape(2, 3)).to_csv(tmp_path / "f.csv")
    series = read_csv(tmp_path / "f.csv", index="Unnamed: 0", columns=[0, 2])
    assert series.inputs == ("0", "2")
    np.testing.assert_array_equal(series.values, [[0, 2], [3, 5]])


def test_one_column_of_decimal_commas_is_one_column(tmp_path):
    (tmp_path / "f.csv").write_text("a\n1,5\n3,5\n")
    series = read_csv(tmp_path / "f.csv", decimal=",")
    assert (series.columns, series.values.tolist()) == (("a",), [[1.5], [3.5]])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("größe,b\n1,2\n".encode("utf-16"), "data.encoding=utf-16 reads it"),
        ("größe,b\n1,2\n".encode("latin-1"), "data.encoding names another, such as latin-1"),
        (gzip.compress(b"a,b\n1,2\n" * 99, mtime=0), "data.compression=gzip reads it"),
        (b"PK\3\4\x14\0\xff\xff", "a workbook is to be saved as CSV"),
    ],
)
def test_what_is_no_text_says_what_it_may_be(tmp_path, content, sentence):
    (tmp_path / "f.csv").write_bytes(content)
    with pytest.raises(BadInput, match=f"is no text in UTF-8: .*; {sentence}"):
        read_csv(tmp_path / "f.csv")


def test_short_rows_are_looked_for_once(tmp_path, monkeypatch):
    """However many blocks end in a missing cell."""
    from rnn_lab.sequences.csv_text import CsvText

    (tmp_path / "f.csv").write_text("a,b\n" + "1,\n" * 5_000)
    opened, plain = [], CsvText.lines
    monkeypatch.setattr(CsvText, "lines", lambda text: opened.append(text) or plain(text))
    text = CsvText(path=tmp_path / "f.csv")
    passes = []
    for cells_at_a_time in (100, 10_000):
        opened.clear()
        blocks = list(text.blocks(cells_at_a_time))
        assert sum(map(len, blocks)) == 5_001
        passes.append(len(opened))
    assert passes[0] == passes[1]


@pytest.mark.slow
def test_a_long_file_is_read_in_blocks(tmp_path):
    """Missing cells and empty rows at the end across the borders of blocks."""
    rows = [f"{n},{n * n}" for n in range(150_000)]
    rows[65_535] = f"{65_535},"
    (tmp_path / "f.csv").write_text("a,b\n" + "\n".join(rows) + "\n,\n\n")
    values = read_csv(tmp_path / "f.csv", missing="forward_fill").values
    assert values.shape == (150_000, 2)
    assert values[65_534:65_537, 1].tolist() == [65_534.0**2, 65_534.0**2, 65_536.0**2]
    with pytest.raises(BadInput, match=r"row 65537, column 'b' is missing"):
        read_csv(tmp_path / "f.csv")


@pytest.mark.parametrize(
    ("text", "reading", "sentence"),
    [
        ("a,b\n40_2,1\n", {}, "row 2, column 'a' holds '40_2', which is no finite number"),
        ("a,b\n٣,1\n", {}, "holds '٣'"),
        ("a,b\n-1.8e308,1\n", {}, "holds '-1.8e308', which is no finite number"),
        ("a,b\n-1.797e308,1\n", {}, "row 2, column 'a' holds '-1.797e308', too large to compute with"),
        ("a,b\n0x10,1\n", {}, "holds '0x10'"),
        ("a;b\n1.5;2\n", {"decimal": ","}, "holds '1.5'"),
        ("a;b\n1,5;2\n", {"thousands": ",", "delimiter": ";"}, "holds '1,5'"),
        ("a,b\n1,2\nNA,4\n", {}, "row 3, column 'a' holds 'NA', which is no finite number"),
        ("a,b\n1,2\nx,4\n", {"missing": "drop"}, "row 3, column 'a' holds 'x'"),
        ("a,b\n1,2\n,4\n", {"missing": "interpolate"}, "row 3, column 'a' is missing, .* it would need a later value"),
        ("a,b\n,2\n3,4\n", {"missing": "forward_fill"}, "row 2, column 'a' is missing, .* no known value comes before"),
        ("a,b\n,2\n,4\n", {"missing": "drop"}, "every row lacks a cell"),
        ("a,b\n1,2\n", {"na_values": -1}, "data.na_values names -1, which no cell of a, b holds"),
        ("1,5;2,5\n3,5;4,5\n", {"header": False}, "may be cut at ',' or ';': say which one is data.delimiter"),
        ("a,b\n1,2\n", {"decimal": ",", "thousands": ","}, "data.thousands and data.decimal are both ','"),
        ("a,b\n1,2\n", {"encoding": "latin-99"}, "data.encoding=latin-99 is no encoding"),
        ("a,b\n1,2\n", {"encoding": "latin\0"}, r"data\.encoding=latin\\0 is no encoding"),
        ("ä,b\n1,2\n", {"encoding": "ascii"}, "is no text in ASCII: .*; data.encoding names another"),
        ("a,b\n1,2\n", {"compression": "gzip"}, "cannot be read as gzip"),
        ("a,b\n1,2\n", {"compression": "zip"}, "cannot be read as zip"),
        ("a,b\n1,2\n", {"skiprows": 5}, "is empty"),
        ("a,b\n1,2\n", {"skipfooter": 5}, "is empty"),
        ("t\na,b\n1,2\nx,4\n", {"skiprows": 1}, "row 4, column 'a' holds 'x'"),
        ("# c\na,b\n1,2\n# d\nx,4\n", {"comment": "#"}, "row 5, column 'a' holds 'x'"),
        ("a,b\n1,2\n3,4,5\n", {}, "row 3 has 3 cells instead of 2"),
        ("a,b\n\n1,2\n\nx,4\n", {}, "row 5, column 'a' holds 'x'"),
        ("a,b\n\n1,2\n\n3\n", {}, "row 5 has 1 cells instead of 2"),
        ("a,b\n\n1,2\n  # y\n3,4\n", {"comment": "#"}, "row 4 has 1 cells instead of 2"),
        ("a\n1\n\n3\n", {}, "row 3, column 'a' is missing \\(data.missing=interpolate, forward_fill or drop\\)$"),
        ("a,b\n1,2,\n3,4,\n", {}, "row 2 has 3 cells instead of 2"),
        ("a,b,\n" + "1,2,\n" * 120 + "1,2,3\n", {}, "row 122 has a cell after the delimiter that ends those"),
        ("a,b,\n" + "1,2,\n" * 120 + "1,2\n", {}, "row 122 has 2 cells instead of 3"),
        ("a;b\n1,5;2\n", {}, r"holds '1,5', which is no finite number \(data.decimal=, reads a decimal comma\)"),
        ("a;b\n1 234;2\n", {}, "holds '1 234', which is no finite number \\(data.delimiter=' ' cuts at blanks\\)"),
        ("a   b\n1   2\n", {}, "holds '1   2', .*data.delimiter=' ' cuts at blanks"),
        ("a,b\nm,kg\n1,2\n", {}, "holds 'm', .*if it is a unit: data.header=false data.skiprows=2 begins below"),
        ("a,b\n1,2\n-,4\n", {}, "holds '-', .*data.na_values names what stands for a missing cell"),
        ("a,b\n#DIV/0!,2\nx,4\n", {}, "holds '#DIV/0!', .*data.na_values names"),
        ("a,b\nTrue,2\nFalse,4\n", {}, "holds 'True'"),
        ("a,b\n1%,2\n", {}, "holds '1%', which is no finite number$"),
        ("sep=;\na;b\n1;2\n", {"delimiter": ";"}, "the first row, 'sep=', is for Excel: data.skiprows=1 leaves it out"),
        ("2024-01-01,1\n2024-01-02,2\n", {"index": 0}, "the first row holds numbers, not names"),
        ("t\n2024-01-01\n", {"index": "t"}, "the only column is 't', which is data.index"),
        ("t,a\n1700000000123456789,1\n", {"index": "t"}, "row 2, column 't' .* more digits than a number keeps"),
        ("t,a\n2024-01-01,1\n2024-\0-02,2\n", {"index": "t"}, "row 3, column 't' holds '2024-.-02'"),
        ("t,a\n2023-W45,1\n", {"index": "t"}, "dates such as 2024-01-31; data.index=null counts the rows"),
        (
            "t,a\n" + "".join(f"2024-10-27 0{h}:{m:02},{h}\n" for h in (1, 2, 2, 3) for m in (0, 20, 40)),
            {"index": "t"},
            "does not increase at row 8 .* data.tz=Europe/Berlin, say, tells the hours of a night apart",
        ),
        ("t,a\n200611,1\n200612,2\n200613,3\n", {"index": "t"}, "row 4, column 't' holds '200613', but .* most of"),
        ("t,a\n19810331,1\n19810332,2\n", {"index": "t"}, "row 3, .* must be dates such as %Y%m%d"),
        (
            "t,a\n2024-01-01T00:00:00.000000000,1\n2024-01-01T00:00:00.000000001,2\n",
            {"index": "t"},
            "row 3, column 't' holds '2024.*01', which is finer than a microsecond",
        ),
    ],
)
def test_what_pandas_would_guess_at_is_refused(tmp_path, text, reading, sentence):
    (tmp_path / "f.csv").write_text(text)
    with pytest.raises(BadInput, match=sentence) as refusal:
        read_csv(tmp_path / "f.csv", **reading)
    assert "\n" not in str(refusal.value)


class TestMissing:
    """No record knows a later row than its window's last, and each target was observed."""

    def data(self, folder, cells, missing, **how):
        (folder / "f.csv").write_text("x\n" + "\n".join(cells) + "\n")
        shape = {"window": 3, "train": 0.5, "validation": 0.5, **how}
        return Table(
            name="t", path=str(folder / "f.csv"), na_values="?", missing=missing, scaling="none", **shape
        ).dataset()

    @pytest.mark.parametrize("missing", ["interpolate", "forward_fill", "drop"])
    @pytest.mark.parametrize("horizon", [1, 2])
    def test_windows_are_blind_to_what_comes_after_them(self, tmp_path, missing, horizon):
        """Other values after a window's last row leave the window as it is."""
        rng = np.random.default_rng(0)
        cells = [repr(float(x)) for x in rng.normal(size=40)]
        for n in (5, 6, 11, 20, 21, 22, 30):
            cells[n] = "?"
        data = self.data(tmp_path, cells, missing, horizon=horizon)
        for records in (data.train, data.validation):
            for X, at in zip(records.X, records.at, strict=True):
                last = int(at) - horizon
                if missing == "drop":  # rows are counted without those that were dropped
                    last = int(np.flatnonzero([cell != "?" for cell in cells])[last])
                spoiled = [cell if n <= last or cell == "?" else repr(99.0 + n) for n, cell in enumerate(cells)]
                again = self.data(tmp_path, spoiled, missing, horizon=horizon)
                everything = np.concatenate([again.train.X, again.validation.X])
                where = np.concatenate([again.train.at, again.validation.at])
                np.testing.assert_array_equal(everything[where == at][0], X)

    @pytest.mark.parametrize("missing", ["interpolate", "forward_fill"])
    def test_targets_were_observed(self, tmp_path, missing):
        cells = ["1", "2", "3", "4", "?", "?", "7", "9", "8", "10", "11", "?", "13"]
        data = self.data(tmp_path, cells, missing)
        found = np.concatenate([data.train.at, data.validation.at]).tolist()
        assert not {4, 5, 11} & set(found)
        assert found == ([3, 7, 8, 9, 10] if missing == "interpolate" else [3, 6, 7, 8, 9, 10, 12])
        assert data.notes[1:] == (f"3 missing cells in 3 rows ({missing})",)

    def test_a_target_at_each_row_is_refused(self, tmp_path):
        with pytest.raises(BadInput, match=r"data.each_step=true has a target at every row"):
            self.data(tmp_path, ["1", "?", "3", "4", "5", "6"], "interpolate", each_step=True)


def test_blank_lines_are_said_and_counters_are_no_dates(tmp_path):
    (tmp_path / "f.csv").write_text("t,x\n\n" + "\n".join(f"{200_090 + n},{n}" for n in range(30)) + "\n\n200120,7\n\n")
    series = read_csv(tmp_path / "f.csv", index="t")
    assert series.notes == ("2 blank lines between rows are skipped, the first is line 2",)
    np.testing.assert_array_equal(series.index, np.arange(200_090.0, 200_121))


def test_a_moved_file_of_the_same_content_keeps_its_fingerprint(tmp_path):
    prints = []
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("x\n" + "\n".join(map(str, range(9))))
        table = Table(name="t", path=str(tmp_path / name), window=2, train=3, validation=2)
        prints.append(table.dataset().fingerprint)
    assert prints[0] == prints[1]


def test_read_csv_s_lines_are_text(tmp_path):
    """A footer is cut without reading the whole file first."""
    from rnn_lab.sequences.csv_text import _WithoutLast

    assert list(_WithoutLast(io.StringIO("a\nb\nc\nd\n"), 2)) == ["a\n", "b\n"]
