"""The program ``rnn-lab``: it tells its commands apart, and loads the one that is asked for."""

import os
import sys

from rnn_lab import signals

COMMANDS = {
    "train": "train a network, or search for its best settings",
    "predict": "forecast a new series with a trained network, or let it write text",
    "sync": "carry run folders to MLflow",
    "ui": "look at runs in MLflow's own pages",
    "runs": "list, compare, tabulate and remove runs, from their folders alone",
    "redraw": "draw the figures of a run again, as PNG, PDF or SVG",
    "examine": "let a sweep say what it can about itself: its space, its winner",
    "study": "list the lab's studies, and run one again",
}

PAGE = """rnn-lab: recurrent networks written from scratch in NumPy: train, compare, look.

{commands}

  rnn-lab COMMAND --help   how to use it, with examples
  rnn-lab --version        this version

  rnn-lab train                      a first network, on a sine: a few seconds
  rnn-lab train data=sunspots        another sequence
  rnn-lab ui                         your runs, in a browser

Completion in bash:  eval "$(rnn-lab --shell-completion install=bash)"
"""


def main() -> None:
    """Run the command that the arguments name."""
    signals.listen()
    arguments = sys.argv[1:]
    if arguments[:1] in (["-sc"], ["--shell-completion"]):
        complete(arguments)
    elif not arguments or arguments[0] in ("-h", "--help", "help"):
        print(PAGE.format(commands="\n".join(f"  {name:<9}{says}" for name, says in COMMANDS.items())), end="")
    elif arguments[0] in ("-V", "--version"):
        print(f"rnn-lab {version()}")
    elif arguments[0] not in COMMANDS:
        import difflib

        near = difflib.get_close_matches(arguments[0].partition("=")[0], COMMANDS, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(COMMANDS)}."
        if "=" in arguments[0]:
            hint = f"did you mean rnn-lab train {arguments[0]}?"
        print(f"Error: there is no command {arguments[0]!r}; {hint}", file=sys.stderr)
        raise SystemExit(2)
    else:
        run(arguments[0], arguments[1:])


def run(name: str, arguments: list[str]) -> None:
    """Run one command with its arguments, and end the process as it ended."""
    signals.listen()
    if arguments[:1] == ["--version"]:
        print(f"rnn-lab {version()}")
        return
    sys.argv[1:] = arguments
    from importlib import import_module

    from rnn_lab import search_path
    from rnn_lab.cli import exits

    search_path.extend()

    def command() -> None:
        module = import_module(f"rnn_lab.cli.{name}")
        if name != "train":  # which loads more, and has nothing to save before its run begins
            signals.raise_from_here()
        module.main(arguments)

    exits.finish(command)


def version() -> str:
    """The installed version, or of a clone that is not installed, the one that it would have."""
    import tomllib
    from importlib import metadata
    from pathlib import Path

    project = Path(__file__).parents[2] / "pyproject.toml"
    if project.is_file():
        return str(tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"])
    return metadata.version("rnn-lab")


def complete(arguments: list[str]) -> None:
    """Complete a command, or leave it to Hydra to complete the arguments of train and predict."""
    words = os.environ.get("COMP_LINE", "").split(" ")
    chosen = words[1] if len(words) > 2 else ""
    if arguments[1:] == ["query=bash"] and chosen not in ("train", "predict"):
        print(*([] if chosen else COMMANDS))
        return
    os.environ["COMP_LINE"] = " ".join([words[0], *words[2:]])
    run(chosen or "train", arguments)
