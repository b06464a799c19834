"""Commands of the lab, spelled so that they can be pasted into the shell where they are printed."""

import os
import re
import shlex
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

PROGRAM = "rnn-lab"
PATHS = ("data.path",)
"""Keys whose values are files."""
STORES = ("tracking.uri",)
"""Keys whose values are addresses of stores, which may be files."""


def command(name: str, *arguments: str) -> str:
    """One of the lab's commands as a line for a shell, with whatever quotes it needs.

    Args:
        name: such as ``sync``.
        arguments: what follows; a path should be absolute, so that the line serves in any folder.

    Example:
        >>> command("sync", "/data/my runs/ü").endswith(" '/data/my runs/ü'")
        True
    """
    return shlex.join([*program(name), *arguments])


def program(name: str) -> list[str]:
    """The words that start a command: ``rnn-lab NAME``, or the interpreter and the script of a clone."""
    if Path(sys.argv[0]).name == PROGRAM:
        return [_short(PROGRAM, sys.argv[0]), name]
    script = Path(__file__).parents[1] / "scripts" / f"{name}.py"
    if script.is_file():
        return [_interpreter(), str(script)]
    installed = Path(sys.executable).with_name(PROGRAM)
    return (
        [_short(PROGRAM, str(installed)), name] if installed.is_file() else [_interpreter(), "-m", "rnn_lab.cli", name]
    )


def started() -> list[str]:
    """The words that started this process, before its arguments: any Hydra application's, or the lab's own."""
    arguments, typed = sys.argv[1:], sys.orig_argv
    if Path(sys.argv[0]).name == PROGRAM:
        return program("train")  # no other command is a sweep
    words = typed[: typed.index(sys.argv[0])] if sys.argv[0] in typed else typed[: len(typed) - len(arguments)]
    script = os.path.abspath(sys.argv[0])
    if not words or not os.path.isfile(script):  # called by a program, with arguments of its own
        return [_interpreter(), sys.argv[0]]
    return [_interpreter(), *words[1:], *([script] if sys.argv[0] in typed else [])]


def override(key: str, value: object) -> str:
    """A value as text for a Hydra override: quoted where Hydra would read it as something else.

    Example:
        >>> override("trainer.resume", "/runs/a"), override("trainer.resume", "/my runs/ü")
        ('trainer.resume=/runs/a', "trainer.resume='/my runs/ü'")
    """
    text = str(value)
    return f"{key}={text}" if re.fullmatch(r"[A-Za-z_/.][A-Za-z0-9_/.-]*", text) else f"{key}={quoted(text)}"


def anywhere(arguments: Sequence[str]) -> list[str]:
    """Arguments of which none depends on the working directory: a file that is there is named whole.

    Example:
        >>> anywhere(["data.path=no such file.csv", "seed=1"])
        ['data.path=no such file.csv', 'seed=1']
    """
    found = []
    for argument in arguments:
        key, _, value = argument.partition("=")
        path = unquoted(value)
        there = key.lstrip("+") in PATHS and path and os.path.exists(path)
        if key.lstrip("+") in STORES and (whole := whole_address(path)) != path:
            argument = override(key, whole)
        found.append(override(key, os.path.abspath(path)) if there else argument)
    return found


def whole_address(address: str) -> str:
    """A store's address, its file named whole.

    Example:
        >>> whole_address("sqlite:///a.db") == f"sqlite:///{os.getcwd()}/a.db", whole_address("sqlite:////data/a.db")
        (True, 'sqlite:////data/a.db')
    """
    return re.sub(r"^(sqlite[^:]*:///)(?=[^/:])", lambda start: f"{start[1]}{os.getcwd()}/", address)


def quoted(text: str) -> str:
    """A text in the quotes of Hydra's grammar; a backslash in it is one, and ``${`` names no other key."""
    text = re.sub(r"(\\*)('|\Z)", r"\1\1\2", re.sub(r"(\\*)\$\{", r"\1\1\\${", text))
    return "'" + text.replace("'", "\\'") + "'"


def unquoted(text: str) -> str:
    """The text that a value in the quotes of Hydra's grammar stands for; a value without them as it is.

    Example:
        >>> unquoted(quoted("it's ${x}")), unquoted("a b")
        ("it's ${x}", 'a b')
    """
    if len(text) < 2 or text[0] not in "'\"" or text[-1] != text[0]:
        return text
    return re.sub(rf"(\\+)(?={text[0]}|\$\{{|\Z)", lambda run: "\\" * (len(run[1]) // 2), text[1:-1])


def _interpreter() -> str:
    return _short("python", sys.executable)


def _short(name: str, path: str) -> str:
    """The name alone, where the shell would find that very file by it."""
    found = shutil.which(name)
    return name if found and os.path.abspath(found) == os.path.abspath(path) else os.path.abspath(path)
