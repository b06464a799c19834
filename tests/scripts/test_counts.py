"""Things answer instead of being asked what they are: the counts stay as low as they are."""

from pathlib import Path

import counts
import pytest


def test_kinds_are_asked_for_in_one_module_at_most() -> None:
    found = counts.asked_for_kinds()
    assert len(found) <= 4, found
    assert len({place.partition(":")[0] for place in found}) <= 1, found


def test_branches_on_classes() -> None:
    assert len(found := counts.branches_on_classes()) <= 3, found


def test_nobody_knows_the_tutorial() -> None:
    assert counts.who_know_the_tutorial() == []


def test_private_names_have_their_adapters() -> None:
    assert counts.private_names() == ["rnn_lab/hydra_private.py", "rnn_lab/sweeping/optuna_private.py"]


def test_the_network_is_read_in_one_sitting() -> None:
    assert counts.code_lines(counts.network()) < 1000


@pytest.mark.parametrize(
    ("text", "lines"), [("x = 1\n", 1), ('"""Doc."""\n# why\n\nx = (\n    1\n)\n', 3), ("def f():\n    '''It.'''\n", 1)]
)
def test_lines_of_code_are_counted_without_words(tmp_path: Path, text: str, lines: int) -> None:
    (tmp_path / "module.py").write_text(text)
    assert counts.code_lines([tmp_path / "module.py"]) == lines
