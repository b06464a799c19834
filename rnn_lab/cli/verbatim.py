"""Values that are text, such as paths and names of columns: taken as they are typed, not as Hydra would read them."""

import os
import re
from collections.abc import Sequence

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException

from rnn_lab.paste import quoted

TEXTS = (
    "data.path",
    "data.delimiter",
    "data.decimal",
    "data.thousands",
    "data.comment",
    "data.date_format",
    "run",
    "out",
    "trainer.resume",
    "hydra.run.dir",
    "hydra.sweep.dir",
)
NAMES = ("data.columns", "data.target", "data.index", "data.known")
MARKS = ("data.na_values",)
LISTS = dict.fromkeys(NAMES, re.compile(r"\d+", re.ASCII)) | dict.fromkeys(
    MARKS, re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
)
"""Keys whose values are texts or lists of them, and what among these is a number: a position, or a missing cell's."""
ITEM = re.compile(
    r"""
    \s* ( '(?:\\'|[^'])*' (?=\s*(?:,|\Z)) | "(?:\\"|[^"])*" (?=\s*(?:,|\Z))  # in quotes, from end to end
        | (?: \([^()]*\) | \[[^\[\]]*\] | \$\{[^{}]*\} | \\, | [^,] )+ )
    """,
    re.VERBOSE,
)


def verbatim(arguments: list[str], *keys: str) -> list[str]:
    """Quote the values of keys whose values are text, so that Hydra takes them as they stand.

    Commas, brackets, quotes and blanks at its ends mean something to Hydra otherwise. A value in quotes stays as it is.
    Of a prompt every other character is meant; of paths and marks (`TEXTS`) Hydra's own reading counts where it makes a
    text, a null or an interpolation of them, and in a sweep also choices. Names of columns and what stands for a
    missing cell (`LISTS`) are texts too, one or in a list, even where they look like a truth value or a call.

    Example:
        >>> verbatim(["prompt=Amen, and (so", "prompt='Amen'", "steps=3"], "prompt")
        ["prompt='Amen, and (so'", "prompt='Amen'", 'steps=3']
        >>> verbatim(["data.path=prices (1).csv", "data.columns=[CO(GT),open,2]", "data.target=x"], *TEXTS, *LISTS)
        ["data.path='prices (1).csv'", "data.columns=['CO(GT)',open,2]", 'data.target=x']
    """
    sweeps = any(re.fullmatch(r"-m|--multirun|\+*search=(?!null$).+|hydra\.mode=MULTIRUN", text) for text in arguments)
    return [_as_meant(argument, keys, sweeps) for argument in arguments]


def _as_meant(argument: str, keys: Sequence[str], sweeps: bool) -> str:
    start, _, text = argument.partition("=")
    key = start.lstrip("+")
    if "=" not in argument or key not in keys:
        return argument
    if key not in TEXTS and key not in LISTS:
        return _quoted(start, text)
    if text in ("", "???"):
        return argument
    if key in LISTS:
        return f"{start}={_choices(text, LISTS[key], sweeps)}"
    if "${" in text and os.path.exists(text):  # a file is called so
        return _quoted(start, text)
    read = parsed(text)
    if read is None:
        return _quoted(start, text)
    value = read.value()
    if isinstance(value, str):
        return argument if "${" in text or value == text or text[:1] in "'\"" else _quoted(start, text)
    return argument if value is None or (read.is_sweep_override() and sweeps) else _quoted(start, text)


def parsed(text: str) -> Override | None:
    """Read a value as Hydra does; None: it cannot."""
    try:
        return OverridesParser.create().parse_override(f"x={text}")
    except HydraException:
        return None


def _choices(text: str, number: re.Pattern[str], sweeps: bool) -> str:
    """Texts, numbers or lists of them: one, or in a sweep several; or a function of Hydra's that makes several."""
    if not sweeps:
        return _list(text, number)
    read = parsed(text)
    if read is not None and read.is_sweep_override() and re.match(r"\w+\(", text):
        return text
    choices = _items(text)
    return ",".join(_list(choice, number) for choice in choices) if len(choices) > 1 else _list(text, number)


def _list(text: str, number: re.Pattern[str]) -> str:
    listed = re.fullmatch(r"\[(.*)\]", text, re.DOTALL)
    if listed:
        return f"[{','.join(_item(item, number) for item in _items(listed[1]))}]"
    return text if text == "null" else _item(text, number)


def _items(text: str) -> list[str]:
    """Cut a list at its commas, but not inside quotes around a whole item, or brackets."""
    return [item.strip() for item in ITEM.findall(text)]


def _item(item: str, number: re.Pattern[str]) -> str:
    if number.fullmatch(item) or "${" in item:
        return item
    read = parsed(item)
    value = None if read is None else read.value()
    meant = isinstance(value, str) and (value == item or item[:1] in "'\"" or "\\," in item)
    return item if meant else _quoted("", item).removeprefix("=")


def _quoted(start: str, text: str) -> str:
    return f"{start}={text}" if re.fullmatch(r"'[^']*'|\"[^\"]*\"", text) else f"{start}={quoted(text)}"
