"""``rnn-lab runs``: list, show, compare, table and rm, from the run folders alone.

rnn-lab runs list                                   all runs below outputs/ and multirun/: status, best value, age
rnn-lab runs show FOLDER                            config and scores of one
rnn-lab runs compare FOLDER OTHER                   what differs in two configs, and both scores
rnn-lab runs table --by data.name model --to latex  a score over the seeds of each setting, with its interval
rnn-lab runs rm FOLDER ...                          delete runs here and in MLflow, after asking
"""

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from rnn_lab.errors import BadInput
from rnn_lab.redaction import Parser, said
from rnn_lab.runs.difference import difference
from rnn_lab.runs.folder import RunFolder
from rnn_lab.runs.frames import FORMATS, load, short, written
from rnn_lab.runs.layout import laid_out, terminal_width
from rnn_lab.runs.removal import in_mlflow, own_files, remove
from rnn_lab.tracking.comparison import title

Say = Callable[[str], object]
PLACES = ("outputs", "multirun")


def main(argv: Sequence[str], *, say: Say = print, ask: Callable[[str], str] = input) -> int:
    """Carry out a command; returns the exit code.

    Args:
        argv: the words after ``rnn-lab runs``.
        say: prints a line.
        ask: prints a question and returns the answer.
    """
    asked = _parser().parse_args(list(argv))
    try:
        return int(asked.command(asked, lambda line: say(said(line)), ask))
    except BadInput as error:
        sentence = said(error).rstrip(".")
        sys.stderr.write(f"Error: {sentence}.\n")
        return 2
    except EOFError:
        sys.stderr.write("Nobody answered, so nothing is removed: say --yes to remove without a question.\n")
        return 2


def _parser() -> Parser:
    page = Parser("rnn-lab runs", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    commands = page.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, does: Callable[..., int], text: str) -> Parser:
        one = commands.add_parser(name, help=text, description=text)
        one.set_defaults(command=does)
        return one

    command("list", _list, "all runs: status, best value, age").add_argument("places", nargs="*")
    command("show", _show, "config and scores of one run").add_argument("folder")
    two = command("compare", _compare, "what differs in two configs")
    two.add_argument("folder")
    two.add_argument("other")
    table = command("table", _table, "a score over the seeds of each setting")
    table.add_argument("places", nargs="*")
    table.add_argument("--by", nargs="+", default=["data.name", "model"], help="parameters that make a setting")
    table.add_argument("--score", help="a final score, such as val/rmse; by default each run's own")
    table.add_argument("--to", choices=list(FORMATS), help="by default markdown, but columns on a terminal")
    rm = command("rm", _rm, "delete runs here and in MLflow, after asking")
    rm.add_argument("folders", nargs="+", metavar="folder")
    rm.add_argument("--yes", action="store_true", help="do not ask")
    return page


def _places(given: Sequence[str]) -> list[str]:
    found = list(given) or [place for place in PLACES if Path(place).is_dir()]
    if not found:
        raise BadInput(f"there are no runs here: neither {' nor '.join(PLACES)} is a folder of {Path.cwd()}")
    return found


def _list(asked: argparse.Namespace, say: Say, _: object) -> int:
    runs = load(*_places(asked.places)).folders
    _tell_of_damage(runs)
    rows = [("status", "best value", "age", "run", "folder")]
    rows += [(run.status, best_value(run), age(run.age), _title(run), str(run.path)) for run in runs]
    for line in laid_out(rows, terminal_width(), abreast=4):
        say(line)
    for run in runs:
        if run.lacking:
            say(f"{run.path}: {run.lacking}")
    return 0


def _show(asked: argparse.Namespace, say: Say, _: object) -> int:
    import yaml

    run = RunFolder.at(asked.folder)
    say(f"{run.path}: {_state(run)}, started {age(run.age)} ago")
    say(yaml.safe_dump(dict(run.config), sort_keys=False).rstrip())
    for name, value in run.scores.items():
        say(f"{name}  {value:.6g}")
    if run.lacking:
        say(run.lacking)
    _tell_of_damage([run])
    return 0


def _compare(asked: argparse.Namespace, say: Say, _: object) -> int:
    one, other = RunFolder.at(asked.folder), RunFolder.at(asked.other)
    rows = [["run", *_told_apart(one, other)]]
    for name, values in difference(one, other).items():
        rows.append([name, *("(none)" if value is None else value for value in values)])
    both = [name for name in one.scores if name in other.scores]
    rows += [[name, *(f"{run.scores[name]:.6g}" for run in (one, other))] for name in both]
    for line in laid_out(rows, terminal_width()):
        say(line)
    _tell_of_damage([one, other])
    return 0


def _told_apart(one: RunFolder, other: RunFolder) -> tuple[str, str]:
    """Name two runs: by their titles, or by their folders if those are the same or not known."""
    titles = _title(one), _title(other)
    return titles if all(titles) and titles[0] != titles[1] else (str(one.path), str(other.path))


def _title(run: RunFolder) -> str:
    return title(run.facts["start"]) if "start" in run.facts else ""


def _table(asked: argparse.Namespace, say: Say, _: object) -> int:
    runs = load(*_places(asked.places))
    found, width = runs.grouped(asked.by, asked.score), terminal_width()
    if asked.to is None and width is not None:
        rows = short(found)
        for line in laid_out(rows, width, abreast=len(rows[0])):
            say(line)
    else:
        say(written(found, asked.to or "markdown").rstrip())
    _tell_of_damage(runs.folders)
    return 0


def _tell_of_damage(runs: Iterable[RunFolder]) -> None:
    for run in runs:
        for sentence in run.damaged.values():
            sys.stderr.write(f"{said(sentence)}\n")


def _rm(asked: argparse.Namespace, say: Say, ask: Callable[[str], str]) -> int:
    runs = [RunFolder.at(folder) for folder in asked.folders]
    for run in runs:
        also = ", and its run in MLflow" if in_mlflow(run) else ""
        say(f"{run.path}: {_state(run)}, {len(own_files(run))} files{also}")
    if not asked.yes and ask(f"Remove {len(runs)} run{'s' * (len(runs) > 1)}? [y/N] ").strip().lower() not in (
        "y",
        "yes",
    ):
        say("Nothing is removed.")
        return 1
    for run in runs:
        left = remove(run)
        also = f"; left there, since it is not the run's: {', '.join(path.name for path in left)}" if left else ""
        say(f"{run.path} is removed{also}")
    return 0


def _state(run: RunFolder) -> str:
    return ", ".join(filter(None, (run.status, best_value(run))))


def best_value(run: RunFolder) -> str:
    """Return a run's score on validation; of one without a summary the lowest of its curve."""
    if run.score in run.scores:
        return f"{run.score} {run.scores[run.score]:.4g}"
    for name in ("val/rmse", "val/loss"):
        curve = [float(fact["metrics"][name]) for fact in run.epochs if name in fact["metrics"]]
        if curve := [value for value in curve if value == value]:
            return f"{name} {min(curve):.4g}"
    return ""


def age(seconds: float) -> str:
    """Say a duration in its largest unit.

    Example:
        >>> age(59), age(3 * 3600 + 100), age(1e6), age(float("nan"))
        ('59 s', '3 h', '11 d', '')
    """
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{int(seconds // length)} {unit}"
    return f"{int(seconds)} s" if seconds == seconds else ""
