"""What studies leave behind: rows, origin, generated parts of a page."""

import doctest
from pathlib import Path

import pytest

from experiments import evidence
from rnn_lab.component import BadInput


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


def test_examples() -> None:
    assert doctest.testmod(evidence).failed == 0
    assert doctest.testmod(evidence).attempted > 0
