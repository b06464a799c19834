"""The benchmark's own arithmetic: what it alternates, what it drops, what it calls kept, what it writes."""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import benchmark
import pytest
from comparisons import Programs, Row, in_turn, lab_epoch, sine_data
from rich.console import Console

from rnn_lab.training import SGD
from tests.processes import python

SCRIPT = Path(__file__).parents[2] / "scripts" / "benchmark.py"
FAST = Row("an epoch", "ms", lab=1.0, rival=4.0, against="PyTorch", limit=0.25)
SLOW = Row("a process", "s", lab=3.1, rival=1.0, against="imports", limit=3.0)


def test_sides_alternate_and_the_first_round_does_not_count() -> None:
    calls = []
    figures = {"a": iter([100.0, 1.0, 9.0, 2.0]), "b": iter([0.0, 5.0, 6.0, 7.0])}

    def side(name: str) -> float:
        calls.append(name)
        return next(figures[name])

    assert in_turn(3, lambda: side("a"), lambda: side("b")) == [2.0, 6.0]
    assert "".join(calls) == "abababab"


def test_a_limit_is_kept_up_to_and_including_its_value() -> None:
    assert (FAST.ratio, FAST.kept) == (0.25, True)
    assert not SLOW.kept


def test_the_markdown_table_has_one_line_a_row() -> None:
    head, rule, *lines = benchmark.text([FAST, SLOW], ".md").splitlines()
    assert head.count("|") == rule.count("|") == 8
    assert lines == [
        "| an epoch | ms | 1 | 4 | PyTorch | 0.25 | 0.25 ✓ |",
        "| a process | s | 3.1 | 1 | imports | 3.1 | 3 ✗ |",
    ]


def test_the_json_file_holds_the_bare_numbers() -> None:
    first, second = json.loads(benchmark.text([FAST, SLOW], ".json"))
    assert (first["lab"], first["rival"], first["ratio"], first["kept"]) == (1.0, 4.0, 0.25, True)
    assert second["kept"] is False


def test_an_absent_peer_is_named_and_the_rows_before_it_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    def compare(programs: Programs, rounds: int) -> Iterator[Row]:
        yield FAST
        import no_such_peer  # type: ignore[import-not-found]  # noqa: F401

    monkeypatch.setattr(benchmark, "COMPARISONS", {"both": compare})
    out = io.StringIO()
    assert benchmark.measure(["both"], 1, Console(file=out, width=140)) == [FAST]
    assert "both: no_such_peer is not installed, so it is left out of the comparison." in out.getvalue()
    assert "PyTorch" in out.getvalue()


def test_a_program_that_fails_is_quoted(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="no luck today"):
        Programs(tmp_path).python("-c", "raise SystemExit('no luck today')")


def test_a_run_of_the_lab_leaves_its_seconds(tmp_path: Path) -> None:
    wall, summary = Programs(tmp_path).train("tracking=off", "trainer.epochs=1")
    assert 0 < summary["seconds"]["training"] < wall


def test_a_programs_peak_is_its_own_however_large_we_are(tmp_path: Path) -> None:
    programs, ballast = Programs(tmp_path), b"x" * (200 << 20)
    small, large = (programs.peak("-c", f"b'x' * {size << 20}") for size in (1, 80))
    assert small < 100 < len(ballast) >> 20
    assert large - small == pytest.approx(79, abs=5)


def test_the_labs_side_trains() -> None:
    work = lab_epoch(4, SGD, "float64", sine_data().train, batch=50, k=5)
    (state,) = work.args
    before = state.parameters.flat.copy()
    work()
    assert (state.parameters.flat != before).all()
    assert state.updates == 2


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["epcoh"], "no comparison is named epcoh; there are tutorial, epoch"),
        (["--rounds", "0"], "--rounds=0: at least 1"),
        (["--out", "table.csv"], "--out=table.csv: a name that ends in .md or .json"),
    ],
)
def test_bad_arguments_are_refused(arguments: list[str], sentence: str) -> None:
    done = python(SCRIPT, *arguments, cwd=SCRIPT.parent)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
