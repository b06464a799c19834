"""The tables of sequences and tasks cannot drift: words are compared with the YAMLs, numbers measured again."""

import re
from pathlib import Path

import gallery
import pytest
from hydra.utils import instantiate

from rnn_lab.sequences import SeriesDataset, StreamDataset, TaskData, TaskDataset

NAMES, TASKS, STREAMS = gallery.names(), gallery.names("task"), gallery.names("stream")


def committed(what: str = "generated") -> dict[str, list[str]]:
    """The rows of one of the page's tables: name -> cells."""
    table = re.search(rf"<!-- {what} -->(.*?)<!-- end -->", gallery.PAGE.read_text(), flags=re.S)
    assert table is not None
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in table[1].strip().splitlines()[2:]]
    return {re.match(r" \[(\w+)\]", cells[0])[1]: [cell.strip() for cell in cells] for cells in rows}  # type: ignore[index]


def made(name: str) -> SeriesDataset:
    return instantiate(gallery.composed(name), _convert_="all").dataset()


def drawn(name: str) -> TaskDataset:
    task: TaskData = instantiate(gallery.composed(name), _convert_="all")
    return task.dataset()


def streamed(name: str) -> StreamDataset:
    return instantiate(gallery.composed(name), _convert_="all").dataset()


def test_every_yaml_has_its_row_in_order() -> None:
    assert list(committed()) == NAMES
    assert list(committed("tasks")) == TASKS
    assert list(committed("streams")) == STREAMS
    assert sorted([*NAMES, *TASKS, *STREAMS]) == sorted(path.stem for path in gallery.DATA.glob("*.yaml"))


@pytest.mark.parametrize("name", TASKS)
def test_a_task_s_row_says_what_its_yaml_and_its_yardsticks_say(name: str) -> None:
    cells = committed("tasks")[name]
    assert cells == gallery.row_of_task(name, drawn(name)), "run `make gallery`"
    assert len(cells) == len(gallery.HEAD_OF_TASKS)
    assert "loss" in cells[-1]
    assert all(cells)


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_s_row_says_what_its_yaml_and_its_baselines_say(name: str) -> None:
    """The last digits are left to the machine, and so is how long an autoregression is best."""
    cells, again = committed("streams")[name], gallery.row_of_stream(name, streamed(name))
    assert len(cells) == len(gallery.HEAD_OF_STREAMS)
    assert cells[:-1] == again[:-1], "run `make gallery`"
    metric, _, found = cells[-1].partition(": ")
    metric_again, _, found_again = again[-1].partition(": ")
    assert metric == metric_again
    for baseline, baseline_again in zip(found.split(", "), found_again.split(", "), strict=True):
        (label, value), (label_again, value_again) = baseline.rsplit(maxsplit=1), baseline_again.rsplit(maxsplit=1)
        assert label == label_again or label.startswith("AR")
        assert float(value) == pytest.approx(float(value_again), rel=0.03)


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


@pytest.mark.parametrize("picture", [gallery.PICTURE, gallery.PICTURE_OF_TASKS])
def test_the_readme_s_pictures_are_there(picture: Path) -> None:
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert f"](../../{picture.relative_to(gallery.ROOT)})" in gallery.PAGE.read_text()


def test_it_draws_and_measures(tmp_path, monkeypatch, capsys) -> None:
    page, picture, tasks = tmp_path / "README.md", tmp_path / "new" / "gallery.png", tmp_path / "new" / "tasks.png"
    page.write_text(
        "before\n<!-- generated -->\nstale\n<!-- end -->\nbetween\n<!-- tasks -->\nstale\n<!-- end -->\n"
        "<!-- streams -->\nstale\n<!-- end -->\nafter\n"
    )
    for name, value in (("ROOT", tmp_path), ("PAGE", page), ("PICTURE", picture), ("PICTURE_OF_TASKS", tasks)):
        monkeypatch.setattr(gallery, name, value)
    some = {
        "series": ["logistic", "narma10", "csv"],
        "task": ["parity", "adding", "embedded_reber"],
        "stream": ["text"],
    }
    monkeypatch.setattr(gallery, "names", lambda kind="series": some[kind])
    gallery.main()
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert tasks.read_bytes().startswith(b"\x89PNG")
    text = page.read_text()
    assert text.startswith("before\n<!-- generated -->\n\n| `data=`")
    assert " |\n\n<!-- end -->\nbetween\n<!-- tasks -->\n\n| `data=`" in text
    assert text.endswith(" |\n\n<!-- end -->\nafter\n")
    assert "stale" not in text
    assert len(re.findall(r"^\| \[", text, flags=re.M)) == 7
    said = capsys.readouterr().out
    assert "2 sequences drawn: new/gallery.png; 3 rows: README.md" in said
    assert "3 tasks drawn: new/tasks.png; 3 rows, likewise" in said
    assert "1 rows of streams, likewise" in said


def test_states_are_the_variables_or_a_value_and_its_past() -> None:
    for name, lag in (("logistic", 1), ("mackey_glass", 17), ("mackey_glass30", 30)):
        series = made(name).series
        points, _ = gallery.states(name, series)
        assert (points[5] == [series[5, 0], series[5 + lag, 0]]).all()
    points, _ = gallery.states("lorenz63", made("lorenz63").series)
    assert points.shape == (4000, 3)
    assert gallery.states("sunspots", made("sunspots").series) == (None, "")


def test_a_yaml_s_head_without_its_commands() -> None:
    text = "# Own file: one row\n# a step.\n#   python train.py\n_target_: x\n# later\nseries:    # x' = r x\n"
    assert gallery.description(text) == "Own file: one row a step."
    assert gallery.equation(text) == "x' = r x"
    assert gallery.equation("series:\n  a: 1") == ""
