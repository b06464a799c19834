"""Evidence that studies leave behind: rows, origin, generated parts of a page."""

import doctest
import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from experiments import evidence, words
from rnn_lab.errors import BadInput


def test_rows_come_back_to_the_last_digit(tmp_path: Path) -> None:
    evidence.write_rows(tmp_path / "rows.csv", [{"run": "a, b", "rmse": 0.1 + 0.2, "other": None}])
    (row,) = evidence.read_rows(tmp_path / "rows.csv")
    assert row == {"run": "a, b", "rmse": "0.30000000000000004", "other": ""}


def test_origin_names_the_commit_and_no_machine() -> None:
    origin = evidence.origin()
    assert list(origin) == ["commit", "changed_since", "versions", "cpu", "threads"]
    assert origin["commit"] is None or len(origin["commit"]) == 40
    assert origin["versions"]["numpy"]


@pytest.mark.parametrize(
    "page", ["no marks", "<!-- generated: a -->\n<!-- end -->\n<!-- generated: b -->\n<!-- end -->"]
)
def test_a_page_must_ask_for_what_there_is(page: str) -> None:
    with pytest.raises(BadInput, match="blocks are a"):
        evidence.fill(page, {"a": "text"})


def test_filling_twice_is_filling_once() -> None:
    page = "# Title\n<!-- generated: a -->\n<!-- end -->\nprose with a \\1 in it\n"
    once = evidence.fill(page, {"a": r"| \d | \1 |"})
    assert evidence.fill(once, {"a": r"| \d | \1 |"}) == once
    assert r"| \d | \1 |" in once


def test_a_study_that_fails_leaves_the_old_rows(tmp_path: Path) -> None:
    def measure(folder: Path) -> Iterator[tuple[str, list[evidence.Row]]]:
        yield "runs", [{"rmse": 1.0}]
        raise RuntimeError(f"{folder.is_dir()}")

    evidence.write_rows(tmp_path / "runs.csv", [{"rmse": 0.5}])
    with pytest.raises(RuntimeError, match="True"):
        evidence.collect(tmp_path, measure)
    assert evidence.read_rows(tmp_path / "runs.csv") == [{"rmse": "0.5"}]
    assert [path.name for path in tmp_path.iterdir()] == ["runs.csv"]


def test_a_study_leaves_its_rows_and_their_origin(tmp_path: Path) -> None:
    evidence.collect(tmp_path / "new", lambda folder: [("runs", [{"rmse": 1.0}]), ("losses", [{"loss": 2.0}])])
    assert evidence.read_rows(tmp_path / "new" / "runs.csv") == [{"rmse": "1.0"}]
    assert evidence.read_rows(tmp_path / "new" / "losses.csv") == [{"loss": "2.0"}]
    assert json.loads((tmp_path / "new" / "origin.json").read_text())["seconds"] == 0


def test_writing_up_fills_the_page_and_the_table(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text("# T\n<!-- generated: a -->\n<!-- end -->\n<!-- generated: b -->\n<!-- end -->\n")
    evidence.write_up(page, tmp_path, {"a": "one", "b": "two"})
    assert "<!-- generated: b -->\n\ntwo\n\n<!-- end -->" in page.read_text()
    assert (tmp_path / "table.md").read_text() == "one\n\ntwo\n"


@pytest.mark.parametrize("module", [evidence, words])
def test_examples(module: ModuleType) -> None:
    found = doctest.testmod(module)
    assert found.failed == 0
    assert found.attempted > 0
