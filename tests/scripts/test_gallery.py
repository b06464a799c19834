"""The table of sequences cannot drift: its words are compared with the YAMLs, its numbers measured again."""

import re

import gallery
import pytest
from hydra.utils import instantiate

from rnn_lab.sequences import SeriesDataset

NAMES = gallery.names()


def committed() -> dict[str, list[str]]:
    """The rows of the page's table: name -> cells."""
    table = re.search(r"<!-- generated -->(.*)<!-- end -->", gallery.PAGE.read_text(), flags=re.S)
    assert table is not None
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in table[1].strip().splitlines()[2:]]
    return {re.match(r" \[(\w+)\]", cells[0])[1]: [cell.strip() for cell in cells] for cells in rows}  # type: ignore[index]


def made(name: str) -> SeriesDataset:
    return instantiate(gallery.composed(name), _convert_="all").dataset()


def test_every_yaml_has_its_row_in_order() -> None:
    assert list(committed()) == NAMES
    assert set(NAMES) == {path.stem for path in gallery.DATA.glob("*.yaml")}


@pytest.mark.parametrize("name", NAMES)
def test_a_row_says_what_its_yaml_says(name: str) -> None:
    words, cells = gallery.row(name, None), committed()[name]
    assert cells[:3] == words[:3], "run `make gallery`"
    assert cells[4] == words[4]
    assert (gallery.PAGE.parent / f"../../conf/data/{name}.yaml").is_file()


@pytest.mark.parametrize("name", ["sunspots", "narma10", "logistic", "random_walk", "mso"])
def test_a_row_s_numbers_are_those_measured(name: str) -> None:
    """Of sequences whose errors are no question of rounding; the last of two digits is left to the machine."""
    for cell, again in zip(committed()[name][3:], gallery.row(name, made(name))[3:], strict=True):
        value, _, by = cell.partition(" ")
        value_again, _, by_again = again.partition(" ")
        assert float(value) == pytest.approx(float(value_again), rel=0.12)
        assert by == by_again


def test_the_readme_s_picture_is_there() -> None:
    assert gallery.PICTURE.read_bytes().startswith(b"\x89PNG")
    assert f"](../../{gallery.PICTURE.relative_to(gallery.ROOT)})" in gallery.PAGE.read_text()


def test_it_draws_and_measures(tmp_path, monkeypatch, capsys) -> None:
    page, picture = tmp_path / "README.md", tmp_path / "new" / "gallery.png"
    page.write_text("before\n<!-- generated -->\nstale\n<!-- end -->\nafter\n")
    for name, value in (("ROOT", tmp_path), ("PAGE", page), ("PICTURE", picture)):
        monkeypatch.setattr(gallery, name, value)
    monkeypatch.setattr(gallery, "names", lambda: ["logistic", "narma10", "csv"])
    gallery.main()
    assert picture.read_bytes().startswith(b"\x89PNG")
    text = page.read_text()
    assert text.startswith("before\n<!-- generated -->\n\n| `data=`")
    assert text.endswith(" |\n\n<!-- end -->\nafter\n")
    assert "stale" not in text
    assert len(re.findall(r"^\| \[", text, flags=re.M)) == 3
    assert "2 sequences drawn: new/gallery.png; 3 rows: README.md" in capsys.readouterr().out


def test_states_are_the_variables_or_a_value_and_its_past() -> None:
    for name, lag in (("logistic", 1), ("mackey_glass", 17), ("mackey_glass30", 30)):
        series = made(name).series
        points, _ = gallery.states(instantiate(gallery.composed(name), _convert_="all"), series)
        assert (points[5] == [series[5, 0], series[5 + lag, 0]]).all()
    points, _ = gallery.states(instantiate(gallery.composed("lorenz63"), _convert_="all"), made("lorenz63").series)
    assert points.shape == (4000, 3)
    assert (
        gallery.states(instantiate(gallery.composed("sunspots"), _convert_="all"), made("sunspots").series)[0] is None
    )


def test_a_yaml_s_head_without_its_commands() -> None:
    text = "# Own file: one row\n# a step.\n#   python train.py\n_target_: x\n# later\nseries:    # x' = r x\n"
    assert gallery.description(text) == "Own file: one row a step."
    assert gallery.equation(text) == "x' = r x"
    assert gallery.equation("series:\n  a: 1") == ""
